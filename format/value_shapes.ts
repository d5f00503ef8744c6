import {
  type AddressRange,
  type Bounds,
  exactAccessRate,
  exactAge,
  exactBytes,
  exactMs,
  exactRange,
  exactShare,
  exactUs,
  type Intervals,
  MAX,
  parseAccessRate,
  parseAge,
  parseBytes,
  parseNs,
  parseShare,
} from "../damon/mod.ts";
import { either, record, row, type Scope, type Shape, text } from "./shape.ts";
import { describeNode, errorAt } from "./text_node.ts";

/** What sizes look like, of which patterns are made. */
export const SIZE_TEXT = "(?:0[xX][0-9a-fA-F]+|[0-9][0-9,]*(?:\\.[0-9]+)?\\s?[KMGTPE]?(?:i?B)?)";
/** What times look like. */
export const TIME_TEXT = "(?:(?:[0-9]+(?:\\.[0-9]+)?\\s?(?:ns|us|µs|ms|s|m|h|d)\\s?)+|0)";
const PERCENT_TEXT = "[0-9]+(?:\\.[0-9]+)?\\s?%";
const only = (pattern: string) => new RegExp(`^${pattern}$`);
const bounds = (pattern: string, more = "") =>
  only(`(?:(?:min|${pattern})\\s?\\.\\.\\s?(?:max|${pattern})|min|max|${pattern}${more})`);

/** A result of decimals such as 4.35 * 100 is not quite whole where it should be. */
function whole(value: number, of: string): number {
  const rounded = Math.round(value);
  if (Math.abs(value - rounded) > Math.max(1e-6, rounded * 1e-12)) {
    throw new RangeError(`which is no whole number of ${of}`);
  }
  if (rounded > MAX) throw new RangeError("which is more than the kernel takes");
  return rounded;
}

/** A whole number in digits. */
export function countOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError("which is too large");
  return value;
}

const bytesOf = (text: string) => whole(parseBytes(text), "bytes");
const digits = (value: number) => value === MAX ? "max" : BigInt(value).toString();
/** A size as it is written. */
export const bytesText = (value: number, { raw }: Scope): string => raw ? digits(value) : exactBytes(value);

/** Without quotes, where a number says it. */
const asNumber = (text: string) => Number.isSafeInteger(Number(text)) ? Number(text) : text;

/** A size, bytes. */
export const SIZE: Shape<number> = text({
  need: "a size, as 4K or 1.5G",
  pattern: only(`(?:max|${SIZE_TEXT})`),
  numbers: "integer",
  parse: bytesOf,
  format: (value, scope) => asNumber(bytesText(value, scope)),
});

/** A time, whole units of `unit`. */
function time(unit: "us" | "ms"): Shape<number> {
  const scale = unit === "us" ? 1e3 : 1e6;
  // What lasts for ever: the kernel takes no more ms than 32 bits hold.
  const most = unit === "us" ? MAX : 0xffff_ffff;
  return text({
    need: "a time with its unit, as 5ms or 1.5s",
    pattern: only(`(?:max|${TIME_TEXT})`),
    schema: { examples: ["5ms", "100ms", "1.5s", "1m"] },
    parse: (text) => text === "max" ? most : whole(parseNs(text, unit) / scale, unit === "us" ? "µs" : "ms"),
    format: (value, { raw }) =>
      raw ? value === most ? "max" : `${digits(value)}${unit}` : unit === "us" ? exactUs(value) : exactMs(value),
  });
}

/** A time, µs. */
export const US: Shape<number> = time("us");
/** A time, ms. */
export const MS: Shape<number> = time("ms");

/** A share in percent, whole parts of `of`. */
function percent(of: 1000 | 10_000): Shape<number> {
  return text({
    need: "a share in percent, as 25%",
    pattern: only(PERCENT_TEXT),
    parse: (text) => whole(parseShare(text, of), `1/${of}`),
    format: (value) => exactShare(value, of),
  });
}

/** A share in percent, parts of 1000. */
export const PERMIL: Shape<number> = percent(1000);
/** A share in percent, parts of 10,000. */
export const BP: Shape<number> = percent(10_000);

