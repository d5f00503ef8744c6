import { type Struct, SYMBOLS } from "./symbols.ts";

/** What the listener sends: `struct damo_heard` of bpf/listener.h. */
export const HEARD = {
  bytes: 176,
  tracepoint: 0,
  pid: 4,
  timeNs: 8,
  dropped: 16,
  cpu: 24,
  comm: 32,
  record: 48,
} as const satisfies Struct;

/** bpf/damo_listener.h line for line, and what works with it of bpf/damo.h. */
export const LISTENER_SYMBOLS = {
  damo_missing_capabilities: SYMBOLS.damo_missing_capabilities,
  damo_clock_boottime_ns: SYMBOLS.damo_clock_boottime_ns,
  damo_last_log: SYMBOLS.damo_last_log,
  /** `int damo_listener__open(__u32 ring_bytes, __u32 everyone, struct damo_session **to)` */
  damo_listener__open: { parameters: ["u32", "u32", "buffer"], result: "i32" },
  /** `int damo_listener__attach(struct damo_session *s, __u32 id, __u32 number)` */
  damo_listener__attach: { parameters: ["pointer", "u32", "u32"], result: "i32" },
  damo_session__watch: SYMBOLS.damo_session__watch,
  damo_session__wait: SYMBOLS.damo_session__wait,
  damo_session__drain: SYMBOLS.damo_session__drain,
  damo_session__counters: SYMBOLS.damo_session__counters,
  damo_session__stop: SYMBOLS.damo_session__stop,
  damo_session__close: SYMBOLS.damo_session__close,
} as const satisfies Deno.ForeignLibraryInterface;
