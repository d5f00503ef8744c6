import { defineOptions, type ParsedOptions } from "./option_table.ts";

const isNumber = (word: string | undefined) => /^-?[\d,]+%?$/.test(word ?? "");
/** As many as are numbers. */
const numbers = (rest: readonly string[]) => {
  const end = rest.findIndex((word) => !isNumber(word));
  return end < 0 ? rest.length : end;
};

const DECISIONS = ["allow", "reject", "deny", "block", "pass"];
const FILTER_VALUES: Readonly<Record<string, number>> = {
  memcg: 1,
  target: 1,
  addr: 2,
  hugepage_size: 2,
  probe_hits_wsum: 2,
};
/** `non` is what the Python damo says since 3.4. */
const isNot = (word: string | undefined) => word === "none" || word === "non";

/** Words of as many filters as follow; in the older grammar, of one. */
function filterWords(rest: readonly string[]): number {
  if (!DECISIONS.includes(rest[0])) {
    const values = 2 + (FILTER_VALUES[rest[0]] ?? 0);
    return values + (DECISIONS.includes(rest[values]) ? 1 : 0);
  }
  let at = 0;
  while (DECISIONS.includes(rest[at])) {
    if (isNot(rest[at + 1])) at++;
    at += 2 + (FILTER_VALUES[rest[at + 1]] ?? 0);
  }
  return at;
}

function probeFilterWords(rest: readonly string[]): number {
  const at = isNot(rest[1]) ? 2 : 1;
  return at + 1 + (FILTER_VALUES[rest[at]] ?? 0);
}

function goalWords([metric = ""]: readonly string[]): number {
  if (metric === "user_input") return 3;
  return metric.startsWith("node_memcg_") ? 4 : metric.startsWith("node_") ? 3 : 2;
}

function actionWords(rest: readonly string[]): number {
  return rest[0]?.startsWith("migrate_") ? 1 + numbers(rest.slice(1)) : 1;
}

const [MONITORING, TARGETS, SCHEMES, FILES] = (["Monitoring", "Targets", "Schemes", "Files"] as const).map((heading) =>
  ({ group: "damon", heading }) as const
);
/** Each time that it comes is for the next context, target or scheme. */
const EACH = { many: "occurrences" } as const;
const WORDS = { ...EACH, quoted: true } as const;

