import type { MemoryUsage } from "../../damon/mod.ts";
import { memoryPressureOf } from "./pressure.ts";
import { memoryOf, minorFaultsOf } from "./process.ts";
import { readOptional, type Roots } from "./roots.ts";

/**
 * Memory in use now, with memory pressure.
 *
 * @param pid The process; 0 for the machine.
 * @param timeNs Now.
 * @returns `undefined` where there is no such process, or nothing tells.
 */
export function usageOf(roots: Roots, pid: number, timeNs: number): MemoryUsage | undefined {
  const pressure = memoryPressureOf(roots);
  const memory = pid === 0 ? machineMemory(roots) : processMemory(roots, pid);
  return memory && { timeNs, pid, ...memory, ...(pressure && { pressure }) };
}

type Memory = Omit<MemoryUsage, "timeNs" | "pid" | "pressure">;

function processMemory(roots: Roots, pid: number): Memory | undefined {
  const memory = memoryOf(roots, pid);
  const minorFaults = minorFaultsOf(roots, pid);
  // One that is about to end has no memory any more: that is nothing that anybody saved.
  if (!memory || memory.virtualBytes === 0 || minorFaults === undefined) return undefined;
  return { ...memory, minorFaults };
}

/** Page faults of the machine that are not major are all others. */
function machineMemory(roots: Roots): Memory | undefined {
  const numbers = (name: string) =>
    new Map(
      (readOptional(`${roots.proc}/${name}`) ?? "").split("\n").map((line): [string, number] => {
        const [key, value] = line.split(/:?\s+/);
        return [key, Number(value)];
      }),
    );
  const [meminfo, vmstat] = [numbers("meminfo"), numbers("vmstat")];
  const bytes = (name: string) => (meminfo.get(name) ?? 0) * 1024;
  if (!meminfo.has("MemTotal")) return undefined;
  const majorFaults = vmstat.get("pgmajfault") ?? 0;
  return {
    residentBytes: bytes("MemTotal") - bytes("MemFree"),
    swapBytes: bytes("SwapTotal") - bytes("SwapFree"),
    majorFaults,
    minorFaults: Math.max(0, (vmstat.get("pgfault") ?? 0) - majorFaults),
  };
}
