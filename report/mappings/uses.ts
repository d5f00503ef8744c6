import type { ShortRow } from "../record/mod.ts";
import type { MappingUse, Seen } from "./mappings.ts";
import { NO_WSS, type Sum, type TargetSums, type WssSum } from "./sums.ts";

/** A mapping is called never accessed from so many looks on at pages that were in memory. */
export const ENOUGH_LOOKS = 20;

/** How each mapping of a target was used, by what was summed up. */
export function usesOf(
  { target, sums, lastNs, windows }: TargetSums,
  bins: number,
  how: "measured" | "estimated",
): MappingUse[] {
  const seen = [...sums.values()].filter((sum) => sum.ns > 0 || (sum[how]?.resident ?? 0) > 0);
  const all = seen.reduce((sum, { heat }) => sum + heat, 0);
  const { ns, overTime } = windows[how] ?? { ns: 0, overTime: undefined };
  return seen.map((sum): MappingUse => {
    const part = sum[how] ?? NO_WSS;
    const residentBytes = part.isResidentKnown && ns > 0 ? part.resident / ns : undefined;
    // What a region was accessed in, lies where its memory is.
    const isAbsent = part.isResidentKnown && part.mostResident === 0 && ns > 0;
    const idleNs = sum.accessedNs === undefined || isAbsent ? undefined : Math.max(0, lastNs - sum.accessedNs);
    return {
      target,
      name: sum.name,
      bytes: sum.bytes,
      ...(residentBytes !== undefined && { residentBytes }),
      meanWssBytes: ns > 0 ? part.wss / ns : 0,
      maxWssBytes: part.max,
      accessed: sum.watched > 0 ? sum.heat / sum.watched : 0,
      share: all > 0 ? sum.heat / all : 0,
      idleNs,
      looks: sum.looks,
      seen: isAbsent ? "not resident" : seenOf(idleNs, sum, part),
      // Made when asked for: of very many mappings only the largest are shown.
      get overTime() {
        return ratiosOf(sum.heatOverTime, sum.watchedOverTime, bins);
      },
      get wssOverTime() {
        return ratiosOf(part.overTime, overTime, bins);
      },
    };
  });
}

function ratiosOf(some: ShortRow | undefined, of: ShortRow | undefined, bins: number): (number | undefined)[] {
  return Array.from({ length: bins }, (_, bin) => {
    const whole = of?.at(bin) ?? 0;
    return whole > 0 ? (some?.at(bin) ?? 0) / whole : undefined;
  });
}

function seenOf(idleNs: number | undefined, { looks, bytes }: Sum, part: WssSum): Seen {
  if (idleNs !== undefined) return "accessed";
  const present = part.isResidentKnown && bytes > 0 ? Math.min(1, part.mostResident / bytes) : 1;
  return looks * present >= ENOUGH_LOOKS ? "never accessed" : "not seen accessed";
}
