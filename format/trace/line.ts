import { TraceHead } from "./head.ts";
import { isDigit, isSpace, isWord } from "./bytes.ts";

const [SPACE, COLON, MINUS, OPEN, CLOSE, EQUALS, ZERO, SMALL_X, UNDERSCORE] = [32, 58, 45, 40, 41, 61, 48, 120, 95];

/** Fields that are known by their names, and their places in {@linkcode TraceLine.numbers}. */
const FIELDS: Readonly<Record<string, number>> = {
  target_id: 0,
  target_idx: 0,
  nr_regions: 1,
  start: 2,
  end: 3,
  nr_accesses: 4,
  age: 5,
  scheme_idx: 6,
  sample_us: 7,
};
const [TARGET, START, END, NR_ACCESSES, AGE, COUNT] = [0, 2, 3, 4, 5, 8];

/** Events that are read, by how their text begins where their name is left out. */
const NAMELESS = "target_id=";

/**
 * One line of a trace, as perf script, perf trace, trace-cmd report or the kernel's own file prints it, in any of their
 * modes: it is read by what it says, and not by places. It is filled anew by each {@linkcode TraceLine.parse}.
 */
export class TraceLine {
  /** Name of the tracepoint, without its group. */
  event = "";
  /** What stands before the event: task and time. */
  readonly head = new TraceHead();
  /** Figures of the event; NaN where the text has none. */
  readonly numbers = new Float64Array(COUNT);
  /** Whether fields have names each: those that are 0 may then be left out. */
  isNamed = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #targetFrom = 0;
  #targetTo = 0;
  #names = new Map<number, string>();
  #fields = new Map<number, number | undefined>();

  /** Pid of the task that it happened in: the kdamond; 0 where the text does not say. */
  get pid(): number {
    return this.head.pid;
  }

  /** ns. */
  get timeNs(): number {
    return this.head.timeNs;
  }

  /** A field's number; 0 where it is left out among named ones, else NaN. */
  number(field: keyof typeof FIELDS): number {
    const value = this.numbers[FIELDS[field]];
    return this.isNamed && Number.isNaN(value) ? 0 : value;
  }

  /** The id of the target exactly, as text. */
  get targetText(): string {
    let text = "";
    for (let i = this.#targetFrom; i < this.#targetTo; i++) text += String.fromCharCode(this.#bytes[i]);
    return text === "" ? "0" : text;
  }

  /** Reads the line `[from, to)`; whether it is an event of DAMON. */
  parse(bytes: Uint8Array, from: number, to: number): boolean {
    this.#bytes = bytes;
    const name = findEvent(bytes, from, to);
    if (name < 0) return this.#parseNameless(bytes, from, to);
    let after = name;
    let hash = 0;
    while (after < to && isWord(bytes[after])) hash = (hash * 31 + bytes[after++]) | 0;
    let event = this.#names.get(hash);
    if (event === undefined) this.#names.set(hash, event = text(bytes, name, after));
    this.event = event;
    // What trace-cmd report --profile counts: `Event: damon_aggregated:0x0 (24)`.
    if (bytes[after] === COLON && isDigit(bytes[after + 1])) return false;
    // perf trace 4 prints `damon:damon_aggregated:target_id=`, with its own kind of time before it.
    const isCall = bytes[after] === OPEN || (bytes[after] === COLON && isWord(bytes[after + 1]));
    this.head.parse(bytes, from, beforeGroup(bytes, from, name), isCall);
    this.#parseFields(bytes, after + 1, to, isCall);
    return true;
  }

  /** Text of DAMON's event without its name, as `perf script -F comm,pid,time,trace` prints it. */
  #parseNameless(bytes: Uint8Array, from: number, to: number): boolean {
    let at = from;
    while (at < to && !(bytes[at] === 116 && isAt(bytes, at, to, NAMELESS))) at++;
    if (at >= to || (at > from && !isSpace(bytes[at - 1]))) return false;
    this.event = "damon_aggregated";
    this.head.parse(bytes, from, at, false);
    this.#parseFields(bytes, at, to, false);
    return !Number.isNaN(this.numbers[END]);
  }

