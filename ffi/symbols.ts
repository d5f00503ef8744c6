/** bpf/damo.h line for line; all of them must be in the library. */
export const SYMBOLS = {
  /** `__u32 damo_version(void)` */
  damo_version: { parameters: [], result: "u32" },
  /** `int damo_detect(struct damo_detected *to)` */
  damo_detect: { parameters: ["buffer"], result: "i32" },
  /** `__u32 damo_missing_capabilities(void)` */
  damo_missing_capabilities: { parameters: [], result: "u32" },
  /** `__u64 damo_clock_boottime_ns(void)` */
  damo_clock_boottime_ns: { parameters: [], result: "u64" },
  /** `__u32 damo_last_log(char *to, __u32 cap)` */
  damo_last_log: { parameters: ["buffer", "u32"], result: "u32" },
  /** `int damo_layout(__u32 i, char *name, __u32 cap)` */
  damo_layout: { parameters: ["u32", "buffer", "u32"], result: "i32" },
  /** `int damo_session__watch(struct damo_session *s, __u32 pid)` */
  damo_session__watch: { parameters: ["pointer", "u32"], result: "i32" },
  /** `int damo_session__unwatch(struct damo_session *s, __u32 pid)` */
  damo_session__unwatch: { parameters: ["pointer", "u32"], result: "i32" },
  /** `int damo_session__wait(struct damo_session *s, int timeout_ms)`, off the main thread */
  damo_session__wait: { parameters: ["pointer", "i32"], result: "i32", nonblocking: true },
  /** `int damo_session__drain(struct damo_session *s, void *to, __u32 cap_bytes)` */
  damo_session__drain: { parameters: ["pointer", "buffer", "u32"], result: "i32" },
  /** `int damo_session__counters(struct damo_session *s, struct damo_counters *to)` */
  damo_session__counters: { parameters: ["pointer", "buffer"], result: "i32" },
  /** `int damo_session__stop(struct damo_session *s)` */
  damo_session__stop: { parameters: ["pointer"], result: "i32" },
  /** `void damo_session__close(struct damo_session *s)` */
  damo_session__close: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** `DAMO_VERSION` that all of these tables and damon/events/event.ts are written for. */
export const VERSION = 3;

/** A struct as {@linkcode STRUCTS} and the like have it: its size and the offsets of its fields, bytes. */
export type Struct = { readonly bytes: number; readonly [field: string]: number };

/** The structs of bpf/damo.h. A test holds them, as those beside the other symbols, against what the library tells of its own. */
export const STRUCTS = {
  detected: { bytes: 16, layout: 0, tracepoints: 4, hasAge: 8, schemeIdxSound: 12 },
  counters: { bytes: 32, sent: 0, received: 8, dropped: 16, malformed: 24 },
} as const satisfies Record<string, Struct>;

/** Bits of `enum damo_tracepoint`, by the names of the kernel's tracepoints. */
export const TRACEPOINTS = {
  damon_aggregated: 1,
  damon_monitor_intervals_tune: 2,
  damos_before_apply: 4,
  damos_esz: 8,
} as const;

/** Bits of `enum damo_capability`. */
export const CAPABILITIES = { CAP_BPF: 1, CAP_PERFMON: 2 } as const;

/** Prototypes of `damon_aggregated`, as `enum damo_layout` counts them. */
export const LAYOUTS = [undefined, "t, r, nr", "t, id, r, nr", "id, r, nr"] as const;

/** The names of the bits that are set. */
export function namesOf(bits: number, table: Readonly<Record<string, number>>): string[] {
  return Object.keys(table).filter((name) => bits & table[name]);
}
