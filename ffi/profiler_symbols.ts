import { type Struct, SYMBOLS } from "./symbols.ts";

/** What the profiler sends: `struct damo_sample` of bpf/profiler.h. */
export const SAMPLE = {
  bytes: 288,
  timeNs: 0,
  dropped: 8,
  pid: 16,
  tid: 20,
  nrKernel: 24,
  nrUser: 28,
  kernel: 32,
  user: 96,
} as const satisfies Struct;

/** bpf/damo_profiler.h line for line, and bpf/damo.h. */
export const PROFILER_SYMBOLS = {
  ...SYMBOLS,
  /** `int damo_profiler__open(__u32 ring_bytes, __u32 everyone, struct damo_session **to)` */
  damo_profiler__open: { parameters: ["u32", "u32", "buffer"], result: "i32" },
  /** `int damo_profiler__attach(struct damo_session *s, __u32 hz)` */
  damo_profiler__attach: { parameters: ["pointer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;
