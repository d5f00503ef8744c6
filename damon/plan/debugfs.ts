import {
  type Action,
  type AddressRange,
  type Context,
  type Intervals,
  type Kdamond,
  MAX,
  NO_QUOTAS,
  NO_WATERMARKS,
  type NrRegions,
  type Quotas,
  type Scheme,
  type SchemeStats,
  type Target,
  type Watermarks,
} from "../model/mod.ts";

/**
 * The texts of DAMON's debugfs files, Linux 5.15 to 6.13.
 *
 * @see https://www.kernel.org/doc/html/v6.1/admin-guide/mm/damon/usage.html#debugfs-interface
 * @module
 */

/** Actions by the number that debugfs gives them; sysfs and the kernel itself count otherwise. */
export const DEBUGFS_ACTIONS: readonly Action[] = ["willneed", "cold", "pageout", "hugepage", "nohugepage", "stat"];

/** Something that the interface does not have. */
export interface DebugfsGap {
  /** In a few words. */
  what: string;
  /** First kernel whose sysfs interface has it. */
  since: string;
}

const whole = (value: number) => (value >= MAX ? 2n ** 64n - 1n : BigInt(value)).toString();
const WORD_MAX = 0xffff_ffff;
const word = (value: number) => String(Math.min(value, WORD_MAX));
/** The largest that fits is what {@linkcode word} makes of no bound at all. */
const unbound = (value: number) => value >= WORD_MAX ? MAX : value;

/** Text of `attrs`: three intervals in µs, least and largest number of regions. */
export function formatAttrs({ intervals, nrRegions }: Context): string {
  const { sampleUs, aggrUs, updateUs } = intervals;
  return [sampleUs, aggrUs, updateUs, nrRegions.min, nrRegions.max].join(" ");
}

/** Reads `attrs`. @throws {SyntaxError} for what is not five numbers. */
export function parseAttrs(text: string): { intervals: Intervals; nrRegions: NrRegions } {
  const numbers = text.trim().split(/\s+/).map(Number);
  if (numbers.length !== 5 || !numbers.every(Number.isSafeInteger)) {
    throw new SyntaxError(`attrs has five numbers, not ${JSON.stringify(text)}`);
  }
  const [sampleUs, aggrUs, updateUs, min, max] = numbers;
  return { intervals: { sampleUs, aggrUs, updateUs }, nrRegions: { min, max } };
}

/** Text of `target_ids`: pids, or the word `paddr`. */
export function formatTargetIds({ operations, targets }: Context): string {
  return operations === "paddr" ? "paddr" : targets.map(({ pid }) => pid).join(" ");
}

/** What the kernel shows in `target_ids` for `paddr`. */
export const PADDR_ID = 42;

/**
 * Text of `init_regions`: a triple for each region.
 *
 * @param isByPid Linux 5.16 and 5.17 name a target by its pid, newer ones by its index.
 */
export function formatInitRegions({ operations, targets }: Context, isByPid: boolean): string {
  return targets.flatMap(({ pid, regions }, t) => {
    const id = isByPid ? (operations === "paddr" ? PADDR_ID : pid!) : t;
    return regions.map(({ start, end }) => `${id} ${whole(start)} ${whole(end)}`);
  }).join("\n");
}

/** Reads `init_regions` into those of each of `targets`. */
export function parseInitRegions(text: string, targets: readonly Target[], isByPid: boolean): AddressRange[][] {
  const numbers = text.trim().split(/\s+/).filter(Boolean).map(Number);
  const regions: AddressRange[][] = targets.map(() => []);
  for (let i = 0; i + 2 < numbers.length; i += 3) {
    const [id, start, end] = numbers.slice(i, i + 3);
    const t = isByPid ? targets.findIndex(({ pid }) => (pid ?? PADDR_ID) === id) : id;
    regions[t]?.push({ start, end });
  }
  return regions;
}

/** One line of `schemes`, 18 numbers. @throws {RangeError} for an action that debugfs has no number for. */
export function formatDebugfsScheme(scheme: Scheme): string {
  const { accessPattern: { szBytes, nrAccesses, age }, quotas = NO_QUOTAS, watermarks = NO_WATERMARKS } = scheme;
  const action = DEBUGFS_ACTIONS.indexOf(scheme.action);
  if (action < 0) throw new RangeError(`DAMON's debugfs interface has no number for ${scheme.action}`);
  return [
    whole(szBytes.min),
    whole(szBytes.max),
    word(nrAccesses.min),
    word(nrAccesses.max),
    word(age.min),
    word(age.max),
    action,
    whole(quotas.timeMs),
    whole(quotas.szBytes),
    whole(quotas.resetIntervalMs),
    quotas.weights.szPermil,
    quotas.weights.nrAccessesPermil,
    quotas.weights.agePermil,
    watermarks.metric === "none" ? 0 : 1,
    whole(watermarks.intervalUs),
    watermarks.highPermil,
    watermarks.midPermil,
    watermarks.lowPermil,
  ].join(" ");
}

