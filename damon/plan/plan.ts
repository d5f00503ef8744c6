import {
  type Context,
  CORE_FILTER_TYPES,
  type IntervalsGoal,
  type Kdamond,
  MAX,
  type Probe,
  type QuotaGoal,
  type Quotas,
  type Scheme,
  type SchemeFilter,
  type Target,
} from "../model/mod.ts";

/** One write to the kernel: `text` into `path`. */
export interface Write {
  /** Of a plan in sysfs: relative to `kdamonds/`. */
  path: string;
  /** What to write, without a newline. */
  text: string;
}

/** Where kernels differ in the place of what they all have. */
export interface PlanLayout {
  /** Whether filters of the core and of the operations have folders of their own (6.15), or share one. */
  hasCoreFilters: boolean;
}

/** Of the newest kernels. */
export const DEFAULT_LAYOUT: Readonly<PlanLayout> = { hasCoreFilters: true };

/** The folder of a file whose number makes that many folders beside it: `0/contexts/nr_contexts` has `0/contexts/`. */
export function countedFolder(path: string): string | undefined {
  // Others begin so too: nr_accesses_permil, nr_tried.
  return /^(.*\/|)nr_(?:kdamonds|contexts|targets|regions|schemes|goals|filters|dests|probes)$/.exec(path)?.[1];
}

type Put = (path: string, value: string | number | boolean) => void;

/**
 * The ordered writes that stage `kdamond` in the sysfs directory `kdamonds/<index>/`. They neither create the directory
 * nor turn the kdamond on. The order matters: a `nr_*` file makes the directories that the next writes go to. What the
 * configuration leaves to the kernel is not written.
 *
 * @example
 * ```ts
 * import { planOf } from "./plan.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../model/kdamond.ts";
 * planOf({ contexts: [{ operations: "vaddr", intervals, nrRegions, targets: [{ pid: 42, regions: [] }] }] }, 0)[0];
 * // { path: "0/contexts/nr_contexts", text: "1" }
 * ```
 *
 * @see https://docs.kernel.org/admin-guide/mm/damon/usage.html#sysfs-interface
 */
export function planOf(kdamond: Kdamond, index: number, layout: PlanLayout = DEFAULT_LAYOUT): Write[] {
  const writes: Write[] = [];
  const put: Put = (path, value) => writes.push({ path: `${index}/${path}`, text: textOf(value) });
  put("contexts/nr_contexts", kdamond.contexts.length);
  kdamond.contexts.forEach((context, c) => putContext(below(put, `contexts/${c}`), context, layout));
  if (kdamond.refreshMs !== undefined) put("refresh_ms", kdamond.refreshMs);
  return writes;
}

/** Addresses above 2^53 print in full through BigInt; a double would print 1.8e19. 2^64 ("max") is one too large. */
function textOf(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "Y" : "N";
  if (typeof value === "string") return value;
  if (value < 0) return String(value);
  return BigInt.asUintN(64, value < MAX ? BigInt(Math.round(value)) : -1n).toString();
}

const below = (put: Put, dir: string): Put => (path, value) => put(`${dir}/${path}`, value);

function putContext(put: Put, context: Context, layout: PlanLayout): void {
  const { operations, addrUnitBytes, pause, intervals, nrRegions, targets, probes, sample, schemes } = context;
  put("operations", operations);
  if (addrUnitBytes !== undefined) put("addr_unit", addrUnitBytes);
  if (pause !== undefined) put("pause", pause);
  put("monitoring_attrs/intervals/sample_us", intervals.sampleUs);
  put("monitoring_attrs/intervals/aggr_us", intervals.aggrUs);
  put("monitoring_attrs/intervals/update_us", intervals.updateUs);
  if (intervals.goal) putIntervalsGoal(below(put, "monitoring_attrs/intervals/intervals_goal"), intervals.goal);
  put("monitoring_attrs/nr_regions/min", nrRegions.min);
  put("monitoring_attrs/nr_regions/max", nrRegions.max);
  if (probes) putProbes(below(put, "monitoring_attrs/probes"), probes);
  if (sample) {
    put("monitoring_attrs/sample/primitives/page_table", sample.pageTable);
    put("monitoring_attrs/sample/primitives/page_faults", sample.pageFault);
  }
  put("targets/nr_targets", targets.length);
  targets.forEach((target, t) => putTarget(below(put, `targets/${t}`), target, addrUnitBytes ?? 1));
  // Here and below: kernels that lack a kind of thing have no file for their number, and none of them need not be asked for.
  if (!schemes?.length) return;
  put("schemes/nr_schemes", schemes.length);
  schemes.forEach((scheme, s) => putScheme(below(put, `schemes/${s}`), scheme, layout));
}

function putIntervalsGoal(put: Put, { accessBp, aggrs, minSampleUs, maxSampleUs }: IntervalsGoal): void {
  put("access_bp", accessBp);
  put("aggrs", aggrs);
  put("min_sample_us", minSampleUs);
  put("max_sample_us", maxSampleUs);
}

