import { exactAccessRate, exactAge, exactBytes, exactMs, exactRange, exactShare, exactUs } from "./exact_text.ts";
import {
  ANY_ACCESS_PATTERN,
  type Bounds,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Kdamond,
  NO_QUOTAS,
  NO_WATERMARKS,
  type Scheme,
  type Target,
  withoutDefaults,
} from "../model/mod.ts";
import { filterWords, goalWords } from "./filter_words.ts";

/** An option's name and its words. */
type Option = string[];

/**
 * The options that ask for exactly these kdamonds, by name without dashes as {@linkcode DamonOptions}: `kdamondsOf` gives them back, in
 * their shortest form.
 *
 * @example
 * ```ts
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../model/kdamond.ts";
 * import { optionsOf } from "./of.ts";
 * optionsOf([{ contexts: [{ operations: "vaddr", intervals, nrRegions, targets: [{ pid: 42, regions: [] }] }] }]);
 * // [["ops", "vaddr"], ["target_pid", "42"]]
 * ```
 *
 * @returns each option's name with its words.
 */
export function optionsOf(kdamonds: readonly Kdamond[]): string[][] {
  const all = kdamonds.map(withoutDefaults);
  const contexts = all.flatMap(({ contexts }) => contexts);
  return [
    ...contexts.flatMap((context, c) => contextOptions(context, c, contexts)),
    ...indices("pause_ctx", contexts.map(({ pause }) => pause)),
    ...indices("obsolete_targets", contexts.flatMap(({ targets }) => targets.map(({ obsolete }) => obsolete))),
    ...probeOptions(contexts),
    ...counts("nr_targets", contexts.map(({ targets }) => targets.length), contexts.length > 1),
    ...counts(
      "nr_schemes",
      contexts.map(({ schemes }) => schemes?.length ?? 0),
      contexts.length > 1 && hasSchemes(contexts),
    ),
    ...counts(
      "nr_ctxs",
      all.map((kdamond) => kdamond.contexts.length),
      all.some((each) => each.contexts.length !== 1),
    ),
    ...all.flatMap(({ refreshMs }) =>
      all.some((other) => other.refreshMs !== undefined) ? [["refresh_stat", exactMs(refreshMs ?? 0)]] : []
    ),
  ];
}

const hasSchemes = (contexts: readonly Context[]) => contexts.some(({ schemes }) => schemes?.length);

/** What comes once for each context (or target, or scheme) is said of all, where one of them needs it. */
function contextOptions(context: Context, c: number, all: readonly Context[]): Option[] {
  const { operations, intervals, nrRegions, addrUnitBytes = 1, sample, targets, schemes = [] } = context;
  const { sampleUs, aggrUs, updateUs, goal } = intervals;
  const some = (needs: (context: Context) => unknown, ...option: Option) => all.some(needs) ? [option] : [];
  const earlier = all.slice(0, c).flatMap((each) => each.schemes ?? []).length;
  const allSchemes = all.flatMap(({ schemes }) => schemes ?? []);
  const allTargets = all.flatMap(({ targets }) => targets);
  return [
    ["ops", operations],
    ...some(
      ({ intervals: { goal: _goal, ...times } }) => !isSame(times, DEFAULT_INTERVALS),
      "monitoring_intervals",
      exactUs(sampleUs),
      exactUs(aggrUs),
      exactUs(updateUs),
    ),
    ...some(
      ({ intervals }) => intervals.goal,
      "monitoring_intervals_goal",
      ...goal
        ? [
          exactShare(goal.accessBp, 10_000) ?? String(goal.accessBp),
          String(goal.aggrs),
          exactUs(goal.minSampleUs),
          exactUs(goal.maxSampleUs),
        ]
        : ["0%", "0", "0us", "0us"],
    ),
    ...some(
      ({ nrRegions }) => !isSame(nrRegions, DEFAULT_NR_REGIONS),
      "monitoring_nr_regions_range",
      String(nrRegions.min),
      String(nrRegions.max),
    ),
    ...some(({ addrUnitBytes }) => addrUnitBytes, "damon_addr_unit", exactBytes(addrUnitBytes)),
    ...some(
      ({ sample }) => sample,
      "sample_primitives",
      ...sample?.pageTable === false ? [] : ["page_table"],
      ...sample?.pageFault ? ["page_fault"] : [],
    ),
    ...targets.flatMap((target) => targetOptions(target, allTargets)),
    ...schemes.flatMap((scheme, s) => schemeOptions(scheme, context, allSchemes, earlier + s)),
  ];
}

function targetOptions({ pid, regions }: Target, all: readonly Target[]): Option[] {
  return [
    ...(all.some(({ pid }) => pid !== undefined) ? [["target_pid", String(pid ?? 0)]] : []),
    ...(all.some(({ regions }) => regions.length > 0) ? [["regions", regions.map(exactRange).join(" ")]] : []),
  ];
}

