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

/** bpf/damo_listener.h line for line, and bpf/damo.h. */
export const LISTENER_SYMBOLS = {
  ...SYMBOLS,
  /** `int damo_listener__open(__u32 ring_bytes, __u32 everyone, struct damo_session **to)` */
  damo_listener__open: { parameters: ["u32", "u32", "buffer"], result: "i32" },
  /** `int damo_listener__attach(struct damo_session *s, __u32 id, __u32 number)` */
  damo_listener__attach: { parameters: ["pointer", "u32", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;
