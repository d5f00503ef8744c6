import { cleanText, type Mappings, type RecordItem, type RecordReader } from "../../damon/mod.ts";

/**
 * A record as it can be shown: all names in it, which are somebody else's words, without what a terminal would obey or a
 * picture cannot hold. What a record is converted to keeps them as they are.
 */
export function withCleanNames<T extends RecordReader>(record: T): T {
  const header = cleaned(record.header);
  return Object.create(record, {
    header: { value: header, enumerable: true },
    items: { value: () => cleanItems(record.items()), enumerable: true },
  });
}

async function* cleanItems(items: AsyncIterable<RecordItem>): AsyncGenerator<RecordItem> {
  for await (const item of items) {
    if (item.kind === "mappings") yield isCleanAsItIs(item.mappings) ? item : cleaned(item);
    else if (item.kind === "profile" || item.kind === "footer") yield cleaned(item);
    else yield item;
  }
}

/** Most of a record with very many processes are their mappings: nearly all of them are. */
function isCleanAsItIs({ mappings }: Mappings): boolean {
  return mappings.every(({ path, perms }) => cleanText(path) === path && cleanText(perms) === perms);
}

/** The same value where all text in it is clean. */
function cleaned<T>(value: T): T {
  if (typeof value === "string") return cleanText(value) as T;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    let list: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const one = cleaned(value[i]);
      if (one !== value[i]) (list ??= value.slice())[i] = one;
    }
    return (list ?? value) as T;
  }
  let fields: Record<string, unknown> | undefined;
  for (const [key, field] of Object.entries(value)) {
    const one = cleaned(field);
    if (one !== field) (fields ??= { ...value as Record<string, unknown> })[key] = one;
  }
  return (fields ?? value) as T;
}
