import { integerIn, isDigit, isSpace } from "./bytes.ts";

const [COLON, MINUS, DOT, SLASH, OPEN, CLOSE, BRACKET, END_BRACKET, ZERO, PLUS] = [
  58,
  45,
  46,
  47,
  40,
  41,
  91,
  93,
  48,
  43,
];

/** Digits of a number that fills its column. */
const LONG = 8;

/**
 * What stands before an event: whose task it happened in, and when.
 *
 * - perf script: `comm pid [cpu] S.US:`, with any of its columns left out or added (`pid/tid`, the time of day, a period);
 * - trace-cmd report and the kernel's trace: `comm-pid (tgid) [cpu] flags S.US:`; in latency format
 *   `comm-pid cpuflags US us!:`, or verbosely `comm pid cpu flags depth index [HEX] MS.US ms (+MS.US ms):`; of clocks that count
 *   ticks, a whole number;
 * - perf trace: `MS (duration): comm/tid`, or the tid alone.
 *
 * The name of a task may have blanks, dashes and brackets in it.
 */
export class TraceHead {
  /** Pid of the task; where the text does not say, the number in the name `kdamond.N`, or 0. */
  pid = 0;
  /** Whether the text says the pid. */
  hasPid = false;
  /** ns; NaN where the text does not say. */
  timeNs = NaN;
  /** Whether the time is a whole number without a unit: ticks of an unknown length. */
  isTicks = false;

  /** Whether there is a time. */
  get hasTime(): boolean {
    return !Number.isNaN(this.timeNs);
  }

  /** Reads `[from, to)`; `isCall` where perf trace wrote it. */
  parse(bytes: Uint8Array, from: number, to: number, isCall: boolean): void {
    this.pid = 0;
    this.hasPid = false;
    this.timeNs = NaN;
    this.isTicks = false;
    while (from < to && isSpace(bytes[from])) from++;
    if (isCall) this.#call(bytes, from, to);
    else this.#line(bytes, from, to);
  }

  #call(bytes: Uint8Array, from: number, to: number): void {
    let end = from;
    while (end < to && !isSpace(bytes[end])) end++;
    this.timeNs = decimalNs(bytes, from, end, 6);
    to = trimmed(bytes, from, to);
    let slash = to;
    while (slash > from && bytes[slash - 1] !== SLASH) slash--;
    // Without the name of the thread, its number is a word of its own.
    const word = slash > from ? slash : wordBefore(bytes, from, to);
    if (word > from) this.#tell(integerIn(bytes, word, to));
  }

  #line(bytes: Uint8Array, from: number, to: number): void {
    // The word that is the time, from the right: differences and counts may stand between it and the event.
    to = trimmed(bytes, from, to);
    while (to > from) {
      let word = wordBefore(bytes, from, to);
      if (bytes[to - 1] === COLON) {
        let end = to - 1;
        // Of latency format, whose mark may be a blank: `100us :`.
        if (word === end) [end, word] = [trimmed(bytes, from, end), wordBefore(bytes, from, trimmed(bytes, from, end))];
        if (bytes[word] === OPEN && bytes[word + 1] === PLUS) {
          return this.#verbose(bytes, from, trimmed(bytes, from, word));
        }
        // A long one fills its column, up to the CPU: `[001]100000000123:`.
        const bracket = bytes.lastIndexOf(END_BRACKET, end - 1);
        if (bracket > word) word = bracket + 1;
        if (this.#time(bytes, word, end)) {
          this.#task(bytes, from, trimmed(bytes, from, word));
          return;
        }
        // Of latency format it fills it up to the flags: `1.....280000000344:`.
        let digits = end;
        while (digits > word && isDigit(bytes[digits - 1])) digits--;
        if (end - digits >= LONG && !this.hasTime) this.#time(bytes, digits, end);
      }
      to = trimmed(bytes, from, word);
    }
  }

  /** Verbose latency format, up to its time: the thread's number comes before five words that are none of ours. */
  #verbose(bytes: Uint8Array, from: number, to: number): void {
    let word = wordBefore(bytes, from, to);
    if (!this.#time(bytes, word, to)) return;
    for (let words = 0; words < 5; words++) {
      to = trimmed(bytes, from, word);
      word = wordBefore(bytes, from, to);
    }
    to = trimmed(bytes, from, word);
    this.#tell(integerIn(bytes, wordBefore(bytes, from, to), to));
  }

  #time(bytes: Uint8Array, from: number, to: number): boolean {
    let end = from;
    while (end < to && (isDigit(bytes[end]) || bytes[end] === DOT)) end++;
    if (end === from || !isDigit(bytes[from])) return false;
    const rest = to - end;
    if (rest === 0) {
      const hasPoint = bytes.subarray(from, end).includes(DOT);
      this.isTicks = !hasPoint;
      this.timeNs = decimalNs(bytes, from, end, hasPoint ? 9 : 0);
      return this.hasTime;
    }
    // `us` or `ms`, and a mark of how long it took.
    const isUnit = (bytes[end] === 117 || bytes[end] === 109) && bytes[end + 1] === 115 && rest <= 3;
    if (isUnit) this.timeNs = decimalNs(bytes, from, end, bytes[end] === 117 ? 3 : 6);
    return isUnit;
  }

  /** `comm pid [cpu]`, `comm-pid (tgid) [cpu] flags`, `comm-pid cpuflags`, with what is left out. */
  #task(bytes: Uint8Array, from: number, to: number): void {
    // Latency format has no brackets of its own: those are part of the name.
    const flags = wordBefore(bytes, from, to);
    if (isCpuFlags(bytes, flags, to)) {
      const end = trimmed(bytes, from, flags);
      let at = end;
      while (at > from && isDigit(bytes[at - 1])) at--;
      if (at < end && end - at <= 10 && bytes[at - 1] === MINUS) return this.#tell(integerIn(bytes, at, end));
    }
    const cpu = cpuBefore(bytes, from, to);
    if (cpu >= 0) to = trimmed(bytes, from, cpu);
    // The thread group, which some kernels print as dashes.
    if (bytes[to - 1] === CLOSE) {
      let open = to;
      while (open > from && bytes[open - 1] !== OPEN) open--;
      if (open > from + 1 && isSpace(bytes[open - 2])) to = trimmed(bytes, from, open - 1);
    }
    let pid = this.#pidBefore(bytes, from, to);
    if (pid < 0 && cpu < 0) {
      // Flags: a word of its own, after a task that ends in its pid.
      const word = wordBefore(bytes, from, to);
      if (word > from) pid = this.#pidBefore(bytes, from, trimmed(bytes, from, word));
    }
    this.#tell(pid);
    if (pid < 0) this.pid = Math.max(0, numberInName(bytes, from, to));
  }

  /** @param pid -1 where there is none. */
  #tell(pid: number): void {
    this.hasPid = pid >= 0;
    this.pid = Math.max(0, pid);
  }

  /** The pid that ends here: a word of its own, behind a dash, or behind the slash of `pid/tid`; -1. */
  #pidBefore(bytes: Uint8Array, from: number, to: number): number {
    let at = to;
    while (at > from && isDigit(bytes[at - 1])) at--;
    if (at === to || to - at > 10) return -1;
    if (at === from || isSpace(bytes[at - 1]) || bytes[at - 1] === MINUS) return integerIn(bytes, at, to);
    if (bytes[at - 1] === SLASH && at - 1 > from && isDigit(bytes[at - 2])) return integerIn(bytes, at, to);
    return -1;
  }
}

