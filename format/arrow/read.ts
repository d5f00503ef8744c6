import {
  AGE_UNKNOWN,
  RecordError,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  Regions,
  type Snapshot,
} from "../../damon/mod.ts";
import {
  type ArrowColumn,
  type ArrowField,
  bigIntAt,
  columnsOf,
  countsOf,
  doublesOf,
  fieldsOf,
  hasValue,
  isSameText,
  metadataOf,
  textAt,
} from "./columns.ts";
import { type ArrowMessage, ArrowMessages } from "./messages.ts";
import { HEADER_KEY } from "./key.ts";
import { type FormatReader, headerFrom, isPlainItem } from "../header/mod.ts";
import { Flaws, ImpossibleError, incompleteOf, reasonOf } from "../bytes/mod.ts";

/**
 * Decodes a record from the bytes of its Arrow IPC stream. It holds one batch at a time; what counts and lengths say is held
 * against what is there, and against the checksums where it has them.
 *
 * @param path Names the source in errors.
 * @param isPart Whether only some messages of the stream come.
 * @throws {RecordError} where the bytes are empty, no Arrow stream, no record, or a record of a newer schema.
 */
export async function decodeArrow(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  isPart = false,
): Promise<FormatReader> {
  const messages = new ArrowMessages(bytes, isPart);
  const refused = (why: string) => new RecordError(`Cannot read ${path}: ${why}`, path, messages.at);
  let fields: ArrowField[];
  let text: string | undefined;
  try {
    const schema = await messages.next();
    if (!schema && messages.at === 0) throw refused("it is empty");
    if (schema?.kind !== "schema") throw refused("it is an Arrow stream of another program");
    fields = fieldsOf(schema.header);
    text = metadataOf(schema.header, HEADER_KEY);
  } catch (error) {
    if (error instanceof RecordError) throw error;
    throw refused(`its beginning is cut off or broken (${reasonOf(error)})`);
  }
  if (text === undefined) throw refused("it is an Arrow stream of another program");
  let header: RecordHeader;
  try {
    header = headerFrom(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof RecordError) throw error;
    throw refused(`its header is broken (${reasonOf(error)})`);
  }
  return new ArrowReader(header, fields, messages);
}

class ArrowReader implements FormatReader {
  incomplete: string | undefined;
  readonly flaws = new Flaws();
  #batch: ArrowMessage | undefined;
  #row = 0;
  constructor(
    readonly header: RecordHeader,
    readonly fields: readonly ArrowField[],
    readonly messages: ArrowMessages,
  ) {}

  /** The batch by its bytes, and the row in it. */
  place(): string {
    return this.#batch ? `batch at byte ${this.#batch.at}, row ${this.#row + 1}` : `byte ${this.messages.at}`;
  }

  async *items(): AsyncIterable<RecordItem> {
    let footer: RecordFooter | undefined;
    const { messages } = this;
    try {
      for (let message = await messages.next(); message; message = await messages.next()) {
        if (message.kind !== "batch") continue;
        this.#batch = message;
        for (const { row, item } of itemsOf(this.fields, message, (row, what) => this.#leaveOut(row, what))) {
          this.#row = row;
          footer = item.kind === "footer" ? item.footer : undefined;
          yield item;
        }
      }
      this.incomplete = this.#changed() ?? incompleteOf(footer);
    } catch (error) {
      const where = this.#batch ? `near byte ${messages.at}` : "after its header";
      const why = `it is cut off or broken ${where} (${reasonOf(error)})`;
      this.incomplete = [why, this.#changed()].filter((one) => one !== undefined).join("; ");
    }
  }

  #leaveOut(row: number, what: string): void {
    this.#row = row;
    this.flaws.add(this.place(), what);
  }

  #changed(): string | undefined {
    const { changed } = this.messages;
    if (changed.length === 0) return undefined;
    const more = changed.length > 4 ? `, and ${changed.length - 4} more` : "";
    return `its ${
      changed.slice(0, 4).join(", ")
    }${more} were changed after they were written: their checksum differs, ` +
      "and what was in them is left out";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.messages.cancel();
  }
}

