import type { Context, Kdamond } from "./kdamond.ts";
import type { Scheme } from "./scheme.ts";

/** No release has it as this is written: it is in the memory management tree. */
export const NOT_YET = "after 7.3";

/** Something that DAMON's sysfs interface has on some kernels. */
export interface SysfsFeature {
  /** In a few words, for a person. */
  name: string;
  /** First kernel that has it, as in `6.15`, or {@linkcode NOT_YET}. */
  since: string;
  /** Its file or folder, below a kdamond's own. */
  file?: string;
  /** Its place in the kernel's types: a struct, `struct.member`, a constant of an enum, or a function. */
  type: string;
}

const SCHEME = "contexts/0/schemes/0";

/** Everything that not every kernel with the sysfs interface has, by a short name. */
export const SYSFS_FEATURES = {
  avail_operations: {
    name: "list of operations",
    since: "5.19",
    file: "contexts/0/avail_operations",
    type: "DAMON_OPS_FVADDR",
  },
  commit: { name: "changes while it runs", since: "5.19", type: "DAMON_SYSFS_CMD_COMMIT" },
  tried_regions: {
    name: "regions a scheme tried",
    since: "6.2",
    file: `${SCHEME}/tried_regions`,
    type: "damon_sysfs_scheme_regions",
  },
  filters: { name: "filters", since: "6.3", file: `${SCHEME}/filters`, type: "damon_sysfs_scheme_filter" },
  total_bytes: {
    name: "bytes a scheme tried",
    since: "6.6",
    file: `${SCHEME}/tried_regions/total_bytes`,
    type: "damon_sysfs_scheme_regions.total_bytes",
  },
  apply_interval: {
    name: "a scheme's own interval",
    since: "6.7",
    file: `${SCHEME}/apply_interval_us`,
    type: "damon_sysfs_scheme.apply_interval_us",
  },
  goals: { name: "quota goals", since: "6.8", file: `${SCHEME}/quotas/goals`, type: "damos_sysfs_quota_goal" },
  effective_bytes: {
    name: "quota in force",
    since: "6.9",
    file: `${SCHEME}/quotas/effective_bytes`,
    type: "DAMON_SYSFS_CMD_UPDATE_SCHEMES_EFFECTIVE_QUOTAS",
  },
  target_nid: {
    name: "migration to a node",
    since: "6.11",
    file: `${SCHEME}/target_nid`,
    type: "damon_sysfs_scheme.target_nid",
  },
  allow: { name: "filters that allow", since: "6.14", type: "damos_filter.allow" },
  sz_ops_filter_passed: {
    name: "bytes that passed filters",
    since: "6.14",
    file: `${SCHEME}/stats/sz_ops_filter_passed`,
    type: "damos_stat.sz_ops_filter_passed",
  },
  intervals_goal: {
    name: "self-tuning intervals",
    since: "6.15",
    file: "contexts/0/monitoring_attrs/intervals/intervals_goal",
    type: "damon_intervals_goal",
  },
  core_filters: {
    name: "filters by layer",
    since: "6.15",
    file: `${SCHEME}/core_filters`,
    type: "damon_sysfs_scheme.core_filters",
  },
  dests: { name: "migration to several nodes", since: "6.17", file: `${SCHEME}/dests`, type: "damos_migrate_dests" },
  refresh_ms: {
    name: "files that refresh themselves",
    since: "6.17",
    file: "refresh_ms",
    type: "damon_sysfs_kdamond.refresh_ms",
  },
  addr_unit: { name: "address unit", since: "6.18", file: "contexts/0/addr_unit", type: "damon_ctx.addr_unit" },
  obsolete_target: {
    name: "taking out one target",
    since: "6.19",
    file: "contexts/0/targets/0/obsolete_target",
    type: "damon_target.obsolete",
  },
  nr_snapshots: {
    name: "count of snapshots",
    since: "7.0",
    file: `${SCHEME}/stats/nr_snapshots`,
    type: "damos_stat.nr_snapshots",
  },
  max_nr_snapshots: {
    name: "limit of snapshots",
    since: "7.0",
    file: `${SCHEME}/stats/max_nr_snapshots`,
    type: "damos.max_nr_snapshots",
  },
  goal_tuner: {
    name: "choice of the goals' tuner",
    since: "7.1",
    file: `${SCHEME}/quotas/goal_tuner`,
    type: "damos_quota.goal_tuner",
  },
  pause: { name: "pausing", since: "7.2", file: "contexts/0/pause", type: "damon_ctx.pause" },
  fail_charge: {
    name: "charge for failures",
    since: "7.2",
    file: `${SCHEME}/quotas/fail_charge_num`,
    type: "damos_quota.fail_charge_num",
  },
  probes: {
    name: "probes of attributes",
    since: "7.2",
    file: "contexts/0/monitoring_attrs/probes",
    type: "damon_probe",
  },
  probes_vaddr: {
    name: "probes of processes' memory",
    since: NOT_YET,
    type: "damon_va_apply_probes",
  },
  probe_weights: {
    name: "weights of probes",
    since: NOT_YET,
    file: "contexts/0/monitoring_attrs/probes/0/weight",
    type: "damon_probe.weight",
  },
  sample_primitives: {
    name: "choice of how accesses are seen",
    since: NOT_YET,
    file: "contexts/0/monitoring_attrs/sample",
    type: "damon_sample_control",
  },
} as const satisfies Record<string, SysfsFeature>;

