import { filterWords, goalTarget } from "../options/mod.ts";
import {
  type Bounds,
  type Context,
  formatAddress,
  formatBytes,
  formatNr,
  formatNs,
  type Kdamond,
  MAX,
  type Quotas,
  type Scheme,
  type SchemeStats,
  type Target,
} from "../model/mod.ts";

/** What an outline says beside the configuration. */
export interface OutlineNotes {
  /** After a kdamond's number, as in `on, pid 77`. */
  ofKdamond?: string;
  /** After a process's number, as in `redis-server`. */
  ofProcess?: (pid: number) => string | undefined;
}

/** A scheme with what it did, where that is known. */
type Doing = Scheme & { stats?: SchemeStats; effectiveBytes?: number };

/**
 * A kdamond in lines for a person: what it watches, how often, and what it does to what.
 *
 * @example
 * ```ts
 * import { outlineOf } from "./outline.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../model/kdamond.ts";
 * outlineOf({ contexts: [{ operations: "vaddr", intervals, nrRegions, targets: [{ pid: 42, regions: [] }] }] }, 0)[2];
 * // "    target 0: process 42"
 * ```
 */
export function outlineOf(kdamond: Kdamond, index: number, notes: OutlineNotes = {}): string[] {
  const refresh = kdamond.refreshMs ? `; refreshes its files every ${ms(kdamond.refreshMs)}` : "";
  return [
    `kdamond ${index}${notes.ofKdamond ? `: ${notes.ofKdamond}` : ""}${refresh}`,
    ...kdamond.contexts.flatMap((context, c) => contextLines(context, c, notes).map((line) => `  ${line}`)),
  ];
}

const us = (value: number) => value >= MAX ? "ever" : formatNs(value * 1e3);
const ms = (value: number) => formatNs(value * 1e6);

function contextLines(context: Context, c: number, notes: OutlineNotes): string[] {
  const { operations, addrUnitBytes, pause, intervals, nrRegions, targets, probes, sample, schemes } = context;
  const { sampleUs, aggrUs, updateUs, goal } = intervals;
  const parts = [
    `${operations}${addrUnitBytes ? ` in units of ${formatBytes(addrUnitBytes)}` : ""}`,
    `intervals ${us(sampleUs)} / ${us(aggrUs)} / ${us(updateUs)}`,
    `${formatNr(nrRegions.min)} to ${formatNr(nrRegions.max)} regions`,
    ...(pause ? ["paused"] : []),
  ];
  return [
    `context ${c}: ${parts.join(", ")}`,
    ...(goal
      ? [
        `  tunes its intervals to see ${percent(goal.accessBp, 10_000)} of accesses over ${goal.aggrs} aggregations, ` +
        `sampling every ${us(goal.minSampleUs)} to ${us(goal.maxSampleUs)}`,
      ]
      : []),
    ...(sample
      ? [
        `  sees accesses by ${
          [sample.pageTable && "page tables", sample.pageFault && "page faults"].filter(Boolean).join(" and ")
        }`,
      ]
      : []),
    ...targets.map((target, t) => `  target ${t}: ${targetText(target, notes)}`),
    ...(probes ?? []).map(({ weight, filters }, p) => {
      const words = filters.map(({ type, matching, allow, path }) =>
        `${allow ? "allow" : "reject"} ${matching ? "" : "non "}${type}${path === undefined ? "" : ` ${path}`}`
      );
      return `  probe ${p}${weight === undefined ? "" : ` (weight ${weight})`}: ${words.join(", ")}`;
    }),
    ...(schemes ?? []).flatMap((scheme, s) => schemeLines(scheme, s, context).map((line) => `  ${line}`)),
  ];
}

function targetText({ pid, regions, obsolete }: Target, { ofProcess }: OutlineNotes): string {
  const name = pid === undefined ? undefined : ofProcess?.(pid);
  const what = pid === undefined ? "memory" : `process ${pid}${name ? ` (${name})` : ""}`;
  const shown = regions.slice(0, 4).map(({ start, end }) => `${formatAddress(start)}-${formatAddress(end)}`);
  const more = regions.length > shown.length ? ` and ${regions.length - shown.length} more` : "";
  const total = regions.reduce((sum, { start, end }) => sum + end - start, 0);
  const ranges = regions.length ? `, from ${shown.join(" ")}${more} (${formatBytes(total)})` : "";
  return `${what}${ranges}${obsolete ? ", to be taken out" : ""}`;
}

