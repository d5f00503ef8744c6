import { AGE_UNKNOWN } from "../../damon/mod.ts";

/** Where a number of a region goes. */
export interface RegionColumns {
  start: Float64Array;
  end: Float64Array;
  nrAccesses: Uint32Array;
  age: Uint32Array;
  passed: Float64Array;
}

const WANTED = ["start", "end", "samples", "aggr_intervals"] as const;
const [COMMA, ZERO] = [0x2c, 0x30];
/** Most bytes of a number: `18,446,744,073,709,551,615` has 26. */
const LONGEST = 27;
const encoder = new TextEncoder();

/**
 * How the regions of a file look: nine bytes of ten are names, spaces and fields that never change. They are compared
 * with those of a region that was read with care, and only the four numbers are read. What differs in anything else
 * does not match, and is read with care too.
 */
export class RegionTemplate {
  /** Text before each of the four numbers, and after the last. */
  readonly #literals: Uint8Array[];
  readonly #isQuoted: boolean[];
  /** The column of each number, as index into {@linkcode WANTED}. */
  readonly #columns: number[];
  readonly #values = new Float64Array(WANTED.length);
  readonly #hasAge: boolean;
  /** No region like this one is shorter. */
  readonly #length: number;

  private constructor(literals: Uint8Array[], isQuoted: boolean[], columns: number[]) {
    this.#literals = literals;
    this.#isQuoted = isQuoted;
    this.#columns = columns;
    this.#hasAge = columns.includes(3);
    this.#length = literals.reduce((sum, literal) => sum + literal.length, 0);
  }

  /** Learns from the text of one region; `undefined` where its numbers have another form. */
  static learn(text: string): RegionTemplate | undefined {
    // Anything but plain numbers and the empty forms is read with care each time.
    if (/"percent"\s*:\s*[^n\s]|"usec"\s*:\s*[^n\s]|\\/.test(text)) return undefined;
    if (/"sz_filter_passed"\s*:\s*"(?!0 B")|"probe_hits"\s*:\s*\[\s*[^\]\s]/.test(text)) return undefined;
    const found = [
      ...text.matchAll(/"(start|end|samples|aggr_intervals)"(\s*:\s*)(?:"([\d,]+)"|(\d+)(?=[\s,}])|null)/g),
    ];
    const numbers = found.filter(([, , , quoted, bare]) => quoted !== undefined || bare !== undefined);
    const columns = numbers.map(([, name]) => WANTED.indexOf(name as typeof WANTED[number]));
    const names = found.map(([, name]) => name);
    if (new Set(names).size !== names.length || !["start", "end", "samples"].every((name) => names.includes(name))) {
      return undefined;
    }
    if (![0, 1, 2].every((column) => columns.includes(column))) return undefined;
    const literals: string[] = [];
    let at = 0;
    for (const { index, 1: name, 2: colon, 3: quoted, 4: bare } of numbers) {
      const from = index + name.length + 2 + colon.length + (quoted === undefined ? 0 : 1);
      literals.push(text.slice(at, from));
      at = from + (quoted ?? bare).length;
    }
    literals.push(text.slice(at));
    return new RegionTemplate(
      literals.map((one) => encoder.encode(one)),
      numbers.map(([, , , q]) => q !== undefined),
      columns,
    );
  }

  /** Puts the region at `at` into row `row`; returns one past it, or -1 where it looks otherwise or is not all here. */
  match(bytes: Uint8Array, at: number, end: number, into: RegionColumns, row: number): number {
    // So no bound is looked at below.
    if (at + this.#length + WANTED.length * LONGEST > end) return -1;
    const literals = this.#literals;
    const columns = this.#columns;
    const values = this.#values;
    for (let i = 0; i < columns.length; i++) {
      const literal = literals[i];
      for (let j = 0; j < literal.length; j++) if (bytes[at + j] !== literal[j]) return -1;
      at += literal.length;
      const from = at;
      const comma = this.#isQuoted[i] ? COMMA : -1;
      let value = 0;
      let digits = 0;
      for (;; at++) {
        const byte = bytes[at];
        const digit = byte - ZERO;
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          digits++;
        } else if (byte !== comma) break;
      }
      if (digits === 0 || at - from > LONGEST) return -1;
      if (digits > 15) value = exactly(bytes, from, at);
      values[columns[i]] = value;
    }
    const last = literals[columns.length];
    for (let j = 0; j < last.length; j++) if (bytes[at + j] !== last[j]) return -1;
    // Does not fit: read with care, which says so.
    if (values[2] > AGE_UNKNOWN || values[3] > AGE_UNKNOWN) return -1;
    into.start[row] = values[0];
    into.end[row] = values[1];
    into.nrAccesses[row] = values[2];
    into.age[row] = this.#hasAge ? values[3] : AGE_UNKNOWN;
    into.passed[row] = 0;
    return at + last.length;
  }
}

/** More than 15 digits do not add up exactly: the text is taken as a whole. */
function exactly(bytes: Uint8Array, from: number, to: number): number {
  let text = "";
  for (let at = from; at < to; at++) if (bytes[at] !== COMMA) text += String.fromCharCode(bytes[at]);
  return Number(text);
}
