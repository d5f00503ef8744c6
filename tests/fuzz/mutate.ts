/** Random numbers that come again with the same seed (xorshift). */
export class Dice {
  #state: number;

  /** @param seed Any but 0. */
  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number from 0 up to, and without, `below`. */
  below(below: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % Math.max(1, below);
  }

  /** One of these. */
  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }
}

/** Numbers at which readers go wrong. */
const NUMBERS = [
  "0",
  "-1",
  "1",
  "0.5",
  "-0",
  "1e999",
  "NaN",
  "null",
  "true",
  '""',
  '"x"',
  "[]",
  "{}",
  "4294967295",
  "4294967296",
  "9007199254740993",
  "18446744073709551615",
  "18446744073709551616",
  "1e308",
  "-5",
  "0x10",
  "99999999999999999999999",
];

const TOKENS = [
  "\n",
  "\r",
  "\0",
  "\x1b[31m",
  "\u2028",
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ";",
  ":",
  "(",
  ")",
  "-",
  "\t",
  "\ufeff",
  "#",
  "damon_aggregated:",
  "LOST 3 EVENTS",
  "target_id=",
  "nr_regions=",
  "r-xp",
  "null",
];

/** A file that is like another one, but for some changes: of bytes, lengths, words, lines or parts. */
export function mutated(bytes: Uint8Array, dice: Dice, isText: boolean): Uint8Array {
  let out = bytes;
  for (let changes = 1 + dice.below(3); changes > 0; changes--) {
    out = isText ? textChange(out, dice) : change(out, dice);
  }
  return out;
}

function change(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length);
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  switch (dice.below(8)) {
    case 0:
      out[at] ^= 1 << dice.below(8);
      return out;
    case 1:
      out[at] = dice.of([0, 1, 0x7f, 0x80, 0xff]);
      return out;
    case 2:
    case 3: {
      // A length or count, as if it were one.
      const place = Math.max(0, Math.min(out.length - 4, at & ~3));
      if (out.length >= 4) {
        view.setUint32(place, dice.of([0, 1, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0x1000_0000]), true);
      }
      return out;
    }
    case 4: {
      const place = Math.max(0, Math.min(out.length - 8, at & ~7));
      if (out.length >= 8) {
        view.setBigInt64(place, dice.of([0n, -1n, 1n << 40n, 1n << 62n, 1n << 31n, 1_000_000_000n]), true);
      }
      return out;
    }
    case 5:
      return out.slice(0, at);
    case 6: {
      const length = dice.below(64);
      return spliced(out, at, length, new Uint8Array(0));
    }
  }
  const from = dice.below(bytes.length);
  return spliced(out, at, 0, bytes.slice(from, from + dice.below(256)));
}

function textChange(bytes: Uint8Array, dice: Dice): Uint8Array {
  if (dice.below(4) === 0) return change(bytes, dice);
  const text = new TextDecoder().decode(bytes);
  const encode = (changed: string) => new TextEncoder().encode(changed);
  if (dice.below(2) === 0) {
    const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
    if (numbers.length > 0) {
      const { index, 0: { length } } = dice.of(numbers);
      return encode(text.slice(0, index) + dice.of(NUMBERS) + text.slice(index + length));
    }
  }
  const at = dice.below(text.length);
  switch (dice.below(4)) {
    case 0:
      return encode(text.slice(0, at) + dice.of(TOKENS) + text.slice(at));
    case 1: {
      const lines = text.split("\n");
      const [a, b] = [dice.below(lines.length), dice.below(lines.length)];
      [lines[a], lines[b]] = [lines[b], lines[a]];
      return encode(lines.join("\n"));
    }
    case 2: {
      const words = [...text.matchAll(/\w+/g)];
      if (words.length === 0) return bytes;
      const { index, 0: { length } } = dice.of(words);
      return encode(text.slice(0, index) + dice.of(words)[0] + text.slice(index + length));
    }
  }
  const lines = text.split("\n");
  lines.splice(dice.below(lines.length), 1, ...Array(dice.below(3)).fill(dice.of(lines)));
  return encode(lines.join("\n"));
}

function spliced(bytes: Uint8Array, at: number, length: number, middle: Uint8Array): Uint8Array {
  const tail = bytes.subarray(Math.min(bytes.length, at + length));
  const out = new Uint8Array(at + middle.length + tail.length);
  out.set(bytes.subarray(0, at));
  out.set(middle, at);
  out.set(tail, at + middle.length);
  return out;
}
