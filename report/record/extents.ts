import { formatAddress } from "../../damon/mod.ts";

/** What a record is called at the beginning of a sentence. */
export function atStart(record: string): string {
  return record === "the record" ? "The record" : record;
}

/** Smallest and largest value as words. */
export function extentText({ min, max }: { min: number; max: number }, textOf: (value: number) => string): string {
  const [from, to] = [textOf(min), textOf(max)];
  return from === to ? from : `${from} to ${to}`;
}

/** A range of addresses as words. */
export function rangeText({ start, end }: { start: number; end: number }): string {
  return `0x${formatAddress(start)}-0x${formatAddress(end)}`;
}

/** Widens an extent so that it holds the value. */
export function widen(extent: { min: number; max: number }, value: number): void {
  if (value < extent.min) extent.min = value;
  if (value > extent.max) extent.max = value;
}
