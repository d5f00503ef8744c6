import { RecordError, type RecordFooter } from "../../damon/mod.ts";
import { isBeforeHead } from "../bytes/mod.ts";
import { openRecordFrom } from "./open_record.ts";

/** Texts of lines, whose end can be read without what is before it. */
export type TextFormat = "jsonl" | "csv" | "trace";

/** What the end of a text says. */
export interface TextTail {
  /** End of its last snapshot, ns of its clock; -Infinity where none is near the end. */
  endNs: number;
  /** What its recorder counted, where it is there. */
  footer: RecordFooter | undefined;
}

/** How much of the end is read: first so much, and if no snapshot is in there eight times as much, up to the most. */
const [FIRST_BYTES, MOST_BYTES] = [1 << 20, 1 << 26];
const [NEWLINE, HASH] = [10, 35];
const decoder = new TextDecoder();

/**
 * Reads the end of a file of lines: what is before its last lines is passed over, but for what its first lines say of all others.
 *
 * @returns `undefined` where nothing can be told of it.
 */
export async function textTail(path: string, format: TextFormat): Promise<TextTail | undefined> {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const read = (at: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - at)));
    file.seekSync(at, Deno.SeekMode.Start);
    let got = 0;
    for (let count: number | null = 1; got < bytes.length && count; got += count ?? 0) {
      count = file.readSync(bytes.subarray(got));
    }
    return bytes.subarray(0, got);
  };
  const head = headOf(read(0, FIRST_BYTES), format);
  if (!head) return undefined;
  for (let length = FIRST_BYTES; length <= MOST_BYTES; length *= 8) {
    const from = Math.max(head.length, size - length);
    const bytes = read(from, size - from);
    const begin = from > head.length ? bytes.indexOf(NEWLINE) + 1 : 0;
    const tail = begin > 0 || from === head.length ? await tailOf(path, head, bytes.subarray(begin)) : undefined;
    if (tail) return tail;
    if (from === head.length) return undefined;
  }
  return undefined;
}

async function tailOf(path: string, head: Uint8Array, lines: Uint8Array): Promise<TextTail | undefined> {
  const source = {
    name: path,
    path: undefined,
    size: undefined,
    async *chunks() {
      yield* [head, lines];
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  let endNs = -Infinity;
  let footer: RecordFooter | undefined;
  try {
    await using record = await openRecordFrom(source);
    for await (const item of record.items()) {
      if (item.kind === "snapshot") endNs = Math.max(endNs, item.snapshot.endNs);
      else if (item.kind === "footer") footer = item.footer;
    }
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
  }
  return footer || endNs > -Infinity ? { endNs, footer } : undefined;
}

/** The lines at the beginning that all others need; `undefined` where those are not whole in what was read. */
function headOf(bytes: Uint8Array, format: TextFormat): Uint8Array | undefined {
  let to = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, to)) {
    const line = bytes.subarray(to, end);
    // The comments before a trace's events.
    if (format === "trace" && line[0] !== HASH) return bytes.subarray(0, to);
    to = end + 1;
    if (format === "jsonl" || format === "csv" && !isBeforeHead(decoder.decode(line))) return bytes.subarray(0, to);
  }
  return undefined;
}