function* itemsOf(
  fields: readonly ArrowField[],
  message: ArrowMessage,
  leaveOut: (row: number, what: string) => void,
): Generator<{ row: number; item: RecordItem }> {
  const columns = columnsOf(fields, message);
  const column = (name: string): ArrowColumn => {
    const found = columns.get(name);
    if (!found) throw new ImpossibleError(`it has no column ${name}`);
    return found;
  };
  const child = (name: string): ArrowColumn => {
    const [of] = column(name).children;
    if (!of) throw new ImpossibleError(`column ${name} is no list`);
    return of;
  };
  const rows = message.header.int64(0);
  const targetIds = column("target_id");
  const kdamond = countsOf(column("kdamond"));
  const [startNs, endNs] = [doublesOf(column("start_ns")), doublesOf(column("end_ns"))];
  const [sampleUs, aggrUs] = [doublesOf(column("sample_us")), doublesOf(column("aggr_us"))];
  const offsets = sameOffsets(["start", "end", "nr_accesses", "age"].map(column), rows);
  const [start, end] = [doublesOf(child("start")), doublesOf(child("end"))];
  const nrAccesses = countsOf(child("nr_accesses"));
  const age = agesOf(child("age"));
  const passedOf = optionalReader(columns, "sz_filter_passed", doublesOf);
  const hitsOf = optionalReader(columns, "probe_hits", countsOf);
  const residentOf = optionalReader(columns, "resident_bytes", doublesOf);
  const usedOf = optionalReader(columns, "used_bytes", doublesOf);
  const looksOf = optionalReader(columns, "looks", countsOf);
  const evidenceOf = (row: number): Pick<Snapshot, "evidence"> => {
    const [residentBytes, usedBytes, looks] = [residentOf(row), usedOf(row), looksOf(row)];
    return residentBytes && usedBytes && looks ? { evidence: { residentBytes, usedBytes, looks } } : {};
  };
  const [kinds, json] = [column("kind"), column("json")];
  const parsed = (i: number): unknown => {
    try {
      return JSON.parse(textAt(json, i) ?? "null");
    } catch (error) {
      throw new ImpossibleError(reasonOf(error));
    }
  };
  // Nearly every row has the kind of the one before it: its bytes are compared, not decoded.
  let lastKind: string | null = null;
  let lastAt = -1;
  const kindAt = (i: number): string | null => {
    if (lastAt < 0 || !isSameText(kinds, i, lastAt)) lastKind = textAt(kinds, i);
    lastAt = i;
    return lastKind;
  };
  const itemAt = (i: number): RecordItem | undefined => {
    const kind = kindAt(i);
    const regions = () => {
      const [from, to] = [offsets[i], offsets[i + 1]];
      return new Regions(
        start.subarray(from, to),
        end.subarray(from, to),
        nrAccesses.subarray(from, to),
        age.subarray(from, to),
      );
    };
    if (kind === "snapshot") {
      const probeHits = hitsOf(i);
      return {
        kind,
        snapshot: {
          kdamond: kdamond[i],
          targetId: bigIntAt(targetIds, i),
          startNs: startNs[i],
          endNs: endNs[i],
          sampleUs: sampleUs[i],
          aggrUs: aggrUs[i],
          regions: regions(),
          ...(probeHits && { probeHits }),
          ...evidenceOf(i),
          ...schemeOf(parsed(i), passedOf(i)),
        },
      };
    }
    if (kind === "applied") {
      const { context, scheme } = parsed(i) as { context: number; scheme?: number };
      return {
        kind,
        applied: {
          kdamond: kdamond[i],
          context,
          ...(scheme !== undefined && { scheme, targetId: bigIntAt(targetIds, i) }),
          startNs: startNs[i],
          endNs: endNs[i],
          regions: regions(),
        },
      };
    }
    const name = kind === null ? undefined : PLAIN[kind];
    // Rows of a kind that this version does not know are somebody else's additions: passed over.
    if (name === undefined) return undefined;
    const item = { kind, [name]: parsed(i) };
    if (!isPlainItem(item)) throw new ImpossibleError(`it is no ${kind}`);
    return item;
  };
  for (let row = 0; row < rows; row++) {
    let item: RecordItem | undefined;
    try {
      item = itemAt(row);
    } catch (error) {
      leaveOut(row, reasonOf(error));
    }
    if (item) yield { row, item };
  }
}

/** Kinds of rows that are JSON, and the field of an item that it is. */
const PLAIN: Readonly<Record<string, string>> = {
  mappings: "mappings",
  footer: "footer",
  scheme_stats: "counts",
  usage: "usage",
  residency: "residency",
  working_set: "workingSet",
  profile: "profile",
};

/** The columns of regions have one list each a row, as long as the others'. */
function sameOffsets([first, ...others]: readonly ArrowColumn[], rows: number): Int32Array {
  for (const { offsets, field } of others) {
    for (let i = 0; i <= rows; i++) {
      if (offsets[i] - offsets[0] === first.offsets[i] - first.offsets[0] && offsets[0] === first.offsets[0]) continue;
      throw new ImpossibleError(`columns ${first.field.name} and ${field.name} have different lists`);
    }
  }
  return first.offsets;
}

/** Records of before have no such column; most of the others have nothing in it. */
function optionalReader<T extends Float64Array | Uint32Array>(
  columns: ReadonlyMap<string, ArrowColumn>,
  name: string,
  valuesOf: (child: ArrowColumn) => T,
): (row: number) => T | undefined {
  const column = columns.get(name);
  if (column === undefined || !column.children[0]?.length) return () => undefined;
  const { offsets } = column;
  const values = valuesOf(column.children[0]);
  return (row) => offsets[row] === offsets[row + 1] ? undefined : values.subarray(offsets[row], offsets[row + 1]) as T;
}

function schemeOf(json: unknown, passedBytes: Float64Array | undefined): Pick<Snapshot, "scheme"> {
  const { scheme } = (json ?? {}) as Pick<Snapshot, "scheme">;
  return scheme ? { scheme: { ...scheme, ...(passedBytes && { passedBytes }) } } : {};
}

function agesOf(column: ArrowColumn): Uint32Array {
  const values = countsOf(column);
  return column.nullCount === 0 ? values : values.map((value, i) => hasValue(column, i) ? value : AGE_UNKNOWN);
}
