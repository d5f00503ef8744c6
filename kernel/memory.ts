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
  const text = readOptional(`${roots.proc}/iomem`) ?? "";
  const sizes = [...text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) : System RAM$/gm)].map(([, start, end]) =>
    Number(BigInt(`0x${end}`) - BigInt(`0x${start}`)) + 1
  );
  const largest = Math.max(0, ...sizes);
  return largest > 1 ? largest : undefined;
}
