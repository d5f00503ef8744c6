import type { Struct } from "./symbols.ts";

/** The struct of bpf/damo_memory.h: all doubles. */
export const MEMORY_STRUCTS = {
  memoryRun: { bytes: 32, start: 0, end: 8, resident: 16, swapped: 24 },
} as const satisfies Record<string, Struct>;

/** bpf/damo_memory.h line for line. */
export const MEMORY_SYMBOLS = {
  /**
   * `int damo_memory__scan(const char *pagemap, const double *mappings, __u32 nr_mappings, double gap, struct damo_memory_run *to,
   * __u32 cap, __u32 pread)`, off the main thread
   */
  damo_memory__scan: {
    parameters: ["buffer", "buffer", "u32", "f64", "buffer", "u32", "u32"],
    result: "i32",
    nonblocking: true,
  },
  /** `int damo_files__write(const char *text, __u32 nr, int *err)`, likewise */
  damo_files__write: { parameters: ["buffer", "u32", "buffer"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
