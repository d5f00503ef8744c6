import type { AddressRange } from "../../damon/mod.ts";

/** Bytes of ranges that do not overlap. */
export function bytesOf(ranges: readonly AddressRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Ranges that touch or overlap become one; they must ascend by `start`. */
export function joinTouching(ranges: readonly AddressRange[]): AddressRange[] {
  const result: AddressRange[] = [];
  for (const { start, end } of ranges) {
    const last = result.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

/** What lies in both; both ascend without overlap, and so does the result. */
export function intersect(a: readonly AddressRange[], b: readonly AddressRange[]): AddressRange[] {
  const result: AddressRange[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i].start, b[j].start);
    const end = Math.min(a[i].end, b[j].end);
    if (start < end) result.push({ start, end });
    if (a[i].end <= b[j].end) i++;
    else j++;
  }
  return result;
}

/** What lies in `ranges` and not in `holes`, likewise. */
export function subtract(ranges: readonly AddressRange[], holes: readonly AddressRange[]): AddressRange[] {
  const result: AddressRange[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    let from = start;
    while (at < holes.length && holes[at].end <= from) at++;
    for (let i = at; i < holes.length && holes[i].start < end; i++) {
      if (holes[i].start > from) result.push({ start: from, end: holes[i].start });
      from = Math.max(from, holes[i].end);
    }
    if (from < end) result.push({ start: from, end });
  }
  return result;
}

/** What lies in either, likewise; ranges that touch become one. */
export function unite(a: readonly AddressRange[], b: readonly AddressRange[]): AddressRange[] {
  if (b.length === 0) return [...a];
  return joinTouching([...a, ...b].sort((x, y) => x.start - y.start));
}

/** A part of a range, with the value that was put there last. */
export interface ValuedRange extends AddressRange {
  /** `undefined` where none was put. */
  value: number | undefined;
}

/**
 * A value for each address, such as when something was last done there. It grows with the number of different pieces.
 *
 * @example
 * ```ts
 * import { RangeValues } from "./ranges.ts";
 * const last = new RangeValues();
 * last.put([{ start: 0, end: 8 }], 1);
 * last.put([{ start: 4, end: 6 }], 2);
 * last.within(2, 5); // [{ start: 2, end: 4, value: 1 }, { start: 4, end: 5, value: 2 }]
 * ```
 */
export class RangeValues {
  #ranges: (AddressRange & { value: number })[] = [];

  /** Puts a value to ranges that ascend without overlap, in the place of what was there. */
  put(ranges: readonly AddressRange[], value: number): void {
    if (ranges.length === 0) return;
    const all: (AddressRange & { value: number })[] = [];
    let at = 0;
    for (const old of this.#ranges) {
      let from = old.start;
      while (at < ranges.length && ranges[at].end <= from) at++;
      for (let i = at; i < ranges.length && ranges[i].start < old.end; i++) {
        if (ranges[i].start > from) all.push({ start: from, end: ranges[i].start, value: old.value });
        from = Math.max(from, ranges[i].end);
      }
      if (from < old.end) all.push({ start: from, end: old.end, value: old.value });
    }
    for (const { start, end } of ranges) all.push({ start, end, value });
    all.sort((a, b) => a.start - b.start);
    this.#ranges = [];
    for (const range of all) {
      const last = this.#ranges.at(-1);
      if (last && last.end === range.start && last.value === range.value) last.end = range.end;
      else this.#ranges.push(range);
    }
  }

  /** The parts of `[start, end)`, ascending without a gap. */
  within(start: number, end: number): ValuedRange[] {
    const parts: ValuedRange[] = [];
    let from = start;
    for (let i = this.#firstEndingAfter(start); i < this.#ranges.length && this.#ranges[i].start < end; i++) {
      const range = this.#ranges[i];
      if (range.start > from) parts.push({ start: from, end: range.start, value: undefined });
      const low = Math.max(from, range.start);
      parts.push({ start: low, end: Math.min(end, range.end), value: range.value });
      from = Math.min(end, range.end);
    }
    if (from < end) parts.push({ start: from, end, value: undefined });
    return parts;
  }

  #firstEndingAfter(address: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle].end <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
