import type { KernelTypes } from "./doctor_btf.ts";
import { type DoctorSection, exists, type FeatureRow, namesIn, rowOf } from "./doctor_row.ts";
import type { Roots } from "./roots.ts";
import { kdamondsDir } from "./sysfs.ts";

/** No release has it as this is written: it is in the memory management tree. */
const LATER = "after 7.1";

/** A feature, the first kernel with it, its file below a kdamond's folder, and its place in the kernel's types. */
type Feature = readonly [feature: string, since: string, file: string | undefined, type: string];

const SCHEME = "contexts/0/schemes/0";
const FEATURES: readonly Feature[] = [
  ["list of operations", "5.19", "contexts/0/avail_operations", "DAMON_OPS_FVADDR"],
  ["changes while it runs", "5.19", undefined, "DAMON_SYSFS_CMD_COMMIT"],
  ["regions a scheme tried", "6.2", `${SCHEME}/tried_regions`, "damon_sysfs_scheme_regions"],
  ["bytes a scheme tried", "6.6", `${SCHEME}/tried_regions/total_bytes`, "damon_sysfs_scheme_regions.total_bytes"],
  ["a scheme's own interval", "6.7", `${SCHEME}/apply_interval_us`, "damon_sysfs_scheme.apply_interval_us"],
  ["quota goals", "6.8", `${SCHEME}/quotas/goals`, "damos_sysfs_quota_goal"],
  ["quota in force", "6.9", `${SCHEME}/quotas/effective_bytes`, "DAMON_SYSFS_CMD_UPDATE_SCHEMES_EFFECTIVE_QUOTAS"],
  ["migration to a node", "6.11", `${SCHEME}/target_nid`, "damon_sysfs_scheme.target_nid"],
  ["filters that allow", "6.14", undefined, "damos_filter.allow"],
  ["bytes that passed filters", "6.14", `${SCHEME}/stats/sz_ops_filter_passed`, "damos_stat.sz_ops_filter_passed"],
  ["self-tuning intervals", "6.15", "contexts/0/monitoring_attrs/intervals/intervals_goal", "damon_intervals_goal"],
  ["filters by layer", "6.15", `${SCHEME}/core_filters`, "damon_sysfs_scheme.core_filters"],
  ["migration to several nodes", "6.17", `${SCHEME}/dests`, "damos_migrate_dests"],
  ["files that refresh themselves", "6.17", "refresh_ms", "damon_sysfs_kdamond.refresh_ms"],
  ["address unit", "6.18", "contexts/0/addr_unit", "damon_ctx.addr_unit"],
  ["taking out one target", "6.19", "contexts/0/targets/0/obsolete_target", "damon_target.obsolete"],
  ["count of snapshots", "7.0", `${SCHEME}/stats/nr_snapshots`, "damos_stat.nr_snapshots"],
  ["limit of snapshots", "7.0", `${SCHEME}/stats/max_nr_snapshots`, "damos.max_nr_snapshots"],
  ["choice of the goals' tuner", "7.1", `${SCHEME}/quotas/goal_tuner`, "damos_quota.goal_tuner"],
  ["pausing", LATER, "contexts/0/pause", "damon_ctx.pause"],
  ["charge for failures", LATER, `${SCHEME}/quotas/fail_charge_num`, "damos_quota.fail_charge_num"],
  ["probes of attributes", LATER, "contexts/0/monitoring_attrs/probes", "damon_probe"],
];

/** Words that a file takes, from the constants of an enum: since when, by the prefix of their names. */
const WORDS: readonly (readonly [feature: string, prefix: string, words: Readonly<Record<string, string>>])[] = [
  ["scheme actions", "DAMOS_", {
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
    collapse: LATER,
  }],
  ["scheme filters", "DAMOS_FILTER_TYPE_", {
    anon: "6.3",
    memcg: "6.3",
    addr: "6.6",
    target: "6.6",
    young: "6.10",
    active: "6.15",
    hugepage_size: "6.15",
    unmapped: "6.15",
  }],
  ["quota goals by", "DAMOS_QUOTA_", {
    user_input: "6.8",
    some_mem_psi_us: "6.9",
    node_mem_used_bp: "6.16",
    node_mem_free_bp: "6.16",
    node_memcg_used_bp: "6.19",
    node_memcg_free_bp: "6.19",
    active_mem_bp: "7.0",
    inactive_mem_bp: "7.0",
    node_eligible_mem_bp: LATER,
  }],
];

/**
 * What DAMON's sysfs interface can do here, without staging anything: by the files of a kdamond that somebody staged,
 * else by the kernel's types.
 */
export function sysfsFeatures(roots: Roots, types: KernelTypes | undefined): DoctorSection {
  const kdamonds = namesIn(kdamondsDir(roots)).filter((name) => /^\d+$/.test(name));
  const rows = FEATURES.map((feature) => featureRow(feature, kdamonds.map((k) => `${kdamondsDir(roots)}/${k}`), types));
  return { title: "DAMON by sysfs", isList: true, rows: [...rows, ...wordRows(types)] };
}

function featureRow([feature, since, file, type]: Feature, dirs: string[], types?: KernelTypes): FeatureRow {
  // Where the folder is there that the file would be in, the kernel has said it itself.
  const dir = file && dirs.find((dir) => exists(parentOf(`${dir}/${file}`)));
  if (dir) return sinceRow(feature, since, exists(`${dir}/${file}`), "the files of a staged kdamond");
  const has = types && hasType(types, type);
  return sinceRow(feature, since, has, "the kernel's types (BTF)");
}

function wordRows(types: KernelTypes | undefined): FeatureRow[] {
  return WORDS.flatMap(([feature, prefix, words]) =>
    Object.entries(words).map(([word, since]) =>
      sinceRow(
        `${feature}: ${word}`,
        since,
        types && types.constants.has(prefix + word.toUpperCase()),
        "the kernel's types (BTF)",
      )
    )
  );
}

function sinceRow(feature: string, since: string, has: boolean | undefined, source: string): FeatureRow {
  const first = since === LATER ? "a kernel after 7.1" : `Linux ${since}`;
  if (has === undefined) {
    const why = `${first} has it first; only a staged kdamond, or BTF, would tell`;
    return { ...rowOf(feature, "unknown", why, "boot a kernel with CONFIG_DEBUG_INFO_BTF=y"), since };
  }
  const next = `boot ${first}${since === LATER ? "" : " or newer"}`;
  return { ...rowOf(feature, has ? "yes" : "no", `by ${source}`, has ? null : next), since };
}

function hasType({ members, constants }: KernelTypes, type: string): boolean {
  const [name, member] = type.split(".");
  return member === undefined ? members.has(name) || constants.has(name) : members.get(name)?.has(member) ?? false;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