/** A whole number, `least` or more. */
export function count(least = 0): Shape<number> {
  return {
    schema: { type: "integer", minimum: least, maximum: Number.MAX_SAFE_INTEGER },
    read(node, name) {
      const wrong = () =>
        errorAt(
          node,
          `${name} must be a whole number${least > 0 ? `, ${least} or more` : ""}: it is ${describeNode(node)}`,
        );
      const value = node.kind === "scalar" ? node.value : undefined;
      if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) throw wrong();
      return value;
    },
    write: (value) => value,
  };
}

const YES = ["yes", "y", "on", "true"];
const NO = ["no", "n", "off", "false"];

/** Yes or no. */
export const FLAG: Shape<boolean> = {
  schema: { anyOf: [{ type: "boolean" }, { enum: [...YES, ...NO] }] },
  read(node, name) {
    if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
    const isWord = (words: readonly string[]) => node.kind === "scalar" && words.includes(node.text);
    if (isWord(YES)) return true;
    if (isWord(NO)) return false;
    throw errorAt(node, `${name} must be true or false: it is ${describeNode(node)}`);
  },
  write: (value) => value,
};

/** Any text. */
export const TEXT: Shape<string> = text({ need: "a text", parse: (text) => text, format: (text) => text });

/** A weight: a share in percent, or any number, in proportion to the others. */
export const WEIGHT: Shape<number> = text({
  need: "a share, as 30% or 1",
  pattern: only(`(?:[0-9]+|${PERCENT_TEXT})`),
  numbers: "integer",
  parse: (text) => whole(parseShare(text, 1000), "1/1000"),
  format: (value) => value % 10 === 0 && value <= 1000 ? exactShare(value, 1000) : value,
});

/** The two ends of `a..b`; of a single one, both are the same. */
function endsOf(text: string): [string, string] {
  const [min, max] = text.split(/\s?\.\.\s?/);
  // As in 3..7 samples.
  const unit = /[a-z%]\w*$/.exec(max ?? "")?.[0];
  return [unit && /^[0-9]+$/.test(min) && !/^max$/.test(max) ? `${min} ${unit}` : min, max ?? min];
}

function range({ min, max }: Bounds, format: (value: number) => string): string {
  const [from, to] = [format(min), format(max)];
  if (from === to) return from;
  // `3..7 samples`, not `3 samples..7 samples`.
  const [, number, unit] = /^(\d+) ([a-z]+)$/.exec(from) ?? [];
  return unit && to.endsWith(` ${unit.replace(/s?$/, "s")}`) ? `${number}..${to}` : `${from}..${to}`;
}

function ordered(bounds: Bounds): Bounds {
  if (bounds.min > bounds.max) throw new RangeError("which holds nothing: the first must not be above the second");
  return bounds;
}

/** Both ends of a size, bytes. */
export const SIZE_BOUNDS: Shape<Bounds> = text({
  need: "a range of sizes, as 4K..max",
  pattern: bounds(SIZE_TEXT),
  numbers: "integer",
  schema: { examples: ["4K..max", "2M..1G"] },
  parse: parseSizes,
  format: (value, scope) => range(value, (bytes) => bytesText(bytes, scope)),
});

/** {@linkcode SIZE_BOUNDS}' text. */
export function parseSizes(text: string): Bounds {
  const [min, max] = text.split(/\s?\.\.\s?/);
  return ordered({ min: bytesOf(min), max: bytesOf(max ?? min) });
}

/** How many samples an aggregation interval has at most. */
export function mostSamples({ sampleUs, aggrUs }: Intervals): number {
  return Math.max(1, Math.floor(aggrUs / sampleUs));
}

/** Both ends of an access rate, samples. */
export const RATE_BOUNDS: Shape<Bounds> = text({
  need: "a range of access rates, as 0%, 5%..max or 3..7 samples",
  pattern: bounds(`(?:${PERCENT_TEXT}|[0-9]+ samples?)`, "|[0-9]+\\s?\\.\\.\\s?[0-9]+(?: samples?|\\s?%)"),
  schema: { examples: ["0%", "5%..max", "3..7 samples"] },
  parse: (text, { intervals }) => ordered(parseAccessRate(endsOf(text), mostSamples(intervals))),
  format: (value, { intervals, raw }) =>
    range(value, (samples) => exactAccessRate(samples, raw ? undefined : mostSamples(intervals))),
});

