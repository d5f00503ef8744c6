/**
 * What a terminal obeys, what changes the order of what follows, and what no text may hold: control characters (C0, DEL, C1),
 * marks of direction, invisible blanks, separators of lines and paragraphs, halves of surrogate pairs, and noncharacters.
 */
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\0-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Cs}|[\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}\u{3ffff}\u{e0000}-\u{e007f}\u{10fffe}\u{10ffff}]/u;
const ALL_UNSAFE = new RegExp(UNSAFE.source, "gu");
/** The same, but for ends of lines and tabs. */
const ALL_UNSAFE_IN_LINES = new RegExp(`(?![\\n\\t])(?:${UNSAFE.source})`, "gu");

/**
 * A text of somebody else as it can be shown anywhere: on a terminal, in a picture, in a page. Control characters and the
 * like stand there as escapes: `\x1b`, `\u202e`. Names of processes, files, kdamonds and the like may hold anything.
 *
 * @example
 * ```ts
 * import { cleanText } from "./clean_text.ts";
 * cleanText("a\x1b[31mb"); // "a\\x1b[31mb"
 * ```
 */
export function cleanText(text: string): string {
  return UNSAFE.test(text) ? text.replace(ALL_UNSAFE, escapeOf) : text;
}

/** The same for text of several lines: their ends stay, and tabs. */
export function cleanLines(text: string): string {
  return UNSAFE.test(text) ? text.replace(ALL_UNSAFE_IN_LINES, escapeOf) : text;
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, "0")}` : code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

/** Bytes as text; where they are no UTF-8, each that is none is an escape: `\xff`. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length;) {
      const length = lengthAt(bytes, at);
      text += length === 0
        ? `\\x${bytes[at].toString(16).padStart(2, "0")}`
        : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(at, at + length));
      at += Math.max(1, length);
    }
    return text;
  }
}

/** Bytes of the character at `at`; 0 where it is none. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte < 0x80) return 1;
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
