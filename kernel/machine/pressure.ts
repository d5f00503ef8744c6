import { readOptional, type Roots } from "./roots.ts";

/** How much work waited for memory since the machine started, as `/proc/pressure/memory` counts it. */
export interface MemoryPressure {
  /** Time in which at least one task waited, µs. */
  someUs: number;
  /** Time in which all tasks that had work waited, µs. */
  fullUs: number;
}

/** The memory pressure of the machine so far; `undefined` where the kernel does not count it (CONFIG_PSI). */
export function memoryPressureOf(roots: Roots): MemoryPressure | undefined {
  const text = readOptional(`${roots.proc}/pressure/memory`);
  const [someUs, fullUs] = ["some", "full"].map((kind) =>
    Number(new RegExp(`^${kind} .*total=(\\d+)`, "m").exec(text ?? "")?.[1])
  );
  return someUs >= 0 && fullUs >= 0 ? { someUs, fullUs } : undefined;
}
