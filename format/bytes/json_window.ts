import { reasonOf } from "./reason.ts";

/** A value longer than this, other than the lists that are read item by item, is no record's. */
const MOST_BYTES = 64 << 20;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const decoder = new TextDecoder();

/** `true` for the bytes that end a number or a word: space, `,`, `]`, `}`. */
const ENDS = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d, COMMA, 0x5d, 0x7d]) ENDS[byte] = 1;

/** Text that is no JSON, or ends within it; `offset` counts bytes of the text. */
export class JsonError extends SyntaxError {
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/**
 * JSON text that comes in pieces, of which only a part is in memory: what is done with goes when more is asked for.
 * Everything is read as bytes. No string is made of what is not a name or a value that is wanted.
 */
export class JsonWindow {
  bytes: Uint8Array = new Uint8Array(4 << 20);
  /** The next byte to read. */
  at = 0;
  /** One past the last byte that is here. */
  end = 0;
  /** Place of `bytes[0]` in the text. */
  #offset = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Place of the next byte in the text. */
  get offset(): number {
    return this.#offset + this.at;
  }

  /** Gets one more piece; whether there was one. Moves what is left to the front. */
  async more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done) return false;
    const left = this.end - this.at;
    if (this.end + value.length <= this.bytes.length) {
      // Moved only where there is no room: else a long value would be moved with each piece of it.
      this.bytes.set(value, this.end);
      this.end += value.length;
      return true;
    }
    let into = this.bytes;
    if (left + value.length > into.length) {
      if (left > MOST_BYTES) throw this.error(`a value is longer than ${MOST_BYTES >> 20} MiB`);
      into = new Uint8Array(Math.max(into.length * 2, left + value.length));
      into.set(this.bytes.subarray(this.at, this.end));
    } else into.copyWithin(0, this.at, this.end);
    into.set(value, left);
    this.bytes = into;
    this.#offset += this.at;
    this.at = 0;
    this.end = left + value.length;
    return true;
  }

  /** Gets at least as much again as is left, so that a value that comes in many pieces is looked at a few times only. */
  async moreOfValue(): Promise<boolean> {
    const wanted = 2 * (this.end - this.at);
    if (!await this.more()) return false;
    while (this.end - this.at < wanted && await this.more());
    return true;
  }

  /** The next byte that is no space, which stays; -1 at the end. */
  async peek(): Promise<number> {
    for (;;) {
      this.at = skipSpace(this.bytes, this.at, this.end);
      if (this.at < this.end) return this.bytes[this.at];
      if (!await this.more()) return -1;
    }
  }

  /** Takes one of these characters. @throws {JsonError} where another one comes. */
  async expect(...characters: string[]): Promise<string> {
    const byte = await this.peek();
    const found = characters.find((character) => character.charCodeAt(0) === byte);
    if (found === undefined) {
      const list = characters.map((character) => `"${character}"`).join(" or ");
      throw this.error(byte < 0 ? "it is cut off" : `${list} must come, not "${String.fromCharCode(byte)}"`);
    }
    this.at++;
    return found;
  }

  /** Takes a whole value, as text. */
  async text(): Promise<string> {
    await this.peek();
    for (;;) {
      const to = endOfValue(this.bytes, this.at, this.end);
      if (to >= 0) {
        const text = decoder.decode(this.bytes.subarray(this.at, to));
        this.at = to;
        return text;
      }
      if (!await this.moreOfValue()) throw this.error("it is cut off");
    }
  }

  /** Takes a whole value; integers that a double does not hold come as `bigint`. */
  async value(): Promise<unknown> {
    const from = this.offset;
    const text = await this.text();
    try {
      return parseExact(text);
    } catch (error) {
      throw new JsonError(reasonOf(error), from);
    }
  }

  /** Takes a name and the colon behind it. */
  async key(): Promise<string> {
    if (await this.peek() !== QUOTE) throw this.error("a name must come");
    const key = await this.value() as string;
    await this.expect(":");
    return key;
  }

  /** The items of a list: at each yield an item is to be taken. Also for the members of an object, with `{` and `}`. */
  async *list(open: "[" | "{", close: "]" | "}"): AsyncGenerator<void> {
    await this.expect(open);
    if (await this.peek() === close.charCodeAt(0)) {
      this.at++;
      return;
    }
    do yield; while (await this.expect(",", close) === ",");
  }

  error(what: string): JsonError {
    return new JsonError(what, this.offset);
  }

  /** Ends the reading. */
  async cancel(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** The first byte from `at` on that is no space, or `end`. */
export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
  return end;
}

/** One past the value that begins at `at`; -1 where its end is not here. It does not check what is inside. */
export function endOfValue(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at, end);
      if (at < 0) return -1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
      at++;
      continue;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      at++;
    } else if (depth === 0) {
      const from = at;
      while (at < end && !ENDS[bytes[at]]) at++;
      if (at === end) return -1;
      return at === from ? at + 1 : at;
    } else {
      at++;
      continue;
    }
    if (depth <= 0) return at;
  }
  return -1;
}

function endOfString(bytes: Uint8Array, at: number, end: number): number {
  for (at++; at < end; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return -1;
}

/** `JSON.parse`, but integers that a double does not hold exactly become `bigint`. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { source?: string }) => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}