function schemeLines(scheme: Doing, s: number, { intervals }: Context): string[] {
  const { accessPattern: { szBytes, nrAccesses, age }, watermarks, filters, dests, targetNid } = scheme;
  const most = Math.floor(intervals.aggrUs / intervals.sampleUs);
  const where = dests?.length
    ? ` to nodes ${dests.map(({ nid, weight }) => `${nid} (weight ${weight})`).join(", ")}`
    : targetNid !== undefined && targetNid >= 0
    ? ` to node ${targetNid}`
    : "";
  const rate = nrAccesses.min === 0 && nrAccesses.max === 0
    ? "not accessed"
    : `accessed in ${bounds(nrAccesses, (n) => `${n}`)} of ${most} samples`;
  const time = (n: number) => us(n * intervals.aggrUs);
  const pattern = [
    ...(isAny(szBytes) ? [] : [`of ${bounds(szBytes, formatBytes)}`]),
    ...(isAny(nrAccesses) ? [] : [rate]),
    ...(isAny(age) ? [] : [`for ${bounds(age, time)}`]),
  ];
  const when = [
    ...(scheme.applyIntervalUs ? [`every ${us(scheme.applyIntervalUs)}`] : []),
    ...(scheme.maxNrSnapshots ? [`for ${scheme.maxNrSnapshots} snapshots`] : []),
  ];
  return [
    `scheme ${s}: ${scheme.action}${where}, ${pattern.length ? `regions ${pattern.join(", ")}` : "all regions"}` +
    when.map((text) => `, ${text}`).join(""),
    ...(scheme.quotas ? quotaLines(scheme.quotas, scheme.effectiveBytes).map((line) => `  ${line}`) : []),
    ...(watermarks && watermarks.metric !== "none"
      ? [
        `  active below ${percent(watermarks.midPermil, 1000)} free memory, not above ` +
        `${percent(watermarks.highPermil, 1000)} nor below ${percent(watermarks.lowPermil, 1000)}; ` +
        `looks every ${us(watermarks.intervalUs)}`,
      ]
      : []),
    ...(filters ?? []).map((filter) => `  filter: ${filterWords(filter).join(" ")}`),
    ...(scheme.stats ? [`  ${statsText(scheme.stats)}`] : []),
  ];
}

const isAny = ({ min, max }: Bounds) => min === 0 && max >= 0xffff_ffff;

function bounds({ min, max }: Bounds, format: (value: number) => string): string {
  if (max >= 0xffff_ffff) return `${format(min)} or more`;
  if (min === max) return `just ${format(min)}`;
  return min === 0 ? `up to ${format(max)}` : `${format(min)} to ${format(max)}`;
}

function percent(value: number, whole: number): string {
  return `${Number((100 * value / whole).toPrecision(4))} %`;
}

function quotaLines(quotas: Quotas, effectiveBytes: number | undefined): string[] {
  const { timeMs, szBytes, resetIntervalMs, weights, goals, goalTuner, failCharge } = quotas;
  const most = [...(timeMs > 0 ? [`${ms(timeMs)} of CPU time`] : []), ...(szBytes > 0 ? [formatBytes(szBytes)] : [])];
  const { szPermil, nrAccessesPermil, agePermil } = weights;
  const interval = resetIntervalMs >= 0xffff_ffff ? "in all" : `in ${ms(resetIntervalMs)}`;
  const now = effectiveBytes ? ` (now ${formatBytes(effectiveBytes)})` : "";
  return [
    `quota: ${most.length ? `${most.join(" and ")} ${interval}` : `tuned by goals, charged anew ${interval}`}${now}; ` +
    `weights of size, access rate, age: ${szPermil}, ${nrAccessesPermil}, ${agePermil}`,
    ...goals.map(({ metric, targetValue, currentValue, nid, path }) =>
      `goal: ${metric} of ${goalTarget({ metric, targetValue })}${
        currentValue === undefined ? "" : `, now ${currentValue}`
      }` +
      `${nid === undefined ? "" : `, node ${nid}`}${path === undefined ? "" : `, ${path}`}`
    ),
    ...(goalTuner ? [`tuner: ${goalTuner}`] : []),
    ...(failCharge ? [`failures are charged ${failCharge.num}/${failCharge.denom}`] : []),
  ];
}

/** What a scheme did, in a line. */
export function statsText(stats: SchemeStats): string {
  const { nrTried, szTriedBytes, nrApplied, szAppliedBytes, szOpsFilterPassedBytes, qtExceeds, nrSnapshots } = stats;
  const parts = [
    `tried ${formatNr(nrTried)} regions (${formatBytes(szTriedBytes)})`,
    ...(nrApplied === undefined ? [] : [`applied to ${formatNr(nrApplied)} (${formatBytes(szAppliedBytes ?? 0)})`]),
    ...(szOpsFilterPassedBytes === undefined ? [] : [`filters let pass ${formatBytes(szOpsFilterPassedBytes)}`]),
    ...(qtExceeds === undefined ? [] : [`quota exceeded ${formatNr(qtExceeds)} times`]),
    ...(nrSnapshots === undefined ? [] : [`${formatNr(nrSnapshots)} snapshots`]),
  ];
  return parts.join("; ");
}
