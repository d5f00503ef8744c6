import { type Struct, SYMBOLS } from "./symbols.ts";

/** The structs of bpf/damo_pages.h. */
export const PAGES_STRUCTS = {
  pagesFacts: { bytes: 32, base: 0, limit: 8, levels: 16, byIterator: 20, canFlush: 24 },
  /** All of 64 bits. */
  pagesCounters: {
    bytes: 80,
    cpuNs: 0,
    clearNs: 8,
    walkNs: 16,
    clears: 24,
    cleared: 32,
    walks: 40,
    walked: 48,
    samples: 56,
    missed: 64,
    chilled: 72,
  },
  pagesInterval: {
    bytes: 72,
    nextNs: 0,
    sampleNs: 8,
    nrSamples: 16,
    nrParts: 20,
    startNs: 24,
    endNs: 32,
    samples: 40,
    exact: 44,
    picks: 48,
    stuck: 52,
    frames: 56,
    permil: 60,
    untilNs: 64,
  },
  /** All of 32 bits. */
  pagesPart: { bytes: 16, slot: 0, nrRegions: 4, result: 8, clear: 12 },
  pagesProcess: { bytes: 24, resident: 0, mapsSize: 8, mapsVersion: 16, nrAreas: 20 },
} as const satisfies Record<string, Struct>;

/** bpf/damo_pages.h line for line, and what else of the library the page sampler takes. */
export const PAGES_SYMBOLS = {
  damo_missing_capabilities: SYMBOLS.damo_missing_capabilities,
  damo_clock_boottime_ns: SYMBOLS.damo_clock_boottime_ns,
  damo_last_log: SYMBOLS.damo_last_log,
  /** `int damo_pages__open(__u32 by_iterator, struct damo_pages **to)` */
  damo_pages__open: { parameters: ["u32", "buffer"], result: "i32" },
  /** `int damo_pages__facts(const struct damo_pages *p, struct damo_pages_facts *to)` */
  damo_pages__facts: { parameters: ["pointer", "buffer"], result: "i32" },
  /** `int damo_pages__add(struct damo_pages *p, __u32 pid)` */
  damo_pages__add: { parameters: ["pointer", "u32"], result: "i32" },
  /**
   * `int damo_pages__watch(struct damo_pages *p, __u32 slot, __u32 what, const double *start, const double *end,
   * __u32 nr)`
   */
  damo_pages__watch: { parameters: ["pointer", "u32", "u32", "buffer", "buffer", "u32"], result: "i32" },
  /**
   * `int damo_pages__update(struct damo_pages *p, __u32 slot, __u32 must, __u32 permil, struct damo_pages_process *to)`
   */
  damo_pages__update: { parameters: ["pointer", "u32", "u32", "u32", "buffer"], result: "i32" },
  /** `int damo_pages__maps(const struct damo_pages *p, __u32 slot, char *to, __u32 size)` */
  damo_pages__maps: { parameters: ["pointer", "u32", "buffer", "u32"], result: "i32" },
  /** `int damo_pages__survey(struct damo_pages *p, __u32 slot)`, off the main thread */
  damo_pages__survey: { parameters: ["pointer", "u32"], result: "i32", nonblocking: true },
  /**
   * `int damo_pages__areas(struct damo_pages *p, __u32 slot, __u32 ends_window, double *start, double *end,
   * double *resident, double *used, double *swapped, __u32 cap)`
   */
  damo_pages__areas: {
    parameters: ["pointer", "u32", "u32", "buffer", "buffer", "buffer", "buffer", "buffer", "u32"],
    result: "i32",
  },
  /**
   * `int damo_pages__spans(const struct damo_pages *p, __u32 slot, double *start, double *end, double *resident,
   * __u32 cap)`
   */
  damo_pages__spans: { parameters: ["pointer", "u32", "buffer", "buffer", "buffer", "u32"], result: "i32" },
  /**
   * `int damo_pages__resident(const struct damo_pages *p, __u32 slot, const double *start, const double *end, __u32 nr,
   * double *resident)`
   */
  damo_pages__resident: { parameters: ["pointer", "u32", "buffer", "buffer", "u32", "buffer"], result: "i32" },
  /** `int damo_pages__begin_panel(struct damo_pages *p, __u32 slot, __u32 wanted, __u32 clear)`, off the main thread */
  damo_pages__begin_panel: { parameters: ["pointer", "u32", "u32", "u32"], result: "i32", nonblocking: true },
  /**
   * `int damo_pages__end_panel(struct damo_pages *p, __u32 slot, double *start, double *end, double *resident, __u32 *looks,
   * __u32 *hits)`, off the main thread
   */
  damo_pages__end_panel: {
    parameters: ["pointer", "u32", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  /** `int damo_pages__union(const struct damo_pages *p, double *resident, double *used)` */
  damo_pages__union: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  /** `int damo_pages__remove(struct damo_pages *p, __u32 slot)` */
  damo_pages__remove: { parameters: ["pointer", "u32"], result: "i32" },
  /** `int damo_pages__clear(struct damo_pages *p, __u32 slot)`, off the main thread */
  damo_pages__clear: { parameters: ["pointer", "u32"], result: "i32", nonblocking: true },
  /** `int damo_pages__look(struct damo_pages *p, __u32 slot, const double *addresses, __u32 nr, __u32 *entries)` */
  damo_pages__look: { parameters: ["pointer", "u32", "buffer", "u32", "buffer"], result: "i32" },
  /**
   * `int damo_pages__sample(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
   * const double *start, const double *end, __u32 *hits, __u32 *looks)`, off the main thread
   */
  damo_pages__sample: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  /** `int damo_pages__aggregate(struct damo_pages *p, __u32 slot, __u32 samples, __u32 most)`, off the main thread */
  damo_pages__aggregate: { parameters: ["pointer", "u32", "u32", "u32"], result: "i32", nonblocking: true },
  /**
   * `int damo_pages__runs(const struct damo_pages *p, __u32 samples, double *start, double *end, __u32 *nr_accesses,
   * __u32 *age, double *resident, double *used, __u32 *looks)`
   */
  damo_pages__runs: {
    parameters: ["pointer", "u32", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  /** `int damo_pages__counters(const struct damo_pages *p, struct damo_pages_counters *to)` */
  damo_pages__counters: { parameters: ["pointer", "buffer"], result: "i32" },
  /** `int damo_pages__stop(struct damo_pages *p)` */
  damo_pages__stop: { parameters: ["pointer"], result: "i32" },
  /** `void damo_pages__close(struct damo_pages *p)` */
  damo_pages__close: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;
