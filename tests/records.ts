import type { RecordHeader } from "../damon/mod.ts";

/** A header for records made by tests. */
export const HEADER: RecordHeader = {
  schema: 1,
  tool: "damo test",
  source: "damon",
  clock: { name: "boottime", originNs: 5e9, originWallMs: 1.7e12 },
  host: { hostname: "h", kernelRelease: "6.12.0", machine: "x86_64", bootId: "b", pageBytes: 4096 },
  kdamonds: [],
  processes: [],
  recorder: ["damo", "record"],
};