  #parseFields(bytes: Uint8Array, at: number, to: number, isCall: boolean): void {
    const { numbers } = this;
    numbers.fill(NaN);
    this.#targetFrom = this.#targetTo = 0;
    this.isNamed = isCall;
    let bare = NR_ACCESSES;
    while (at < to) {
      const byte = bytes[at];
      if (isDigit(byte)) {
        const isNegative = bytes[at - 1] === MINUS && bytes[at - 2] === SPACE;
        const end = endOfNumber(bytes, at, to);
        const value = numberIn(bytes, at, end);
        if (bytes[end] === MINUS && isDigit(bytes[end + 1]) && Number.isNaN(numbers[START])) {
          const last = endOfNumber(bytes, end + 1, to);
          numbers[START] = value;
          numbers[END] = numberIn(bytes, end + 1, last);
          at = last;
          // The text of the tracepoint, which leaves nothing out.
          this.isNamed = false;
          continue;
        }
        if (bare <= AGE && !Number.isNaN(numbers[END])) numbers[bare++] = isNegative ? -value : value;
        at = end;
      } else if (isWord(byte)) {
        let end = at;
        let hash = 0;
        while (end < to && isWord(bytes[end])) hash = (hash * 31 + bytes[end++]) | 0;
        if (bytes[end] !== EQUALS && bytes[end] !== COLON) {
          at = end;
          continue;
        }
        let from = end + 1;
        while (from < to && bytes[from] === SPACE) from++;
        if (!isDigit(bytes[from])) {
          at = from;
          continue;
        }
        const last = endOfNumber(bytes, from, to);
        // A range is no value of the word before it.
        if (bytes[last] === MINUS) {
          at = from;
          continue;
        }
        let field = this.#fields.get(hash);
        if (field === undefined && !this.#fields.has(hash)) {
          const word = text(bytes, at, end);
          this.#fields.set(hash, field = Object.hasOwn(FIELDS, word) ? FIELDS[word] : undefined);
        }
        if (field !== undefined) {
          numbers[field] = numberIn(bytes, from, last);
          if (field === TARGET) [this.#targetFrom, this.#targetTo] = [from, last];
          if (field >= START && field <= AGE) this.isNamed = true;
        }
        at = last;
        // The same number once more, as in `age=0x3 (3)`.
        if (bytes[at] === SPACE && bytes[at + 1] === OPEN) {
          let close = at + 2;
          while (close < to && bytes[close] !== CLOSE && !isSpace(bytes[close])) close++;
          if (bytes[close] === CLOSE) at = close + 1;
        }
      } else at++;
    }
  }
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function isAt(bytes: Uint8Array, at: number, to: number, word: string): boolean {
  if (at + word.length > to) return false;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

/**
 * Where `damon_...` or `damos_...` begins as a word that ends in `:` or `(`; -1. A thread may be called likewise, before the
 * event: the last one counts, as the fields of DAMON's events hold no text.
 */
function findEvent(bytes: Uint8Array, from: number, to: number): number {
  for (let at = bytes.lastIndexOf(UNDERSCORE, to - 1); at >= from + 5; at = bytes.lastIndexOf(UNDERSCORE, at - 1)) {
    const begin = at - 5;
    if (bytes[begin] !== 100 || bytes[begin + 1] !== 97 || bytes[begin + 2] !== 109 || bytes[begin + 3] !== 111) {
      continue;
    }
    const isDamon = bytes[begin + 4] === 110 || bytes[begin + 4] === 115;
    if (!isDamon || (begin > from && isWord(bytes[begin - 1]))) continue;
    let end = at;
    while (end < to && isWord(bytes[end])) end++;
    if (end < to && (bytes[end] === COLON || bytes[end] === OPEN)) return begin;
  }
  return -1;
}

/** Where the group of an event begins, as in `damon:damon_aggregated`; else the event itself. */
function beforeGroup(bytes: Uint8Array, from: number, name: number): number {
  let at = name;
  if (at - 2 < from || bytes[at - 1] !== COLON || !isWord(bytes[at - 2])) return at;
  at--;
  while (at > from && isWord(bytes[at - 1])) at--;
  return at;
}

function endOfNumber(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] === ZERO && bytes[at + 1] === SMALL_X) {
    for (at += 2; at < to && isHex(bytes[at]); at++);
    return at;
  }
  while (at < to && isDigit(bytes[at])) at++;
  return at;
}

/** Digit by digit more than 15 of them do not add up exactly: those are taken as text. */
function numberIn(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 15 || bytes[from + 1] === SMALL_X) return Number(text(bytes, from, to));
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + bytes[at] - ZERO;
  return value;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70);
}