/** What DAMON is to do; the same options for every command that starts or changes it. */
export const DAMON_OPTIONS = defineOptions({
  ops: {
    value: "operations",
    ...EACH,
    ...MONITORING,
    help: "what watches: vaddr, fvaddr or paddr (default: by the target; see damo help targets)",
  },
  sample: {
    short: "s",
    value: "time",
    ...EACH,
    ...MONITORING,
    help: "sampling interval (bare number: µs; default: 5ms)",
  },
  aggr: { short: "a", value: "time", ...EACH, ...MONITORING, help: "aggregation interval (default: 100ms)" },
  updr: { short: "u", value: "time", ...EACH, ...MONITORING, help: "update interval (default: 1s)" },
  minr: { short: "n", value: "count", ...EACH, ...MONITORING, help: "minimum number of regions (default: 10)" },
  maxr: { short: "m", value: "count", ...EACH, ...MONITORING, help: "maximum number of regions (default: 1000)" },
  monitoring_intervals: {
    value: "sample aggr update",
    words: 3,
    ...WORDS,
    ...MONITORING,
    help: "sampling, aggregation and update interval at once",
  },
  monitoring_nr_regions_range: {
    value: "min max",
    words: 2,
    ...WORDS,
    ...MONITORING,
    help: "minimum and maximum number of regions at once",
  },
  monitoring_intervals_goal: {
    value: "access aggrs min max",
    words: 4,
    ...WORDS,
    ...MONITORING,
    help:
      "let the kernel tune the intervals: this share of accesses (4%, or basis points) in AGGRS aggregation intervals, and sampling intervals from MIN to MAX",
  },
  monitoring_intervals_autotune: { ...MONITORING, help: "the same with 4% 3 5ms 10s" },
  sample_primitives: {
    value: "kinds",
    words: (rest) => /^page_/.test(rest[1] ?? "") ? 2 : 1,
    ...WORDS,
    ...MONITORING,
    help: "how accesses are detected: page_table, page_fault, or both",
  },
  probe_filter: {
    value: "filter",
    words: probeFilterWords,
    ...WORDS,
    ...MONITORING,
    help: "with paddr: also count the pages that match: allow|reject [non] anon, or allow|reject [non] memcg PATH",
  },
  nr_probe_filters: {
    value: "counts",
    words: numbers,
    ...WORDS,
    ...MONITORING,
    help: "number of filters of each probe",
  },
  nr_probes: { value: "counts", words: numbers, ...WORDS, ...MONITORING, help: "number of probes of each context" },
  probe_weights: {
    value: "weights",
    words: (rest) => numbers(rest.map((word) => word === "default" ? "0" : word)),
    ...WORDS,
    ...MONITORING,
    help: "weight of each probe, or default",
  },
  // What the Python damo calls it since 3.3.1: one for each time.
  probe_weight: { value: "weight", ...EACH, ...MONITORING, alias: "probe_weights", hidden: true },
  damon_addr_unit: { value: "size", ...EACH, ...MONITORING, help: "with paddr: bytes per unit of DAMON's addresses" },
  pause_ctx: { value: "indices", words: numbers, ...WORDS, ...MONITORING, help: "contexts to pause" },
  refresh_stat: {
    value: "time",
    ...EACH,
    ...MONITORING,
    help: "have the kernel refresh its statistics files this often (bare number: ms)",
  },
  target_pid: { value: "pid", ...EACH, ...TARGETS, help: "process to watch; repeat it for several targets" },
  regions: {
    short: "r",
    value: "ranges",
    ...EACH,
    ...TARGETS,
    help: 'initial regions of a target, as in "4G-6G 8G-9G" or "0x7f0000000000-0x7f0000100000"',
  },
  numa_node: {
    value: "nodes",
    words: numbers,
    ...WORDS,
    ...TARGETS,
    help: "with paddr: the memory of these NUMA nodes",
  },
  nr_targets: { value: "counts", words: numbers, ...WORDS, ...TARGETS, help: "number of targets of each context" },
  nr_schemes: { value: "counts", words: numbers, ...WORDS, ...TARGETS, help: "number of schemes of each context" },
  nr_ctxs: {
    value: "counts",
    words: numbers,
    ...WORDS,
    ...TARGETS,
    help: "number of contexts of each kdamond (default: one)",
  },
  obsolete_targets: {
    value: "indices",
    words: numbers,
    ...WORDS,
    ...TARGETS,
    help: "targets to remove from a running kdamond",
  },
  damos_action: {
    value: "action",
    words: actionWords,
    ...WORDS,
    ...SCHEMES,
    help: "what a scheme does: pageout, hugepage, ...; or migrate_hot|migrate_cold NODE [WEIGHT NODE WEIGHT ...]",
  },
  damos_sz_region: {
    value: "min max",
    words: 2,
    ...WORDS,
    ...SCHEMES,
    help: "apply it to regions of MIN to MAX bytes",
  },
  damos_access_rate: {
    value: "min max",
    words: 2,
    ...WORDS,
    ...SCHEMES,
    help: "apply it to regions accessed in MIN to MAX of the samples (percent, or as in 3samples)",
  },
  damos_age: {
    value: "min max",
    words: 2,
    ...WORDS,
    ...SCHEMES,
    help: "apply it to regions of this age (bare number: µs; or as in 5intervals)",
  },
  damos_apply_interval: {
    value: "time",
    ...EACH,
    ...SCHEMES,
    help: "how often the scheme is applied (default: each aggregation interval)",
  },
  damos_quotas: {
    value: "quota",
    words: 6,
    ...WORDS,
    ...SCHEMES,
    help: "limits per INTERVAL (ms): CPU TIME (ms) and BYTES, then weights of SIZE, ACCESS and AGE; at least the first",
  },
  damos_quota_time: {
    value: "time",
    ...EACH,
    ...SCHEMES,
    help: "limit of CPU time per quota interval (bare number: ms)",
  },
  damos_quota_space: { value: "size", ...EACH, ...SCHEMES, help: "limit of bytes per quota interval" },
  damos_quota_interval: { value: "time", ...EACH, ...SCHEMES, help: "quota interval (bare number: ms)" },
  damos_quota_weights: {
    value: "size rate age",
    words: 3,
    ...WORDS,
    ...SCHEMES,
    help: "weights of size, access rate and age in choosing regions",
  },
  damos_quota_goal: {
    value: "goal",
    words: goalWords,
    ...WORDS,
    ...SCHEMES,
    help: "tune the quota until METRIC reaches TARGET: some_mem_psi_us 10ms; node_mem_free_bp 5% 0; user_input 100 80",
  },
  damos_nr_quota_goals: {
    value: "counts",
    words: numbers,
    ...WORDS,
    ...SCHEMES,
    help: "number of goals of each scheme",
  },
  damos_quota_goal_tuner: { value: "tuner", ...EACH, ...SCHEMES, help: "consist or temporal" },
  damos_quota_fail_charge_ratio: {
    value: "numerator denominator",
    words: 2,
    ...WORDS,
    ...SCHEMES,
    help: "share of the quota that a failed attempt is charged",
  },
  damos_wmarks: {
    value: "metric interval high mid low",
    words: 5,
    ...WORDS,
    ...SCHEMES,
    help: "when the scheme is active: METRIC is free_mem_rate; bare numbers are µs and per mille",
  },
  damos_filter: {
    value: "filter",
    words: filterWords,
    ...WORDS,
    ...SCHEMES,
    help:
      "which memory it takes: allow|reject [none] anon|active|young|unmapped|memcg PATH|addr START END|target INDEX|hugepage_size MIN MAX",
  },
  damos_nr_filters: { value: "counts", words: numbers, ...WORDS, ...SCHEMES, help: "number of filters of each scheme" },
  damos_max_nr_snapshots: {
    value: "count",
    ...EACH,
    ...SCHEMES,
    help: "deactivate the scheme after this many snapshots",
  },
  schemes: {
    short: "c",
    value: "file",
    kind: "file",
    ...EACH,
    ...FILES,
    help: "read schemes from a file: YAML, JSON, or lines of text; - for stdin",
  },
  kdamonds: {
    value: "file",
    kind: "file",
    ...EACH,
    ...FILES,
    help: "read the whole configuration from a YAML or JSON file; - for stdin",
  },
});

