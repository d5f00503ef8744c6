import { EVENT, EVENT_WORDS, type EventBatch, EventKind } from "../damon/events/event.ts";
import type { Region } from "../damon/model/regions.ts";

/** The fields of an event that a test sets; the others are 0. */
export type Fields = Partial<Record<keyof typeof EVENT, number | bigint>>;

const WIDE = new Set<string>(["seq", "timeNs", "targetId", "start", "end"]);

/** Events as the kernel side would send them. */
export function batchOf(events: readonly Fields[]): EventBatch {
  const words = new Uint32Array(events.length * EVENT_WORDS);
  events.forEach((event, i) => {
    for (const [name, value] of Object.entries(event)) {
      const at = i * EVENT_WORDS + EVENT[name as keyof typeof EVENT];
      words[at] = Number(BigInt(value) & 0xffff_ffffn);
      if (WIDE.has(name)) words[at + 1] = Number(BigInt(value) >> 32n);
    }
  });
  return { length: events.length, words };
}

/** A kdamond's kernel side: it numbers what it sends. */
export class Sender {
  /** @param seq That of the next event. */
  constructor(readonly kdamond: number, public seq: number = 0) {}

  /** The events of one snapshot. */
  snapshot(targetId: bigint, timeNs: number, regions: readonly Region[], fields: Fields = {}): Fields[] {
    return regions.map(({ start, end, nrAccesses, age }, position) => ({
      kind: EventKind.aggregated,
      kdamond: this.kdamond,
      seq: this.seq++,
      timeNs,
      targetId,
      start,
      end,
      nrRegions: regions.length,
      position,
      nrAccesses,
      age: age ?? 0xffff_ffff,
      ...fields,
    }));
  }

  /** One event of another kind. */
  other(kind: number, fields: Fields): Fields {
    return { kind, kdamond: this.kdamond, seq: this.seq++, ...fields };
  }
}

/** Regions that are told apart by `mark`. */
export function regionsOf(length: number, mark = 0): Region[] {
  return Array.from({ length }, (_, i) => ({
    start: 0x1000 * (2 * i + 1),
    end: 0x1000 * (2 * i + 2),
    nrAccesses: (mark + i) % 21,
    age: mark,
  }));
}
