import type { RecordHeader, RecordItem } from "../damon/mod.ts";

/** Begins each comment line of ours. What follows are parts of JSON; a line that ends it has `.` in place of `+`. */
const MARK = "#damo";
/** file(1) calls text with lines of more than 300 bytes something else, and the Python damo goes by that. */
const LINE_BYTES = 240;

const [HASH, D] = [0x23, 0x64];
const decoder = new TextDecoder();

/** The header and what is no snapshot as comments of a trace, in ASCII and without spaces; readers of traces pass over them. */
export function formatComment(value: { header: RecordHeader } | Exclude<RecordItem, { kind: "snapshot" }>): string {
  const json = JSON.stringify(value).replace(
    /[ \u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  let text = "";
  for (let at = 0; at < json.length; at += LINE_BYTES) {
    const isLast = at + LINE_BYTES >= json.length;
    text += `${MARK}${isLast ? "." : "+"}${json.slice(at, at + LINE_BYTES)}\n`;
  }
  return text;
}

/** Reads them back. */
export class TraceComments {
  /** Once its comment has been read. */
  header: RecordHeader | undefined;
  #json = "";
  #items: RecordItem[] = [];

  /** Takes a line that is no event. */
  push(bytes: Uint8Array, from: number, to: number): void {
    if (bytes[from] !== HASH || bytes[from + 1] !== D) return;
    const line = decoder.decode(bytes.subarray(from, to));
    if (!line.startsWith(MARK)) return;
    this.#json += line.slice(MARK.length + 1);
    if (line[MARK.length] === "+") return;
    const json = this.#json;
    this.#json = "";
    try {
      const value = JSON.parse(json);
      if (value.header) this.header = value.header;
      else if (value.kind === "mappings" || value.kind === "footer") this.#items.push(value);
    } catch { /* a comment of somebody else, or cut off */ }
  }

  /** What has been read since. */
  take(): RecordItem[] {
    return this.#items.splice(0);
  }
}