/** Whether a word is a processor with flags, as `1d..2.`; a time of day has a colon in it. */
function isCpuFlags(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && isDigit(bytes[at])) at++;
  return at > from && to - at >= 4 && !bytes.subarray(at, to).includes(COLON);
}

/** Where `[001]` begins, the last one before `to`; -1. */
function cpuBefore(bytes: Uint8Array, from: number, to: number): number {
  for (let at = to - 1; at > from; at--) {
    if (bytes[at] !== END_BRACKET) continue;
    let open = at;
    while (open > from && isDigit(bytes[open - 1])) open--;
    if (open < at && open > from && bytes[open - 1] === BRACKET) return open - 1;
  }
  // Without anything before it.
  return bytes[from] === BRACKET && isDigit(bytes[from + 1]) ? from : -1;
}

/** The number at the end of a name `kdamond.N`; -1. */
function numberInName(bytes: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && isDigit(bytes[at - 1])) at--;
  return at > from && bytes[at - 1] === DOT ? integerIn(bytes, at, to) : -1;
}

function trimmed(bytes: Uint8Array, from: number, to: number): number {
  while (to > from && isSpace(bytes[to - 1])) to--;
  return to;
}

function wordBefore(bytes: Uint8Array, from: number, to: number): number {
  while (to > from && !isSpace(bytes[to - 1])) to--;
  return to;
}

/** A decimal number as ns, exactly: `places` is how many digits make a unit. NaN where it is none. */
function decimalNs(bytes: Uint8Array, from: number, to: number, places: number): number {
  let [whole, fraction, digits, at] = [0, 0, 0, from];
  for (; at < to && isDigit(bytes[at]); at++) whole = whole * 10 + bytes[at] - ZERO;
  if (at === from) return NaN;
  if (bytes[at] === DOT) {
    for (at++; at < to && isDigit(bytes[at]); at++) {
      if (digits === places) continue;
      fraction = fraction * 10 + bytes[at] - ZERO;
      digits++;
    }
  }
  return at < to ? NaN : whole * 10 ** places + fraction * 10 ** (places - digits);
}