/**
 * Reads `schemes` as the kernel shows it: the 18 numbers of each, and the statistics, two in Linux 5.16 and five from
 * 5.17 on.
 *
 * @throws {SyntaxError} for lines of another length.
 */
export function parseDebugfsSchemes(text: string): (Scheme & { stats: SchemeStats })[] {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const numbers = line.trim().split(/\s+/).map(Number);
    if (![18, 20, 23].includes(numbers.length) || !numbers.every((n) => n >= 0)) {
      throw new SyntaxError(`A scheme of debugfs has 18, 20 or 23 numbers, not: ${line}`);
    }
    return schemeOf(numbers);
  });
}

function schemeOf(numbers: readonly number[]): Scheme & { stats: SchemeStats } {
  const [minSz, maxSz, minAccesses, maxAccesses, minAge, maxAge, action, timeMs, szBytes, resetIntervalMs] = numbers;
  const [szPermil, nrAccessesPermil, agePermil, metric, intervalUs, highPermil, midPermil, lowPermil] = numbers.slice(
    10,
  );
  const [nrTried = 0, szTriedBytes = 0, nrApplied, szAppliedBytes, qtExceeds] = numbers.slice(18);
  const quotas: Quotas = {
    timeMs,
    szBytes,
    resetIntervalMs,
    weights: { szPermil, nrAccessesPermil, agePermil },
    goals: [],
  };
  const watermarks: Watermarks = {
    metric: metric === 0 ? "none" : "free_mem_rate",
    intervalUs,
    highPermil,
    midPermil,
    lowPermil,
  };
  const isSome = (values: readonly number[]) => values.some((value) => value !== 0);
  return {
    action: DEBUGFS_ACTIONS[action] ?? "stat",
    accessPattern: {
      szBytes: { min: minSz, max: maxSz },
      nrAccesses: { min: minAccesses, max: unbound(maxAccesses) },
      age: { min: minAge, max: unbound(maxAge) },
    },
    ...(isSome(numbers.slice(7, 13)) && { quotas }),
    ...(isSome(numbers.slice(13, 18)) && { watermarks }),
    stats: {
      nrTried,
      szTriedBytes,
      ...(nrApplied !== undefined && { nrApplied, szAppliedBytes: szAppliedBytes!, qtExceeds: qtExceeds! }),
    },
  };
}

/** What `kdamonds` ask for that debugfs does not have, whatever the kernel. */
export function debugfsGaps(kdamonds: readonly Kdamond[]): DebugfsGap[] {
  const gaps = new Map<string, DebugfsGap>();
  const gap = (isAsked: unknown, what: string, since: string) => {
    if (isAsked) gaps.set(what, { what, since });
  };
  for (const { refreshMs, contexts } of kdamonds) {
    gap(refreshMs, "files that refresh themselves", "6.17");
    for (const context of contexts) {
      gap(context.operations === "fvaddr", "the operations fvaddr", "5.19");
      gap(context.intervals.goal, "self-tuning intervals", "6.15");
      gap(context.addrUnitBytes !== undefined && context.addrUnitBytes !== 1, "an address unit", "6.18");
      gap(context.pause, "pausing", "7.2");
      gap(context.probes?.length, "probes", "7.2");
      gap(context.sample, "a choice of how accesses are seen", "after 7.3");
      gap(context.targets.some(({ obsolete }) => obsolete), "taking out one target", "6.19");
      for (const scheme of context.schemes ?? []) schemeGaps(scheme, gap);
    }
  }
  return [...gaps.values()];
}

function schemeGaps(scheme: Scheme, gap: (isAsked: unknown, what: string, since: string) => void): void {
  const { action, applyIntervalUs, filters, quotas, maxNrSnapshots } = scheme;
  gap(!DEBUGFS_ACTIONS.includes(action), `the action ${action}`, action.startsWith("lru_") ? "6.0" : "6.11");
  gap(applyIntervalUs, "an interval of the scheme's own", "6.7");
  gap(filters?.length, "filters", "6.3");
  gap(quotas?.goals.length, "quota goals", "6.8");
  gap(quotas?.goalTuner, "a choice of the goals' tuner", "7.1");
  gap(quotas?.failCharge, "a charge for failures", "7.2");
  gap(maxNrSnapshots, "a limit of snapshots", "7.0");
}
