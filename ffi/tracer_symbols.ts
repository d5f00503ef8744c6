import { SYMBOLS } from "./symbols.ts";

/** bpf/damo_tracer.h line for line, and bpf/damo.h. */
export const TRACER_SYMBOLS = {
  ...SYMBOLS,
  /** `int damo_tracer__open(__u32 ring_bytes, __u32 test, struct damo_session **to)` */
  damo_tracer__open: { parameters: ["u32", "u32", "buffer"], result: "i32" },
  /** `int damo_tracer__attach(struct damo_session *s)` */
  damo_tracer__attach: { parameters: ["pointer"], result: "i32" },
  /** `int damo_tracer__emit_test(struct damo_session *s, __u32 kdamond, __u32 nr_regions, __u64 count)`, off the main thread */
  damo_tracer__emit_test: { parameters: ["pointer", "u32", "u32", "u64"], result: "i32", nonblocking: true },
  /** `int damo_tracer__run_test(struct damo_session *s, const char *program, const __u64 *args, __u32 nr_args)` */
  damo_tracer__run_test: { parameters: ["pointer", "buffer", "buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;