function putProbes(put: Put, probes: readonly Probe[]): void {
  if (probes.length > 0) put("nr_probes", probes.length);
  probes.forEach(({ weight, filters }, p) => {
    if (weight !== undefined) put(`${p}/weight`, weight);
    if (filters.length > 0) put(`${p}/filters/nr_filters`, filters.length);
    filters.forEach(({ type, matching, allow, path }, f) => {
      put(`${p}/filters/${f}/type`, type);
      put(`${p}/filters/${f}/matching`, matching);
      put(`${p}/filters/${f}/allow`, allow);
      if (path !== undefined) put(`${p}/filters/${f}/path`, path);
    });
  });
}

function putTarget(put: Put, { pid, regions, obsolete }: Target, unit: number): void {
  if (pid !== undefined) put("pid_target", pid);
  if (obsolete !== undefined) put("obsolete_target", obsolete);
  put("regions/nr_regions", regions.length);
  regions.forEach(({ start, end }, r) => {
    put(`regions/${r}/start`, Math.floor(start / unit));
    put(`regions/${r}/end`, Math.ceil(end / unit));
  });
}

function putScheme(put: Put, scheme: Scheme, layout: PlanLayout): void {
  const { action, accessPattern, targetNid, dests, applyIntervalUs, quotas, watermarks, filters } = scheme;
  put("action", action);
  if (targetNid !== undefined) put("target_nid", targetNid);
  if (applyIntervalUs !== undefined) put("apply_interval_us", applyIntervalUs);
  const { szBytes, nrAccesses, age } = accessPattern;
  for (const [name, { min, max }] of [["sz", szBytes], ["nr_accesses", nrAccesses], ["age", age]] as const) {
    put(`access_pattern/${name}/min`, min);
    put(`access_pattern/${name}/max`, max);
  }
  if (dests?.length) {
    put("dests/nr_dests", dests.length);
    dests.forEach(({ nid, weight }, d) => {
      put(`dests/${d}/id`, nid);
      put(`dests/${d}/weight`, weight);
    });
  }
  if (quotas) putQuotas(below(put, "quotas"), quotas);
  if (watermarks) {
    put("watermarks/metric", watermarks.metric);
    put("watermarks/interval_us", watermarks.intervalUs);
    put("watermarks/high", watermarks.highPermil);
    put("watermarks/mid", watermarks.midPermil);
    put("watermarks/low", watermarks.lowPermil);
  }
  if (filters) putAllFilters(put, filters, layout);
  if (scheme.maxNrSnapshots !== undefined) put("stats/max_nr_snapshots", scheme.maxNrSnapshots);
}

function putQuotas(put: Put, quotas: Quotas): void {
  const { timeMs, szBytes, resetIntervalMs, weights, goals, goalTuner, failCharge } = quotas;
  put("ms", timeMs);
  put("bytes", szBytes);
  put("reset_interval_ms", resetIntervalMs);
  put("weights/sz_permil", weights.szPermil);
  put("weights/nr_accesses_permil", weights.nrAccessesPermil);
  put("weights/age_permil", weights.agePermil);
  if (goals.length > 0) put("goals/nr_goals", goals.length);
  goals.forEach((goal, g) => putGoal(below(put, `goals/${g}`), goal));
  if (goalTuner !== undefined) put("goal_tuner", goalTuner);
  if (failCharge) {
    put("fail_charge_num", failCharge.num);
    put("fail_charge_denom", failCharge.denom);
  }
}

function putGoal(put: Put, { metric, targetValue, currentValue, nid, path }: QuotaGoal): void {
  // Linux 6.8 has this metric only, and no file to name it.
  if (metric !== "user_input") put("target_metric", metric);
  put("target_value", targetValue);
  if (currentValue !== undefined) put("current_value", currentValue);
  if (nid !== undefined) put("nid", nid);
  if (path !== undefined) put("path", path);
}

function putAllFilters(put: Put, filters: readonly SchemeFilter[], { hasCoreFilters }: PlanLayout): void {
  if (!hasCoreFilters) return putFilters(below(put, "filters"), filters);
  const isCore = ({ type }: SchemeFilter) => CORE_FILTER_TYPES.includes(type);
  putFilters(below(put, "core_filters"), filters.filter(isCore));
  putFilters(below(put, "ops_filters"), filters.filter((filter) => !isCore(filter)));
}

function putFilters(put: Put, filters: readonly SchemeFilter[]): void {
  if (filters.length > 0) put("nr_filters", filters.length);
  filters.forEach((filter, f) => {
    put(`${f}/type`, filter.type);
    put(`${f}/matching`, filter.matching);
    // Linux before 6.14 has only filters that keep memory away, and no file to say so.
    if (filter.allow) put(`${f}/allow`, true);
    if (filter.type === "memcg") put(`${f}/memcg_path`, filter.memcgPath);
    if (filter.type === "target") put(`${f}/damon_target_idx`, filter.targetIndex);
    if (filter.type === "addr") {
      put(`${f}/addr_start`, filter.start);
      put(`${f}/addr_end`, filter.end);
    }
    if (filter.type === "hugepage_size") {
      put(`${f}/min`, filter.minBytes);
      put(`${f}/max`, filter.maxBytes);
    }
  });
}
