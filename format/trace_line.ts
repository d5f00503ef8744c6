const [NEWLINE, SPACE, TAB, COLON, MINUS, DOT, SLASH, OPEN, ZERO] = [10, 32, 9, 58, 45, 46, 47, 40, 48];

/** Most numbers that an event of DAMON has. */
const MOST_NUMBERS = 16;

/**
 * One line of a trace, as perf script, trace-cmd report, perf trace or the kernel's own file prints it. It is filled anew by
 * each {@linkcode TraceLine.parse}: nothing is made for a line but what is new in it.
 */
export class TraceLine {
  /** Name of the tracepoint, without its group. */
  event = "";
  /** Pid of the task that it happened in: the kdamond; 0 where the text does not say. */
  pid = 0;
  /** ns. */
  timeNs = 0;
  /** The numbers of its text, in their order, whatever their names. */
  readonly numbers = new Float64Array(MOST_NUMBERS);
  /** How many. */
  count = 0;
  /** The number at index `at` exactly, as text; for those beyond 2^53. */
  textOf(at: number): string {
    let text = "";
    for (let i = this.#from[at]; i < this.#to[at]; i++) text += String.fromCharCode(this.#bytes[i]);
    return text;
  }
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #from = new Int32Array(MOST_NUMBERS);
  readonly #to = new Int32Array(MOST_NUMBERS);
  #names = new Map<number, string>();

  /** Reads the line `[from, to)`; whether it is an event of DAMON. */
  parse(bytes: Uint8Array, from: number, to: number): boolean {
    const name = findEvent(bytes, from, to);
    if (name < 0) return false;
    let after = name;
    let hash = 0;
    while (after < to && isWord(bytes[after])) hash = (hash * 31 + bytes[after++]) | 0;
    if (after === to || (bytes[after] !== COLON && bytes[after] !== OPEN)) return false;
    this.#bytes = bytes;
    let event = this.#names.get(hash);
    if (event === undefined) {
      event = String.fromCharCode(...bytes.subarray(name, after));
      this.#names.set(hash, event);
    }
    this.event = event;
    if (!this.#parseHead(bytes, from, name)) return false;
    this.#parseNumbers(bytes, after + 1, to);
    return true;
  }

  /** Task and time: `comm pid [cpu] TIME:`, `comm-pid [cpu] flags TIME:`, or `MS comm/pid`. */
  #parseHead(bytes: Uint8Array, from: number, name: number): boolean {
    let end = name;
    // The group, as in `damon:damon_aggregated`.
    if (bytes[end - 1] === COLON && isWord(bytes[end - 2])) {
      end--;
      while (end > from && isWord(bytes[end - 1])) end--;
    }
    while (end > from && isSpace(bytes[end - 1])) end--;
    let at = from;
    while (at < end && isSpace(bytes[at])) at++;
    const isPerfTrace = bytes[end - 1] !== COLON;
    if (isPerfTrace) {
      this.timeNs = decimalNs(bytes, at, end, 6);
      let slash = end;
      while (slash > at && bytes[slash - 1] !== SLASH) slash--;
      this.pid = integer(bytes, slash, end);
      return this.timeNs >= 0;
    }
    let time = end - 1;
    while (time > at && !isSpace(bytes[time - 1])) time--;
    this.timeNs = decimalNs(bytes, time, end - 1, 9);
    let comm = at;
    while (comm < end && !isSpace(bytes[comm])) comm++;
    let pid = comm;
    while (pid < end && isSpace(bytes[pid])) pid++;
    this.pid = integer(bytes, pid, time);
    if (bytes[pid] < ZERO || bytes[pid] > ZERO + 9) {
      let minus = comm;
      while (minus > at && bytes[minus - 1] !== MINUS) minus--;
      this.pid = minus > at ? integer(bytes, minus, comm) : 0;
    }
    return this.timeNs >= 0;
  }

  #parseNumbers(bytes: Uint8Array, at: number, to: number): void {
    let count = 0;
    while (at < to && count < MOST_NUMBERS) {
      const digit = bytes[at] - ZERO;
      // Digits that end a name, as in `probe0`, are no number.
      if (digit < 0 || digit > 9 || isWord(bytes[at - 1])) {
        at++;
        continue;
      }
      const from = at;
      let value = 0;
      while (at < to) {
        const next = bytes[at] - ZERO;
        if (next < 0 || next > 9) break;
        value = value * 10 + next;
        at++;
      }
      this.#from[count] = from;
      this.#to[count] = at;
      // Digit by digit more than 15 of them do not add up exactly.
      if (at - from > 15) value = Number(this.textOf(count));
      const isNegative = bytes[from - 1] === MINUS && isSpace(bytes[from - 2]);
      this.numbers[count++] = isNegative ? -value : value;
    }
    this.count = count;
  }
}

/** Calls `take` with the bounds of each line of a stream; the last one may lack its end. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ bytes: Uint8Array; ends: number; isLast: boolean }> {
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      rest = both(rest, chunk);
      continue;
    }
    const bytes = rest.length === 0 ? chunk.subarray(0, last + 1) : both(rest, chunk.subarray(0, last + 1));
    rest = chunk.slice(last + 1);
    yield { bytes, ends: bytes.length, isLast: false };
  }
  if (rest.length > 0) yield { bytes: rest, ends: rest.length, isLast: true };
}

function both(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Where `damon_...` or `damos_...` begins as a word, with `:` or a space before it; -1. */
function findEvent(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at + 6 < to; at++) {
    if (bytes[at] !== 100 || bytes[at + 1] !== 97 || bytes[at + 2] !== 109 || bytes[at + 3] !== 111) continue;
    const isDamon = bytes[at + 4] === 110 || bytes[at + 4] === 115;
    if (isDamon && bytes[at + 5] === 95 && (at === from || !isWord(bytes[at - 1]))) return at;
  }
  return -1;
}

function isWord(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || byte === 95 || (byte >= ZERO && byte <= ZERO + 9) || (byte >= 65 && byte <= 90);
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function integer(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to && bytes[at] >= ZERO && bytes[at] <= ZERO + 9; at++) {
    value = value * 10 + bytes[at] - ZERO;
  }
  return value;
}

/** A decimal number as ns, exactly: `places` is how many digits make a unit. -1 where it is none. */
function decimalNs(bytes: Uint8Array, from: number, to: number, places: number): number {
  let [whole, fraction, digits, at] = [0, 0, 0, from];
  for (; at < to && bytes[at] >= ZERO && bytes[at] <= ZERO + 9; at++) whole = whole * 10 + bytes[at] - ZERO;
  if (at === from) return -1;
  if (bytes[at] === DOT) {
    for (at++; at < to && bytes[at] >= ZERO && bytes[at] <= ZERO + 9; at++) {
      if (digits === places) continue;
      fraction = fraction * 10 + bytes[at] - ZERO;
      digits++;
    }
  }
  return whole * 10 ** places + fraction * 10 ** (places - digits);
}
