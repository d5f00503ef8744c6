import type { ShortRow } from "../record/mod.ts";
import type { MappingUse, Seen } from "./mapping_use.ts";
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
    const use = new SummedUse(sum, part, overTime, bins);
    use.target = target;
    use.meanWssBytes = ns > 0 ? part.wss / ns : 0;
    use.share = all > 0 ? sum.heat / all : 0;
    use.idleNs = idleNs;
    use.seen = isAbsent ? "not resident" : seenOf(idleNs, sum, part);
    if (residentBytes !== undefined) use.residentBytes = residentBytes;
    return use;
  });
}

/** Makes its rows over time when they are asked for: of very many mappings only the largest are shown. */
class SummedUse implements MappingUse {
  declare residentBytes?: number;
  declare target: MappingUse["target"];
  readonly name: string;
  readonly bytes: number;
  readonly maxWssBytes: number;
  readonly accessed: number;
  readonly looks: number;
  meanWssBytes = 0;
  share = 0;
  idleNs: number | undefined;
  seen: Seen = "accessed";
  readonly #sum: Sum;
  readonly #part: WssSum;
  readonly #windows: ShortRow | undefined;
  readonly #bins: number;

  constructor(sum: Sum, part: WssSum, windows: ShortRow | undefined, bins: number) {
    this.name = sum.name;
    this.bytes = sum.bytes;
    this.maxWssBytes = part.max;
    this.accessed = sum.watched > 0 ? sum.heat / sum.watched : 0;
    this.looks = sum.looks;
    this.#sum = sum;
    this.#part = part;
    this.#windows = windows;
    this.#bins = bins;
  }

  get overTime(): (number | undefined)[] {
    return ratiosOf(this.#sum.heatOverTime, this.#sum.watchedOverTime, this.#bins);
  }

  get wssOverTime(): (number | undefined)[] {
    return ratiosOf(this.#part.overTime, this.#windows, this.#bins);
  }
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
