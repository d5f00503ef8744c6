import { formatNr, RecordError, type RecordItem, type RecordReader } from "../../damon/mod.ts";
import { openRecord } from "../../format/mod.ts";
import { type OpenRecord, type RecordSurvey, withCleanNames } from "../../report/mod.ts";
import { RECORD } from "./options.ts";
import { rereadable } from "../terminal/mod.ts";

/** A record that a report reads, once or several times. */
export interface ReportInput extends AsyncDisposable {
  /** As the user named it. */
  name: string;
  open: OpenRecord;
}

/** The names of the records that are asked for; the record that is there where none is. */
export function inputNamesOf(names: readonly string[] | undefined): readonly string[] {
  if (names?.length) return names;
  // The Python damo's name, where only that is there.
  return !exists(RECORD) && exists("damon.data") ? ["damon.data"] : [RECORD];
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Opens an input for reading, with a line of progress where that takes over a second. */
export async function openInput(name: string): Promise<ReportInput> {
  const source = await rereadable(name);
  return {
    name,
    open: async () =>
      withProgress(withCleanNames(await openRecord(source.path)), name === "-" ? "standard input" : name),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

/** How long it is quiet, and between two lines of progress, ms. */
const [PATIENCE_MS, PACE_MS] = [1000, 200];

function withProgress(record: RecordReader, name: string): RecordReader {
  if (!Deno.stderr.isTerminal()) return Object.create(record, { name: { value: name, enumerable: true } });
  return {
    name,
    header: record.header,
    get incomplete() {
      return record.incomplete;
    },
    get remarks() {
      return record.remarks ?? [];
    },
    items: () => counted(record, name),
    [Symbol.asyncDispose]: () => record[Symbol.asyncDispose](),
  };
}

async function* counted(record: RecordReader, name: string): AsyncGenerator<RecordItem> {
  const show = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(`\r${text}\x1b[K`));
  let [snapshots, regions, shown] = [0, 0, false];
  let next = performance.now() + PATIENCE_MS;
  try {
    for await (const item of record.items()) {
      if (item.kind === "snapshot") {
        regions += item.snapshot.regions.length;
        // A look at the clock for each of many snapshots would cost more than they do.
        if (++snapshots % 16 === 0 && performance.now() > next) {
          next = performance.now() + PACE_MS;
          show(`reading ${name}: ${formatNr(snapshots)} snapshots, ${formatNr(regions)} regions`);
          shown = true;
        }
      }
      yield item;
    }
  } finally {
    if (shown) show("");
  }
}

/** Why a whole record has no snapshot, and what helps. */
export const NONE_YET = "the first one takes an aggregation interval: record for longer";

/** @throws {RecordError} where the record has no snapshot. */
export function requireSnapshots({ snapshots, incomplete }: RecordSurvey, name: string): void {
  if (snapshots > 0) return;
  throw new RecordError(
    `${name} has no snapshot: ${incomplete ?? NONE_YET}`,
    name,
  );
}
