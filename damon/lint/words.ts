import {
  type AccessPattern,
  type Bounds,
  formatAddress,
  formatBytes,
  formatNr,
  formatNs,
  type Intervals,
  type SchemeFilter,
} from "../model/mod.ts";

/** What no count reaches: kernels take 32 bits of it, or 64. */
export const NO_BOUND = 0xffff_ffff;

const NO_LIMIT_BYTES = 2 ** 63;

/** A size in a sentence: `4 KiB`, `1.5 GiB`. */
export function bytesWords(bytes: number): string {
  const [value, unit] = formatBytes(bytes).split(" ");
  return bytes >= NO_LIMIT_BYTES ? "any size" : `${Number(value)} ${unit}`;
}

/** A time in a sentence: `100 ms`, `60 s`, `2 min 30 s`, `3 h`. */
export function timeWords(us: number): string {
  if (us >= 2 ** 63) return "ever";
  if (us < 120e6) {
    return us >= 60e6 ? `${Number((us / 1e6).toFixed(1))} s` : formatNs(us * 1e3);
  }
  return formatNs(us * 1e3).replace(/ m\b/, " min");
}

/** A share in a sentence: `25 %`. */
export function shareWords(value: number, whole: number): string {
  return `${Number((100 * value / whole).toPrecision(4))} %`;
}

/** An address range in a sentence. */
export function rangeWords({ start, end }: { start: number; end: number }): string {
  const last = end >= 2 ** 64 ? "the end" : `0x${formatAddress(end)}`;
  return `0x${formatAddress(start)} to ${last}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[], conjunction: "and" | "or" = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

/** `1 region`, `2 regions`. */
export function countWords(count: number, what: string): string {
  return `${formatNr(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** Samples of an aggregation interval: the largest access rate. */
export function samplesOf({ sampleUs, aggrUs }: Pick<Intervals, "sampleUs" | "aggrUs">): number {
  return Math.max(1, Math.floor(aggrUs / sampleUs));
}

/** Whether every value lies within the bounds. */
export function isUnbounded({ min, max }: Bounds): boolean {
  return min === 0 && max >= NO_BOUND;
}

/** Which regions a pattern takes, as what follows "regions": ` of at least 4 KiB that were not accessed at all …`. */
export function patternWords(pattern: AccessPattern, intervals: Intervals): string {
  const { szBytes, nrAccesses, age } = pattern;
  const most = samplesOf(intervals);
  const isAnyRate = nrAccesses.min === 0 && nrAccesses.max >= most;
  const size = isUnbounded(szBytes) ? "" : ` of ${boundsWords(szBytes, bytesWords)}`;
  const time = ageWords(age, intervals.aggrUs);
  if (isAnyRate) return size + (time ? ` whose access rate has been about the same for ${time}` : "");
  const when = time ? `for ${time}` : `in the last ${timeWords(intervals.aggrUs)}`;
  return `${size} that were ${rateWords(nrAccesses, most)} ${when}`;
}

function boundsWords({ min, max }: Bounds, words: (value: number) => string): string {
  if (min === max) return `just ${words(min)}`;
  if (max >= NO_BOUND && max >= min) return `at least ${words(min)}`;
  return min === 0 ? `at most ${words(max)}` : `${words(min)} to ${words(max)}`;
}

function rateWords(bounds: Bounds, most: number): string {
  const { min, max } = bounds;
  if (min === 0 && max === 0) return "not accessed at all";
  if (min === 1 && max >= most) return `accessed at all${most === 1 ? "" : ` (in 1 or more of ${most} samples)`}`;
  if (min === most && max >= most) return `accessed in every one of ${most} samples`;
  const counts = max >= most ? `at least ${min}` : boundsWords(bounds, (count) => `${count}`);
  const [low, high] = [min, Math.min(max, most)].map((count) => shareWords(count, most));
  const share = max >= most
    ? `${low} or more`
    : min === 0
    ? `${high} or less`
    : min === max
    ? low
    : `${low} to ${high}`;
  return `accessed in ${counts} of ${countWords(most, "sample")} (${share})`;
}

function ageWords(age: Bounds, aggrUs: number): string {
  if (isUnbounded(age)) return "";
  const time = (intervals: number) => timeWords(intervals * aggrUs);
  if (age.max >= NO_BOUND && age.max >= age.min) return `${time(age.min)} or longer`;
  if (age.min === age.max) return `just ${time(age.min)}`;
  return age.min === 0 ? `at most ${time(age.max)}` : `${time(age.min)} to ${time(age.max)}`;
}

/** The memory that a filter is about: `anonymous memory`, `memory of the cgroup /a`, `addresses 0x1000 to 0x2000`. */
export function filteredWords(filter: SchemeFilter): string {
  const { type, matching } = filter;
  switch (type) {
    case "anon":
      return matching ? "anonymous memory" : "memory of files";
    case "active":
      return `pages on the ${matching ? "active" : "inactive"} LRU list`;
    case "young":
      return `pages ${matching ? "" : "not "}accessed since it last looked`;
    case "unmapped":
      return `pages that ${matching ? "no process has" : "a process has"} mapped`;
    case "memcg":
      return `memory ${matching ? "of" : "outside of"} the cgroup ${filter.memcgPath}`;
    case "target":
      return matching ? `target ${filter.targetIndex}` : `targets other than ${filter.targetIndex}`;
    case "addr":
      return `addresses ${matching ? "" : "outside of "}${rangeWords(filter)}`;
    case "hugepage_size":
      return `pages ${matching ? "" : "not "}of ${
        boundsWords({ min: filter.minBytes, max: filter.maxBytes }, bytesWords)
      }`;
  }
}
