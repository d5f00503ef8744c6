import type { Context, Kdamond, Target } from "./kdamond.ts";
import type { Quotas, Scheme, Watermarks } from "./scheme.ts";

/** What lasts for ever, ms: where a quota limits nothing it says nothing either. */
const FOREVER_MS = 0xffff_ffff;

/**
 * The same configuration in its shortest form: what says only what the kernel does by itself is left out. Two that mean
 * the same to the kernel are the same in this form.
 *
 * @example
 * ```ts
 * import { withoutDefaults } from "./normal.ts";
 * withoutDefaults({ contexts: [], refreshMs: 0 }); // { contexts: [] }
 * ```
 */
export function withoutDefaults({ contexts, refreshMs }: Kdamond): Kdamond {
  return { contexts: contexts.map(contextOf), ...(refreshMs && { refreshMs }) };
}

function contextOf(context: Context): Context {
  const { operations, addrUnitBytes, pause, intervals, nrRegions, targets, probes, sample, schemes } = context;
  const { goal, ...times } = intervals;
  return {
    operations,
    ...(addrUnitBytes !== undefined && addrUnitBytes !== 1 && { addrUnitBytes }),
    ...(pause && { pause }),
    intervals: { ...times, ...(goal && goal.aggrs > 0 && { goal }) },
    nrRegions,
    targets: targets.map(targetOf),
    ...(probes?.length && { probes }),
    ...(sample && (sample.pageFault || !sample.pageTable) && { sample }),
    ...(schemes?.length && { schemes: schemes.map(schemeWithoutDefaults) }),
  };
}

function targetOf({ pid, regions, obsolete }: Target): Target {
  return { ...(pid !== undefined && { pid }), regions, ...(obsolete && { obsolete }) };
}

/** {@linkcode withoutDefaults}, of a scheme. */
export function schemeWithoutDefaults(scheme: Scheme): Scheme {
  const { action, accessPattern, targetNid = -1, dests, applyIntervalUs, quotas, watermarks, filters, maxNrSnapshots } =
    scheme;
  const limits = quotas && quotasOf(quotas);
  return {
    action,
    accessPattern,
    ...(targetNid >= 0 && { targetNid }),
    ...(dests?.length && { dests }),
    ...(applyIntervalUs && { applyIntervalUs }),
    ...(limits && { quotas: limits }),
    ...(watermarks && isSet(watermarks) && { watermarks }),
    ...(filters?.length && { filters }),
    ...(maxNrSnapshots && { maxNrSnapshots }),
  };
}

function quotasOf(quotas: Quotas): Quotas | undefined {
  const { timeMs, szBytes, resetIntervalMs, weights, goals, goalTuner, failCharge } = quotas;
  const normal: Quotas = {
    timeMs,
    szBytes,
    resetIntervalMs,
    weights,
    goals,
    ...(goalTuner === "temporal" && { goalTuner }),
    ...(failCharge && failCharge.denom > 0 && { failCharge }),
  };
  const isLimit = timeMs > 0 || szBytes > 0 || goals.length > 0 || Object.values(weights).some((weight) => weight > 0);
  const isReset = resetIntervalMs > 0 && resetIntervalMs !== FOREVER_MS;
  return isLimit || isReset || normal.goalTuner || normal.failCharge ? normal : undefined;
}

function isSet({ metric, intervalUs, highPermil, midPermil, lowPermil }: Watermarks): boolean {
  return metric !== "none" || [intervalUs, highPermil, midPermil, lowPermil].some((value) => value !== 0);
}
