import { type AddressRange, MAX } from "../model/mod.ts";
import { parseAccessRate, parseAge, parseMs, parseShare, parseUsOrMax } from "./option_words.ts";

const SIZE_UNITS = ["E", "P", "T", "G", "M", "K"] as const;
const TIME_UNITS = [["h", 3600e6], ["m", 60e6], ["s", 1e6], ["ms", 1e3], ["us", 1]] as const;

/** All digits of a whole number, those above 2^53 as well. */
function digits(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}

/**
 * A size in the largest unit that says it exactly: `4K`, `100M`, `5000`, `max`. `parseBytes` gives it back.
 *
 * @example
 * ```ts
 * import { exactBytes } from "./exact_text.ts";
 * exactBytes(6.5 * 2 ** 30); // "6656M"
 * ```
 */
export function exactBytes(bytes: number): string {
  if (bytes === MAX) return "max";
  const at = SIZE_UNITS.findIndex((_, i) => bytes > 0 && bytes % 2 ** (60 - 10 * i) === 0);
  return at < 0 ? digits(bytes) : `${digits(bytes / 2 ** (60 - 10 * at))}${SIZE_UNITS[at]}`;
}

/** An address: a size where that is short, else in hex. `parseBytes` gives it back. */
export function exactAddress(address: number): string {
  const size = exactBytes(address);
  return size.length <= 6 ? size : `0x${BigInt(address).toString(16)}`;
}

/** An address range, both ends in the same form: `4G-5G`, `0x7f0000000000-0x7f0000100000`. */
export function exactRange({ start, end }: AddressRange): string {
  const ends = [exactAddress(start), exactAddress(end)];
  const isMixed = start > 0 && ends[0].startsWith("0x") !== ends[1].startsWith("0x") && end !== MAX;
  return (isMixed ? [start, end].map((address) => `0x${BigInt(address).toString(16)}`) : ends).join("-");
}

function exactTime(value: number, us: number, parse: (text: string) => number): string {
  if (value === 0) return "0s";
  for (const [unit, scale] of TIME_UNITS) {
    if ((value * us) % scale !== 0) continue;
    const text = `${digits(value * us / scale)}${unit}`;
    // Not so where the product above is larger than a double can hold.
    if (parse(text) === value) return text;
  }
  return parse("max") === value ? "max" : `${digits(value)}${us === 1 ? "us" : "ms"}`;
}

/** A time, given in µs, in the largest unit that says it exactly: `5ms`, `90s`. `parseUs` gives it back. */
export function exactUs(us: number): string {
  return us === MAX ? "max" : exactTime(us, 1, parseUsOrMax);
}

/** A time, given in ms, in the largest unit that says it exactly. {@linkcode parseMs} gives it back. */
export function exactMs(ms: number): string {
  return ms === parseMs("max") ? "max" : exactTime(ms, 1000, parseMs);
}

/**
 * A share in percent, given in parts of `whole`: `25%`, `0.5%`. {@linkcode parseShare} gives it back. `undefined` where
 * no such text does.
 */
export function exactShare(value: number, whole: 1000 | 10_000): string | undefined {
  const text = `${Number((value * 100 / whole).toFixed(2))}%`;
  return /^[\d.]+%$/.test(text) && parseShare(text, whole) === value ? text : undefined;
}

/**
 * A count of samples as an access rate: `25%` where that is short and exact, else `7 samples`; `max` for no bound.
 *
 * @param most Samples in an aggregation interval; without it, a count is given.
 */
export function exactAccessRate(samples: number, most?: number): string {
  if (samples === MAX) return "max";
  const percent = `${Number((samples * 100 / (most ?? NaN)).toFixed(2))}%`;
  if (most !== undefined && samples <= most && /^[\d.]+%$/.test(percent)) {
    const { min, max } = parseAccessRate([percent, percent], most);
    if (min === samples && max === samples) return percent;
  }
  return `${digits(samples)} ${samples === 1 ? "sample" : "samples"}`;
}

/**
 * A count of aggregation intervals as an age: `60s` where that is short, else `13 intervals`; `max` for no bound.
 *
 * @param aggrUs An aggregation interval; without it, a count is given.
 */
export function exactAge(intervals: number, aggrUs?: number): string {
  if (intervals === MAX) return "max";
  const time = aggrUs === undefined ? "" : exactUs(intervals * aggrUs);
  if (aggrUs !== undefined && time.length <= 6) {
    const { min, max } = parseAge([time, time], aggrUs);
    if (min === intervals && max === intervals) return time;
  }
  return `${digits(intervals)} ${intervals === 1 ? "interval" : "intervals"}`;
}
