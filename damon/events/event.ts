/** Words of 32 bits in one event: `struct damo_event` of bpf/event.h. */
export const EVENT_WORDS = 18;

/** Offsets of its fields, in words; of a u64 the low half, its high half follows. A test holds them against bpf/layouts.h. */
export const EVENT = {
  kind: 0,
  kdamond: 1,
  seq: 2,
  timeNs: 4,
  targetId: 6,
  start: 8,
  end: 10,
  nrRegions: 12,
  position: 13,
  nrAccesses: 14,
  age: 15,
  sampleUs: 16,
  /** Of a scheme's event u16 `ctx_idx`, then u16 `scheme_idx`; of an aggregation the hits of up to four probes, a byte each. */
  detail: 17,
} as const;

/** What an event is: `enum damo_kind`. */
export const EventKind = {
  aggregated: 1,
  intervalsTuned: 2,
  schemeApplied: 3,
  schemeQuota: 4,
} as const;

/** Events as they came from the kernel, valid until the next batch is asked for. */
export interface EventBatch {
  /** Number of events. */
  readonly length: number;
  /** At least `length` times {@linkcode EVENT_WORDS} words, in the order of sending. */
  readonly words: Uint32Array;
}
