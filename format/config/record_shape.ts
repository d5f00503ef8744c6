import type { JsonSchema, Plain, Scope, Shape } from "./shape.ts";
import { describeNode, entryOf, errorAt, type MapNode } from "./text_node.ts";

/** One key of a map. `T` is what the map is about. */
export interface Row<T> {
  key: string;
  /** What it is, for editors. */
  doc: string;
  // Each row has its own type of value, known only where the row is made.
  shape: Shape<unknown>;
  get(of: T): unknown;
  set(into: Partial<T>, value: unknown): void;
  /** Must be there. */
  isNeeded?: boolean;
  /** What a missing key stands for; without it, nothing. */
  missing?: unknown;
  /** Write nothing where the value is {@linkcode missing}: always, or where what is as it would be anyway is left out. */
  omit?: "always" | "asked";
  /** Names that older files have. */
  formerly?: readonly string[];
}

/** A row for one property. */
export function row<T, K extends keyof T & string>(
  key: string,
  property: K,
  shape: Shape<NonNullable<T[K]>>,
  doc: string,
  rest: Pick<Row<T>, "isNeeded" | "omit" | "formerly"> & { missing?: T[K] } = {},
): Row<T> {
  return {
    key,
    doc,
    shape: shape as Shape<unknown>,
    get: (of) => of[property],
    set: (into, value) => into[property] = value as T[K],
    ...rest,
  };
}

/** What a map is, beside its rows. */
export interface RecordShape<T> {
  /** For messages: `a scheme`. */
  name: string;
  rows: readonly Row<T>[];
  /** Take no notice of keys that are in no row, or have no value: files of other programs have more than we know. */
  isOpen?: boolean;
  /** What rows can read by, once earlier rows are read. */
  scope?(of: Partial<T>, scope: Scope): Scope;
  /** Makes the value of what the rows gave. Errors name the place. */
  finish?(of: T, node: MapNode, scope: Scope): T;
}

/** A map whose keys are known. Rows are read in the table's order, whatever the text's is. */
export function record<T extends object>({ name, rows, isOpen, scope, finish }: RecordShape<T>): Shape<T> {
  const needed = rows.filter(({ isNeeded }) => isNeeded).map(({ key }) => key);
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(rows.map(({ key, doc, shape, missing }) => [key, {
        description: doc,
        ...shape.schema,
        ...defaultOf(shape, missing),
      }])),
      ...(needed.length > 0 && { required: needed }),
      additionalProperties: isOpen ?? false,
    },
    read(node, outer, given) {
      if (node.kind !== "map") throw errorAt(node, `${outer} must be a map, not ${describeNode(node)}`);
      if (!isOpen) refuseUnknown(node, name, rows.map(({ key }) => key));
      const value: Partial<T> = {};
      for (const row of rows) {
        const entry = [row.key, ...row.formerly ?? []].map((key) => entryOf(node, key, isOpen)).find(Boolean);
        if (entry) {
          row.set(value, row.shape.read(entry.value, row.key, scope?.(value, given) ?? given));
        } else if (row.missing !== undefined) {
          row.set(value, structuredClone(row.missing));
        } else if (row.isNeeded) {
          throw errorAt(node, `${name} needs ${row.key}, and has ${keysOf(node)}`);
        }
      }
      return finish ? finish(value as T, node, given) : value as T;
    },
    write(value, given) {
      const plain: { [key: string]: Plain } = {};
      const at = scope?.(value, given) ?? given;
      for (const row of rows) {
        const property = row.get(value);
        if (property === undefined) continue;
        const omits = row.omit === "always" || (row.omit === "asked" && given.omitDefaults);
        if (omits && isSame(property, row.missing)) continue;
        const written = row.shape.write(property, at);
        if (written === undefined) return undefined;
        plain[row.key] = written;
      }
      return plain;
    },
  };
}

function defaultOf(shape: Shape<unknown>, missing: unknown): JsonSchema {
  if (missing === undefined) return {};
  const written = shape.write(missing, { intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 } });
  return written === undefined ? {} : { default: written };
}

function refuseUnknown(node: MapNode, name: string, known: readonly string[]): void {
  for (const { key, place } of node.entries) {
    if (!known.includes(key)) {
      const similar = known.find((other) => distance(key, other) <= 2);
      throw errorAt(
        { place },
        `${name} has no ${JSON.stringify(key)}: ${
          similar ? `did you mean ${similar}?` : `it can have ${known.join(", ")}`
        }`,
      );
    }
  }
}

/** How many letters must be changed, added or taken away to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= Math.min(a.length, 40); i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return a.length > 40 ? 40 : row[b.length];
}

function keysOf(node: MapNode): string {
  return node.entries.length === 0 ? "no key" : `only ${node.entries.map(({ key }) => key).join(", ")}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