/** Both ends of an age, aggregation intervals. */
export const AGE_BOUNDS: Shape<Bounds> = text({
  need: "a range of times, as 60s..max, or 13..20 intervals",
  pattern: bounds(`(?:${TIME_TEXT}|[0-9]+ intervals?)`, "|[0-9]+\\s?\\.\\.\\s?[0-9]+ intervals?"),
  schema: { examples: ["60s..max", "0s..500ms", "13..20 intervals"] },
  parse: (text, { intervals }) => ordered(parseAge(endsOf(text), intervals.aggrUs)),
  format: (value, { intervals, raw }) => range(value, (age) => exactAge(age, raw ? undefined : intervals.aggrUs)),
});

/** Both ends of a time, µs. */
export const US_BOUNDS: Shape<Bounds> = text({
  need: "a range of times, as 5ms..10s",
  pattern: bounds(TIME_TEXT),
  schema: { examples: ["5ms..10s"] },
  parse(text) {
    const [min, max] = text.split(/\s?\.\.\s?/).map((end) =>
      end === "min" ? 0 : end === "max" ? MAX : parseNs(end, "us") / 1e3
    );
    return ordered({ min: whole(min, "µs"), max: whole(max ?? min, "µs") });
  },
  format: (value, { raw }) => range(value, (us) => raw ? `${digits(us)}us` : exactUs(us)),
});

/** Both ends of a count, as `10..1000`, or as a map. */
export const COUNT_BOUNDS: Shape<Bounds> = either({
  scalar: text({
    need: "a range of counts, as 10..1000",
    pattern: only("[0-9]+(?:\\s?\\.\\.\\s?[0-9]+)?"),
    numbers: "integer",
    schema: { examples: ["10..1000"] },
    parse(text) {
      const [min, max] = text.split(/\s?\.\.\s?/).map(countOf);
      return ordered({ min, max: max ?? min });
    },
    format: (value) => range(value, digits),
  }),
  map: record<Bounds>({
    name: "a range",
    rows: [
      row("min", "min", count(), "least", { isNeeded: true }),
      row("max", "max", count(), "most", { isNeeded: true }),
    ],
  }),
}, "a range of counts, as 10..1000");

/** An address range, bytes: `4G-5G`, `0x7f0000000000-0x7f0000100000`. */
export const ADDRESS_RANGE: Shape<AddressRange> = text({
  need: "an address range, as 4G-5G or 0x7f0000000000-0x7f0000100000",
  pattern: only(`${SIZE_TEXT}\\s?-\\s?(?:max|${SIZE_TEXT})`),
  schema: { examples: ["4G-5G", "0x7f0000000000-0x7f0000100000"] },
  parse: parseRange,
  format: rangeText,
});

/** {@linkcode ADDRESS_RANGE}'s text. */
export function parseRange(text: string): AddressRange {
  const [start, end] = text.split(/\s?-\s?/).map(bytesOf);
  if (!(start < end)) throw new RangeError("which holds nothing: the start must be below the end");
  return { start, end };
}

/** {@linkcode ADDRESS_RANGE}'s text. */
export function rangeText(range: AddressRange, { raw }: Scope): string {
  const hex = (address: number) => `0x${BigInt(address).toString(16)}`;
  return raw ? `${hex(range.start)}-${hex(range.end)}` : exactRange(range);
}

/** A fraction: `1/10`. */
export const FRACTION: Shape<{ num: number; denom: number }> = text({
  need: "a fraction, as 1/10",
  pattern: only("[0-9]+\\s?/\\s?[1-9][0-9]*"),
  parse(text) {
    const [num, denom] = text.split("/").map(countOf);
    return { num, denom };
  },
  format: ({ num, denom }) => `${num}/${denom}`,
});
