import { SYMBOLS } from "./symbols.ts";

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
  /** `int damo_pages__anonymous(struct damo_pages *p, __u32 slot, const double *start, const double *end, __u32 nr)` */
  damo_pages__anonymous: { parameters: ["pointer", "u32", "buffer", "buffer", "u32"], result: "i32" },
  /** `int damo_pages__remove(struct damo_pages *p, __u32 slot)` */
  damo_pages__remove: { parameters: ["pointer", "u32"], result: "i32" },
  /** `int damo_pages__clear(struct damo_pages *p, __u32 slot)` */
  damo_pages__clear: { parameters: ["pointer", "u32"], result: "i32" },
  /** `int damo_pages__look(struct damo_pages *p, __u32 slot, const double *addresses, __u32 nr, __u32 *entries)` */
  damo_pages__look: { parameters: ["pointer", "u32", "buffer", "u32", "buffer"], result: "i32" },
  /**
   * `int damo_pages__sample(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
   * const double *start, const double *end, __u32 *nr_accesses)`, off the main thread
   */
  damo_pages__sample: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  /**
   * `int damo_pages__aggregate(struct damo_pages *p, __u32 slot, const double *range_start, const double *range_end,
   * const __u32 *absent_age, __u32 nr_ranges, __u32 samples, double *start, double *end, __u32 *nr_accesses, __u32 *age,
   * __u32 cap)`, off the main thread
   */
  damo_pages__aggregate: {
    parameters: [
      "pointer",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "u32",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "u32",
    ],
    result: "i32",
    nonblocking: true,
  },
  /** `int damo_pages__counters(const struct damo_pages *p, struct damo_pages_counters *to)` */
  damo_pages__counters: { parameters: ["pointer", "buffer"], result: "i32" },
  /** `int damo_pages__stop(struct damo_pages *p)` */
  damo_pages__stop: { parameters: ["pointer"], result: "i32" },
  /** `void damo_pages__close(struct damo_pages *p)` */
  damo_pages__close: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;
