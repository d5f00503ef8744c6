import {
  type AddressRange,
  type Bounds,
  exactAccessRate,
  exactAge,
  exactBytes,
  exactMs,
  exactUs,
  type Intervals,
  MAX,
  parseAccessRate,
  parseAge,
  parseBytes,
  parseCount,
  parseMs,
  parseNumber,
  parseShare,
  parseUsOrMax,
} from "../../damon/mod.ts";
import { record, row } from "./record_shape.ts";
import { mapped, type Scope, type Shape, text } from "./shape.ts";
import { errorAt, type TextNode } from "./text_node.ts";
import { mostSamples } from "./range_shapes.ts";
import { FLAG } from "./value_shapes.ts";

// Values as the Python damo writes and reads them: numbers or texts, bare ones in the unit that the key's name ends in. What
// is written here it reads back as exactly the same: its shares go through doubles, and are cut, not rounded.

const digits = (value: number) => value === MAX ? "max" : BigInt(value).toString();

function number(
  need: string,
  parse: (text: string) => number,
  format: (value: number) => string,
): Shape<number> {
  return text({
    need,
    numbers: "number",
    parse: (text) => Math.round(parse(text)),
    format: (value, { raw }) => raw ? digits(value) : format(value),
  });
}

/** A size, bytes. */
export const PYTHON_DAMO_BYTES: Shape<number> = number("a size", parseBytes, exactBytes);
/** A time, µs. */
export const PYTHON_DAMO_US: Shape<number> = number("a time", parseUsOrMax, exactUs);
/** A time, ms. */
export const PYTHON_DAMO_MS: Shape<number> = number("a time", parseMs, exactMs);
/** A number. */
export const PYTHON_DAMO_COUNT: Shape<number> = number("a number", parseCount, digits);
/** A number that is written as such: of a node, or of a process; below 0 for none. */
export const PYTHON_DAMO_NUMBER: Shape<number> = {
  ...number("a number", parseNumber, String),
  write: (value) => value,
};
/** A share, parts of 10,000. */
export const PYTHON_DAMO_BP: Shape<number> = number(
  "a share",
  (text) => parseShare(text, 10_000),
  (bp) => percent(bp, 10_000),
);
/** A share, parts of 1000. */
export const PYTHON_DAMO_PERMIL: Shape<number> = number(
  "a share",
  (text) => parseShare(text, 1000),
  (permil) => percent(permil, 1000),
);
/** An address. */
export const PYTHON_DAMO_ADDRESS: Shape<number> = number("an address", parseBytes, digits);
/** A text, or a number as one. */
export const PYTHON_DAMO_TEXT: Shape<string> = text({
  need: "a text or a number",
  numbers: "number",
  parse: (text) => text,
  format: (text) => text,
});
/** Yes or no, in upper or lower case. */
export const PYTHON_DAMO_FLAG: Shape<boolean> = {
  schema: FLAG.schema,
  read: (node, name, scope) =>
    FLAG.read(node.kind === "scalar" ? { ...node, text: node.text.toLowerCase() } : node, name, scope),
  write: FLAG.write,
};

function percent(value: number, whole: number): string {
  const percent = Number((value * 100 / whole).toFixed(2));
  return percent / 100 * whole === value ? `${percent} %` : digits(value);
}

/** `start` and `end`. */
export const PYTHON_DAMO_RANGE: Shape<AddressRange> = record<AddressRange>({
  name: "an address range",
  isOpen: true,
  rows: [
    row("start", "start", PYTHON_DAMO_ADDRESS, "First byte.", { isNeeded: true }),
    row("end", "end", PYTHON_DAMO_ADDRESS, "One past the last byte.", { isNeeded: true }),
  ],
});

/** `min` and `max`, each by itself. */
export function pythonDamoEnds(shape: Shape<number>): Shape<Bounds> {
  return record<Bounds>({
    name: "a range",
    isOpen: true,
    rows: [
      row("min", "min", shape, "Least.", { isNeeded: true }),
      row("max", "max", shape, "Most.", { isNeeded: true }),
    ],
  });
}

interface Texts {
  min: string;
  max: string;
}

const TEXTS: Shape<Texts> = record<Texts>({
  name: "a range",
  isOpen: true,
  rows: [
    row("min", "min", PYTHON_DAMO_TEXT, "Least.", { isNeeded: true }),
    row("max", "max", PYTHON_DAMO_TEXT, "Most.", { isNeeded: true }),
  ],
});

/** `min` and `max` that are counts, or what counts are made of by the intervals: both must be of the same kind. */
function pair(
  need: string,
  unit: string,
  parse: (ends: [string, string], scope: Scope) => Bounds,
  format: (value: number, scope: Scope) => string | undefined,
): Shape<Bounds> {
  const bare = (text: string) => text.trim().replace(new RegExp(`^(min|max) +${unit}$`), "$1");
  const read = ({ min, max }: Texts, node: TextNode, scope: Scope) => {
    try {
      return parse([bare(min), bare(max)], scope);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw errorAt(node, `min and max must be ${need}, not ${JSON.stringify(min)} and ${JSON.stringify(max)}`);
    }
  };
  return mapped(TEXTS, read, ({ min, max }, scope) => {
    const [from, to] = scope.raw ? [] : [min, max].map((value) => value === MAX ? "max" : format(value, scope));
    if (from !== undefined && to !== undefined) return { min: from, max: to };
    return { min: `${digits(min)} ${unit}`, max: `${digits(max)} ${unit}` };
  });
}

/** `min` and `max` of an access rate: percent, or `7 samples`. */
export const PYTHON_DAMO_RATES: Shape<Bounds> = pair(
  "access rates, as 5 % or 3 samples",
  "samples",
  (ends, { intervals }) => parseAccessRate(ends, mostSamples(intervals)),
  ratePercent,
);

/** Only where the Python damo gets at the same count by it. */
function ratePercent(samples: number, { intervals }: { intervals: Intervals }): string | undefined {
  if (exactAccessRate(samples, mostSamples(intervals)).includes(" ")) return undefined;
  const percent = samples * 100 / mostSamples(intervals);
  const isSame = Math.trunc(percent / 100 * 100 * (intervals.aggrUs / intervals.sampleUs) / 100) === samples;
  return Number.isInteger(percent) && isSame ? `${percent} %` : undefined;
}

/** `min` and `max` of an age: times, or `13 aggr_intervals`. */
export const PYTHON_DAMO_AGES: Shape<Bounds> = pair(
  "times, as 5 s, or counts, as 13 aggr_intervals",
  "aggr_intervals",
  (ends, { intervals }) => parseAge(ends, intervals.aggrUs),
  (age, { intervals }) => {
    const text = exactAge(age, intervals.aggrUs);
    return text.includes(" ") ? undefined : text;
  },
);
