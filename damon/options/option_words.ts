import { MAX, parseBytes, parseNs, parseRatio } from "../model/mod.ts";

/** The words of one occurrence of an option: `--damos_age 60s max` has two. */
export type Words = readonly string[];

/** A share: `4%`, or a bare number that counts in `1 / whole`; the result counts so too, and may have a fraction. */
export function parseShare(text: string, whole: 100 | 1000 | 10_000): number {
  if (text.trim().endsWith("%")) return Math.round(parseRatio(text) * whole * 1e6) / 1e6;
  return parseNumber(text);
}

/**
 * A number without a unit: `42`, `1,000`, `min`, `max`, and `-1` as a node that is none.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseNumber(text: string): number {
  const trimmed = text.trim().replaceAll(",", "");
  if (trimmed === "min") return 0;
  if (trimmed === "max") return MAX;
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  throw new SyntaxError(`${JSON.stringify(text)} is not a number`);
}

/** {@linkcode parseNumber}, whole and not below 0. @throws {SyntaxError} for anything else. */
export function parseCount(text: string): number {
  const count = parseNumber(text);
  if (count >= 0 && (Number.isSafeInteger(count) || count === MAX)) return count;
  throw new SyntaxError(`${JSON.stringify(text)} is not a count`);
}

/** A time in µs, whole; a bare number counts in µs. `max` is no bound. */
export function parseUsOrMax(text: string): number {
  const ns = parseNs(text, "us");
  return ns >= MAX ? MAX : Math.round(ns / 1e3);
}

/** A time in ms, whole; a bare number counts in ms. `max` is the largest that the kernel takes. */
export function parseMs(text: string): number {
  const ns = parseNs(text, "ms");
  return ns >= MAX ? 0xffff_ffff : Math.round(ns / 1e6);
}

/**
 * Whether a word means yes: `y`, `yes`, `true`, `Y`, `1`, and their opposites.
 *
 * @throws {SyntaxError} for another word.
 */
export function parseYesNo(text: string): boolean {
  if (/^(y|yes|true|on|1)$/i.test(text)) return true;
  if (/^(n|no|false|off|0)$/i.test(text)) return false;
  throw new SyntaxError(`${JSON.stringify(text)} is not yes or no; use Y or N`);
}

/** Rounding errors of a product of decimals, such as 0.1 * 30, are not taken for a fraction. Adding 0 makes -0 a 0. */
const EPSILON = 1e-9;

/**
 * Both ends of an access rate, in samples of an aggregation interval: `0% 20%`, `5 20` (percent), or `1samples
 * 4samples`. A share between two counts is taken to the count that it still includes.
 *
 * @param most Samples in an aggregation interval.
 * @throws {SyntaxError} for another form.
 */
export function parseAccessRate([min, max]: Words, most: number): { min: number; max: number } {
  const samplesOf = (text: string, round: (x: number) => number) => {
    const found = /^(\d+) ?samples?$/.exec(text.trim().replaceAll(",", ""));
    if (found) return Number(found[1]);
    const percent = parseShare(text, 100);
    return percent >= MAX ? MAX : round(percent * most / 100);
  };
  return {
    min: samplesOf(min, (x) => Math.ceil(x - EPSILON) + 0),
    max: samplesOf(max, (x) => Math.floor(x + EPSILON)),
  };
}

/**
 * Both ends of an age, in aggregation intervals: `60s max`, `500000 1m` (bare: µs), or `5intervals 20intervals`. A time
 * between two intervals is taken to the interval that it still includes.
 *
 * @throws {SyntaxError} for another form.
 */
export function parseAge([min, max]: Words, aggrUs: number): { min: number; max: number } {
  const intervalsOf = (text: string, round: (x: number) => number) => {
    const found = /^(\d+) ?(?:aggr_)?intervals?$/.exec(text.trim().replaceAll(",", ""));
    if (found) return Number(found[1]);
    const us = parseUsOrMax(text);
    return us >= MAX ? MAX : round(us / aggrUs);
  };
  return {
    min: intervalsOf(min, (x) => Math.ceil(x - EPSILON) + 0),
    max: intervalsOf(max, (x) => Math.floor(x + EPSILON)),
  };
}

/** Both ends of a size, bytes: `4K max`. @throws {SyntaxError} for another form. */
export function parseSizes([min, max]: Words): { min: number; max: number } {
  return { min: parseBytes(min), max: parseBytes(max) };
}