function schemeOptions(scheme: Scheme, { intervals }: Context, all: readonly Scheme[], index: number): Option[] {
  const { action, targetNid, dests, accessPattern, applyIntervalUs = 0, maxNrSnapshots = 0 } = scheme;
  const { quotas = NO_QUOTAS, watermarks = NO_WATERMARKS, filters = [] } = scheme;
  const { szBytes, nrAccesses, age } = accessPattern;
  const { szPermil, nrAccessesPermil, agePermil } = quotas.weights;
  const most = Math.floor(intervals.aggrUs / intervals.sampleUs);
  const some = (needs: (scheme: Scheme) => unknown, ...option: Option) => all.some(needs) ? [option] : [];
  const isBound = (name: keyof typeof accessPattern) => (scheme: Scheme) =>
    !isSame(scheme.accessPattern[name], ANY_ACCESS_PATTERN[name]);
  const goals = (scheme: Scheme) => scheme.quotas?.goals ?? [];
  const isLast = index === all.length - 1;
  return [
    [
      "damos_action",
      action,
      ...dests?.flatMap(({ nid, weight }) => [String(nid), String(weight)]) ??
        (targetNid === undefined ? [] : [String(targetNid)]),
    ],
    ...some(isBound("szBytes"), "damos_sz_region", ...ends(szBytes, exactBytes)),
    ...some(
      isBound("nrAccesses"),
      "damos_access_rate",
      ...ends(nrAccesses, (samples) => exactAccessRate(samples, most)),
    ),
    ...some(isBound("age"), "damos_age", ...ends(age, (count) => exactAge(count, intervals.aggrUs))),
    ...some(({ applyIntervalUs }) => applyIntervalUs, "damos_apply_interval", exactUs(applyIntervalUs)),
    ...some(
      ({ quotas }) => quotas,
      "damos_quotas",
      exactMs(quotas.timeMs),
      exactBytes(quotas.szBytes),
      exactMs(quotas.resetIntervalMs),
      ...[szPermil, nrAccessesPermil, agePermil].map(String),
    ),
    ...some(({ quotas }) => quotas?.goalTuner, "damos_quota_goal_tuner", quotas.goalTuner ?? "consist"),
    ...some(
      ({ quotas }) => quotas?.failCharge,
      "damos_quota_fail_charge_ratio",
      String(quotas.failCharge?.num ?? 0),
      String(quotas.failCharge?.denom ?? 0),
    ),
    ...quotas.goals.map((goal) => ["damos_quota_goal", ...goalWords(goal)]),
    ...some(
      ({ watermarks }) => watermarks,
      "damos_wmarks",
      watermarks.metric,
      exactUs(watermarks.intervalUs),
      ...[watermarks.highPermil, watermarks.midPermil, watermarks.lowPermil].map(String),
    ),
    ...filters.map((filter) => ["damos_filter", ...filterWords(filter)]),
    ...some(({ maxNrSnapshots }) => maxNrSnapshots, "damos_max_nr_snapshots", String(maxNrSnapshots)),
    // Whose they are is said after the last scheme.
    ...(isLast
      ? counts(
        "damos_nr_quota_goals",
        all.map((each) => goals(each).length),
        all.length > 1 && all.some((each) => goals(each).length > 0),
      )
      : []),
    ...(isLast
      ? counts(
        "damos_nr_filters",
        all.map(({ filters }) => filters?.length ?? 0),
        all.length > 1 && all.some(({ filters }) => filters),
      )
      : []),
  ];
}

function ends({ min, max }: Bounds, format: (value: number) => string): [string, string] {
  // `7 samples` is one word in an option.
  return [format(min).replace(" ", ""), format(max).replace(" ", "")];
}

function probeOptions(contexts: readonly Context[]): Option[] {
  const perContext = contexts.map(({ probes }) => probes ?? []);
  const probes = perContext.flat();
  if (probes.length === 0) return [];
  return [
    ...probes.flatMap(({ filters }) =>
      filters.map(({ type, matching, allow, path }) => [
        "probe_filter",
        allow ? "allow" : "reject",
        ...(matching ? [] : ["non"]),
        type,
        ...(path === undefined ? [] : [path]),
      ])
    ),
    ...counts(
      "nr_probe_filters",
      probes.map(({ filters }) => filters.length),
      probes.length > 1 || contexts.length > 1,
    ),
    ...counts("nr_probes", perContext.map((each) => each.length), contexts.length > 1),
    ...(probes.some(({ weight }) => weight !== undefined)
      ? [["probe_weights", ...probes.map(({ weight }) => weight === undefined ? "default" : String(weight))]]
      : []),
  ];
}

function indices(name: string, flags: readonly unknown[]): Option[] {
  const set = flags.flatMap((flag, i) => flag ? [String(i)] : []);
  return set.length > 0 ? [[name, ...set]] : [];
}

function counts(name: string, numbers: readonly number[], isNeeded: unknown): Option[] {
  return isNeeded ? [[name, ...numbers.map(String)]] : [];
}

function isSame(a: object, b: object): boolean {
  const keys = Object.keys(a) as (keyof typeof a)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