/** Short name of a feature. */
export type SysfsFeatureName = keyof typeof SYSFS_FEATURES;

/** Words that one file takes, with the first kernel that takes them. */
export interface WordFeature {
  /** In a few words, for a person. */
  name: string;
  /** The constants of the kernel's enum begin with it. */
  prefix: string;
  /** Word → first kernel. */
  words: Readonly<Record<string, string>>;
}

/** What not every kernel takes in the files of actions, filters and goals. */
export const SYSFS_WORDS = {
  action: {
    name: "scheme actions",
    prefix: "DAMOS_",
    words: {
      willneed: "5.18",
      cold: "5.18",
      pageout: "5.18",
      hugepage: "5.18",
      nohugepage: "5.18",
      stat: "5.18",
      lru_prio: "6.0",
      lru_deprio: "6.0",
      migrate_hot: "6.11",
      migrate_cold: "6.11",
      collapse: "7.2",
    },
  },
  filter: {
    name: "scheme filters",
    prefix: "DAMOS_FILTER_TYPE_",
    words: {
      anon: "6.3",
      memcg: "6.3",
      addr: "6.6",
      target: "6.6",
      young: "6.10",
      active: "6.15",
      hugepage_size: "6.15",
      unmapped: "6.15",
    },
  },
  goal: {
    name: "quota goals by",
    prefix: "DAMOS_QUOTA_",
    words: {
      user_input: "6.8",
      some_mem_psi_us: "6.9",
      node_mem_used_bp: "6.16",
      node_mem_free_bp: "6.16",
      node_memcg_used_bp: "6.19",
      node_memcg_free_bp: "6.19",
      active_mem_bp: "7.0",
      inactive_mem_bp: "7.0",
      node_eligible_mem_bp: "7.2",
    },
  },
} as const satisfies Record<string, WordFeature>;

/** One thing that a configuration asks of the kernel. */
export type Need =
  | { kind: "file"; feature: SysfsFeatureName }
  | { kind: "word"; list: keyof typeof SYSFS_WORDS; word: string };

/**
 * What `kdamonds` ask for that not every kernel with the sysfs interface has.
 *
 * @example
 * ```ts
 * import { needsOf } from "./features.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "./kdamond.ts";
 * needsOf([{ contexts: [{ operations: "paddr", intervals, nrRegions, targets: [{ regions: [] }] }], refreshMs: 100 }]);
 * // [{ kind: "file", feature: "refresh_ms" }]
 * ```
 */
export function needsOf(kdamonds: readonly Kdamond[]): Need[] {
  const files = new Set<SysfsFeatureName>();
  const words = new Map<string, Need>();
  const file = (feature: SysfsFeatureName, isAsked: unknown) => {
    if (isAsked) files.add(feature);
  };
  const word = (list: keyof typeof SYSFS_WORDS, text: string) =>
    void words.set(`${list} ${text}`, { kind: "word", list, word: text });
  for (const { refreshMs, contexts } of kdamonds) {
    file("refresh_ms", refreshMs);
    for (const context of contexts) {
      contextNeeds(context, file);
      for (const scheme of context.schemes ?? []) schemeNeeds(scheme, file, word);
    }
  }
  return [...[...files].map((feature): Need => ({ kind: "file", feature })), ...words.values()];
}

function contextNeeds(context: Context, file: (feature: SysfsFeatureName, isAsked: unknown) => void): void {
  file("addr_unit", context.addrUnitBytes !== undefined && context.addrUnitBytes !== 1);
  file("pause", context.pause);
  file("intervals_goal", context.intervals.goal);
  file("probes", context.probes?.length);
  file("probes_vaddr", context.operations !== "paddr" && context.probes?.length);
  file("probe_weights", context.probes?.some(({ weight }) => weight !== undefined));
  file("sample_primitives", context.sample);
  file("obsolete_target", context.targets.some(({ obsolete }) => obsolete));
}

function schemeNeeds(
  { action, targetNid, dests, applyIntervalUs, quotas, filters, maxNrSnapshots }: Scheme,
  file: (feature: SysfsFeatureName, isAsked: unknown) => void,
  word: (list: keyof typeof SYSFS_WORDS, text: string) => void,
): void {
  word("action", action);
  file("target_nid", targetNid !== undefined && targetNid >= 0);
  file("dests", dests?.length);
  file("apply_interval", applyIntervalUs);
  file("goals", quotas?.goals.length);
  file("goal_tuner", quotas?.goalTuner);
  file("fail_charge", quotas?.failCharge);
  file("max_nr_snapshots", maxNrSnapshots);
  file("filters", filters?.length);
  file("allow", filters?.some(({ allow }) => allow));
  for (const { type } of filters ?? []) word("filter", type);
  for (const { metric } of quotas?.goals ?? []) word("goal", metric);
}

/** What can be asked to watch memory: DAMON, the page sampler, that at every page, or which of them is free. */
export const MONITORS = ["auto", "damon", "pages", "pages-exact"] as const;

/** The kernel's interfaces to DAMON, and the one that is there. */
export const INTERFACES = ["sysfs", "debugfs", "auto"] as const;
