import { MAX, parseBytes, parseNs } from "../../damon/mod.ts";

/**
 * A number as the Python damo writes one: bare, or as text with commas, a unit (`143.027 MiB`, `2 s 500 ms`, `4 %`), `min`, `max`.
 * `undefined` for null and what is absent. A time counts in ns where it has a unit.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parsePythonDamoNumber(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") {
    throw new SyntaxError(`${JSON.stringify(value)} is not a number`);
  }
  const text = value.trim().replaceAll(",", "");
  // The text as a whole: digit by digit it would be rounded more than once.
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === "max") return MAX;
  if (text === "min") return 0;
  if (text.endsWith("%")) return Number(text.slice(0, -1).trim());
  return /[a-z]$/.test(text) ? parseNs(text, "ns") : parseBytes(text);
}

/** An integer that may not fit a double, such as the id of a target. */
export function parsePythonDamoInteger(value: unknown): bigint | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  const text = String(value).replaceAll(",", "").trim();
  if (!/^-?\d+$/.test(text)) throw new SyntaxError(`${JSON.stringify(value)} is not an integer`);
  return BigInt(text);
}

/** A time in µs: a bare number counts in µs, as everywhere in fields that end in `_us`. */
export function parsePythonDamoUs(value: unknown): number | undefined {
  if (typeof value === "string" && /[a-z]\s*$/.test(value) && !/^(min|max)$/.test(value.trim())) {
    return parseNs(value, "us") / 1e3;
  }
  return parsePythonDamoNumber(value);
}