/** What the Python damo also has of them: what to type instead. */
export const DAMON_POINTERS: Readonly<Record<string, string>> = {
  exp_ops_use_reports: "no released kernel has it; --sample_primitives page_fault is what took its place",
  exp_ops_write_only: "no released kernel has it",
  exp_ops_cpus: "no released kernel has it",
  exp_ops_tids: "no released kernel has it",
  debug_damon: "damo start --dry_run prints every write to the kernel",
  damon_interface_DEPRECATED: "--interface sysfs or debugfs",
  probe_prep: "no released kernel has it",
  probe: "probes are told apart by --nr_probes and --nr_probe_filters",
  damos_scheme: "each --damos_action begins a scheme; --nr_schemes says how many a context has",
  kdamond: "each context is a kdamond of its own; --nr_ctxs says so, too",
  damon_ctx: "each --ops begins a context",
  damon_target: "each --target_pid, or -r, is a target; --nr_targets says how many a context has",
};

/** What the parser makes of them: the words of each occurrence. */
export type ParsedDamonOptions = ParsedOptions<typeof DAMON_OPTIONS>;

/** Filters as they are written after `--snapshot_damos_filter`, which counts what they let pass. */
export const SNAPSHOT_FILTER_OPTION = defineOptions({
  snapshot_damos_filter: {
    value: "filter",
    words: filterWords,
    ...WORDS,
    help: "with --snapshot or --live: count the bytes that pass this filter, written as for --damos_filter",
  },
});
