const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;
const BYTE_SHIFTS: Record<string, number> = { "": 0, B: 0, K: 10, M: 20, G: 30, T: 40, P: 50, E: 60 };
const NS: Record<string, number> = { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86400e9 };

/** Largest value of DAMON's unsigned long, as a double: what `max` means in sizes and counts. */
export const MAX = 2 ** 64;

/**
 * A number of bytes: `4096`, `1,000`, `4K`, `4KiB`, `1.5 GB` (all binary), `0x1000`, `min`, `max`. A fraction of a byte is left
 * out, as the Python damo does.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseBytes(text: string): number {
  const trimmed = text.trim().replaceAll(",", "");
  if (trimmed === "min") return 0;
  if (trimmed === "max") return MAX;
  if (/^0x[0-9a-f]+$/i.test(trimmed)) return Number(trimmed);
  const found = /^(\d+(?:\.\d+)?)\s*([KMGTPE]?)(?:i?B)?$/i.exec(trimmed);
  if (!found) {
    throw new SyntaxError(`${JSON.stringify(text)} is not a size; use a form like 4096, 4K or 1.5GiB`);
  }
  return Math.floor(Number(found[1]) * 2 ** BYTE_SHIFTS[found[2].toUpperCase()]);
}

/**
 * A time in ns: `5ms`, `1.5 s`, `1 m 30 s`; a bare number counts in `bareUnit`.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseNs(text: string, bareUnit: "ns" | "us" | "ms" | "s"): number {
  const trimmed = text.trim().replaceAll(",", "");
  if (trimmed === "min") return 0;
  if (trimmed === "max") return MAX;
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * NS[bareUnit];
  if (!/^(?:\d+(?:\.\d+)?\s*(?:ns|us|µs|ms|s|m|h|d)\s*)+$/.test(trimmed)) {
    throw new SyntaxError(`${JSON.stringify(text)} is not a time; use a form like 5ms, 1.5s or 1m30s`);
  }
  let sum = 0;
  for (const [, value, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h|d)/g)) {
    sum += Number(value) * NS[unit];
  }
  return sum;
}

/** {@linkcode parseNs}, in µs rounded to a whole number; a bare number counts in µs. */
export function parseUs(text: string): number {
  return Math.round(parseNs(text, "us") / 1e3);
}

/**
 * A share of a whole, as a fraction: `2%` is 0.02, and so is `0.02`.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseRatio(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim().replaceAll(",", ""));
  if (!found) throw new SyntaxError(`${JSON.stringify(text)} is not a share; use a form like 2% or 0.02`);
  return Number(found[1]) / (found[2] ? 100 : 1);
}

/** Bytes for a person, three significant digits: `1.50 MiB`, `512 B`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return `${Math.round(value)} B`;
  return `${value.toFixed(Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2)} ${BYTE_UNITS[unit]}`;
}

/** A duration in ns for a person, three significant digits: `1.25 s`, `100 ms`, `2 m 5 s`. */
export function formatNs(ns: number): string {
  if (ns < 0) return `-${formatNs(-ns)}`;
  if (ns >= 60e9) {
    const seconds = Math.round(ns / 1e9);
    const [d, h, m, s] = [seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(Math.floor);
    return [[d, "d"], [h, "h"], [m, "m"], [s, "s"]].filter(([n]) => n).map(([n, u]) => `${n} ${u}`).join(" ");
  }
  const [unit, scale] = ns >= 1e9 ? ["s", 1e9] : ns >= 1e6 ? ["ms", 1e6] : ns >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  return `${Number((ns / scale).toPrecision(3))} ${unit}`;
}

/** A count with thousands separated by commas: `1,234,567`. */
export function formatNr(count: number): string {
  // Without the tables of languages, which take 20 ms the first time: whoever ends a recording would wait for them.
  if (Number.isSafeInteger(count)) return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
  return count.toLocaleString("en-US");
}

/** An address in hex, as the kernel prints it, without `0x`: `7f12a4c00000`. Exact for page-aligned addresses. */
export function formatAddress(address: number): string {
  return BigInt(address).toString(16);
}
