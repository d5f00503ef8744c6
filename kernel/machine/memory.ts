import { systemRamRanges } from "./ram.ts";
import { readOptional, type Roots } from "./roots.ts";

/** Share of memory that is free now, per thousand, as DAMON's watermarks count it; `undefined` where it is not told. */
export function freeMemoryPermil(roots: Roots): number | undefined {
  const text = readOptional(`${roots.proc}/meminfo`);
  const [total, free] = ["MemTotal", "MemFree"].map((name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text ?? "")?.[1])
  );
  return total > 0 && free >= 0 ? Math.floor(free * 1000 / total) : undefined;
}

/** Bytes of the largest block of the machine's memory, what DAMON watches by itself; only root is told. */
export function largestRamBytes(roots: Roots): number | undefined {
  try {
    return Math.max(...systemRamRanges(roots).map(({ start, end }) => end - start));
  } catch {
    return undefined;
  }
}
