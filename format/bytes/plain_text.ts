type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "utf-32le" | "utf-32be";

/** Whether bytes begin with the mark of UTF-8, UTF-16 or UTF-32, are text of the latter two without one, or are text whose lines end in CR alone. */
export function isMarked(head: Uint8Array): boolean {
  return markOf(head) !== undefined || endsInCr(head);
}

function markOf(head: Uint8Array): { encoding: Encoding; bytes: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", bytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) {
    return head[2] === 0 && head[3] === 0 ? { encoding: "utf-32le", bytes: 4 } : { encoding: "utf-16le", bytes: 2 };
  }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", bytes: 2 };
  if (head[0] === 0 && head[1] === 0 && head[2] === 0xfe && head[3] === 0xff) return { encoding: "utf-32be", bytes: 4 };
  return WIDE.find(({ width, at }) => isAscii(head, width, at));
}

/** Text without a mark: what a record begins with is ASCII, each at the same place among bytes that are 0. */
const WIDE: readonly { encoding: Encoding; bytes: number; width: number; at: number }[] = [
  { encoding: "utf-16le", bytes: 0, width: 2, at: 0 },
  { encoding: "utf-16be", bytes: 0, width: 2, at: 1 },
  { encoding: "utf-32le", bytes: 0, width: 4, at: 0 },
  { encoding: "utf-32be", bytes: 0, width: 4, at: 3 },
];
/** Bytes that tell it. */
const WIDE_HEAD = 32;

function isAscii(head: Uint8Array, width: number, at: number): boolean {
  if (head.length < WIDE_HEAD) return false;
  return head.subarray(0, WIDE_HEAD)
    .every((byte, i) =>
      i % width === at ? byte >= BLANK && byte < DEL || byte === TAB || byte === LF || byte === CR : byte === 0
    );
}

/** Bytes that are looked at. */
const HEAD = 8192;
const [TAB, LF, CR, ESCAPE, BLANK, DEL] = [9, 10, 13, 27, 32, 127];

/** As old Macintoshes wrote text. What is no text has bytes that text has not. */
function endsInCr(chunk: Uint8Array): boolean {
  const head = chunk.subarray(0, HEAD);
  if (!head.includes(CR) || head.includes(LF)) return false;
  return head.every((byte) => byte >= BLANK && byte !== DEL || byte === TAB || byte === CR || byte === ESCAPE);
}

/** Text as UTF-8 without a mark, and with LF at the ends of lines that had CR alone, piece by piece. */
export async function* plainText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let decoder: { decode(bytes: Uint8Array, options: { stream: true }): string } | undefined;
  let [isFirst, isOfCr] = [true, undefined as boolean | undefined];
  for await (const chunk of bytes) {
    let rest = chunk;
    if (isFirst) {
      isFirst = false;
      const mark = markOf(chunk);
      if (mark) rest = chunk.subarray(mark.bytes);
      if (mark?.encoding.startsWith("utf-32")) decoder = new Utf32(mark.encoding === "utf-32le");
      else if (mark && mark.encoding !== "utf-8") decoder = new TextDecoder(mark.encoding);
    }
    const plain = decoder ? encoder.encode(decoder.decode(rest, { stream: true })) : rest;
    if (plain.length > 0) isOfCr ??= endsInCr(plain);
    yield isOfCr ? plain.map((byte) => byte === CR ? LF : byte) : plain;
  }
}

const NO_CHARACTER = 0xfffd;

/** Text of four bytes a character, which a TextDecoder does not know. */
class Utf32 {
  #rest = new Uint8Array(0);

  constructor(readonly isLittle: boolean) {}

  decode(bytes: Uint8Array): string {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const view = new DataView(all.buffer);
    const whole = all.length - all.length % 4;
    const parts: string[] = [];
    for (let at = 0; at < whole; at += 4) {
      const code = view.getUint32(at, this.isLittle);
      const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      parts.push(String.fromCodePoint(isCharacter ? code : NO_CHARACTER));
    }
    this.#rest = all.slice(whole);
    return parts.join("");
  }
}
