import { readOptional, type Roots } from "./roots.ts";

/** Numbers of `/proc/PID/statm`, in its order: pages. */
const STATM = ["size", "resident", "shared", "trs", "lrs", "drs", "dt"] as const;
/** What of `/proc/meminfo` is asked for, KiB. */
const MEMINFO = {
  total: "MemTotal",
  free: "MemFree",
  available: "MemAvailable",
  buffers: "Buffers",
  cached: "Cached",
} as const;

/** `/proc/PID/statm` by name, pages; zeros where the process is gone. */
export function statmOf(roots: Roots, pid: number): Record<typeof STATM[number], number> {
  const numbers = (readOptional(`${roots.proc}/${pid}/statm`) ?? "").split(" ").map(Number);
  return Object.fromEntries(STATM.map((name, i) => [name, numbers[i] || 0])) as Record<typeof STATM[number], number>;
}

/** The machine's memory, KiB; zeros where the kernel does not say it. */
export function meminfoOf(roots: Roots): Record<keyof typeof MEMINFO, number> {
  const text = readOptional(`${roots.proc}/meminfo`) ?? "";
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  const entries = Object.entries(MEMINFO).map(([name, line]) => [name, kib(line)]);
  return Object.fromEntries(entries) as Record<keyof typeof MEMINFO, number>;
}

/** The words of `/proc/PID/stat`; `null` where the process is gone. */
export function statWordsOf(roots: Roots, pid: number): string[] | null {
  return readOptional(`${roots.proc}/${pid}/stat`)?.split(/\s+/) ?? null;
}
