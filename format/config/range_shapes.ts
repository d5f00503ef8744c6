import {
  type AddressRange,
  type Bounds,
  exactAccessRate,
  exactAge,
  exactRange,
  exactUs,
  type Intervals,
  MAX,
  parseAccessRate,
  parseAge,
  parseNs,
} from "../../damon/mod.ts";
import { record, row } from "./record_shape.ts";
import { either, type Scope, type Shape, text } from "./shape.ts";
import {
  bytesText,
  count,
  countOf,
  digits,
  only,
  parseSize,
  PERCENT_TEXT,
  SIZE_TEXT,
  TIME_TEXT,
  whole,
} from "./value_shapes.ts";

const bounds = (pattern: string, more = "") =>
  only(`(?:(?:min|${pattern})\\s?\\.\\.\\s?(?:max|${pattern})|min|max|${pattern}${more})`);

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
  return ordered({ min: parseSize(min), max: parseSize(max ?? min) });
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
  const [start, end] = text.split(/\s?-\s?/).map(parseSize);
  if (!(start < end)) throw new RangeError("which holds nothing: the start must be below the end");
  return { start, end };
}

/** {@linkcode ADDRESS_RANGE}'s text. */
export function rangeText(range: AddressRange, { raw }: Scope): string {
  const hex = (address: number) => `0x${BigInt(address).toString(16)}`;
  return raw ? `${hex(range.start)}-${hex(range.end)}` : exactRange(range);
}
