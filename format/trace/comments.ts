import type { RecordHeader, RecordItem } from "../../damon/mod.ts";
import { headerFrom, isPlainItem, type PlainItem } from "../header/mod.ts";

/** Begins each comment line of ours. What follows are parts of JSON; a line that ends it has `.` in place of `+`. */
const MARK = "#damo";
/** file(1) calls text with lines of more than 300 bytes something else, and the Python damo goes by that. */
const LINE_BYTES = 240;

const [HASH, D] = [0x23, 0x64];
const decoder = new TextDecoder();

/** The header and what is no snapshot as comments of a trace, in ASCII and without spaces; readers of traces pass over them. */
export function formatComment(value: { header: RecordHeader } | PlainItem): string {
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

  /** @param name Names the source in errors. */
  constructor(readonly name: string) {}

  /** Takes a line that is no event. */
  push(bytes: Uint8Array, from: number, to: number): void {
    if (bytes[from] !== HASH || bytes[from + 1] !== D) return;
    const line = decoder.decode(bytes.subarray(from, to));
    if (!line.startsWith(MARK)) return;
    this.#json += line.slice(MARK.length + 1);
    if (line[MARK.length] === "+") return;
    const json = this.#json;
    this.#json = "";
    let value;
    try {
      value = JSON.parse(json);
    } catch {
      return; // A comment of somebody else, or broken.
    }
    if (value?.header) this.header = headerFrom(value.header, this.name);
    else if (isPlainItem(value)) this.#items.push(value);
  }

  /** What has been read since. */
  take(): RecordItem[] {
    return this.#items.splice(0);
  }
}
