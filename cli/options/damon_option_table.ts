/** One option that says what DAMON is to do; the same for every command that starts or changes it. */
export interface DamonOption {
  flags: string;
  description: string;
  group: "Monitoring" | "Targets" | "Schemes" | "Files";
  /** Words that an occurrence takes at most, or how many of those that follow it. One where absent, none for a flag. */
  words?: number | ((rest: readonly string[]) => number);
}

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

/** All of them, in the order of the help. Where one may come several times, the first is for the first context, and so on. */
export const DAMON_OPTIONS: readonly DamonOption[] = [
  {
    flags: "--ops <operations>",
    description: "vaddr, fvaddr or paddr; by default as the target asks (damo help targets)",
    group: "Monitoring",
  },
  { flags: "-s, --sample <time>", description: "sampling interval (bare: µs; default 5ms)", group: "Monitoring" },
  { flags: "-a, --aggr <time>", description: "aggregation interval (default 100ms)", group: "Monitoring" },
  { flags: "-u, --updr <time>", description: "update interval (default 1s)", group: "Monitoring" },
  { flags: "-n, --minr <count>", description: "least number of regions (default 10)", group: "Monitoring" },
  { flags: "-m, --maxr <count>", description: "largest number of regions (default 1000)", group: "Monitoring" },
  {
    flags: "--monitoring_intervals <times...>",
    description: "sampling, aggregation and update interval in one",
    group: "Monitoring",
    words: 3,
  },
  {
    flags: "--monitoring_nr_regions_range <counts...>",
    description: "least and largest number of regions in one",
    group: "Monitoring",
    words: 2,
  },
  {
    flags: "--monitoring_intervals_goal <goal...>",
    description: "let the kernel tune both intervals: ACCESS (4% or basis points), AGGRS, shortest and longest SAMPLE",
    group: "Monitoring",
    words: 4,
  },
  {
    flags: "--monitoring_intervals_autotune",
    description: "the same, with 4% 3 5ms 10s",
    group: "Monitoring",
    words: 0,
  },
  {
    flags: "--sample_primitives <kinds...>",
    description: "how accesses are seen: page_table, page_fault, or both",
    group: "Monitoring",
    words: (rest) => /^page_/.test(rest[1] ?? "") ? 2 : 1,
  },
  {
    flags: "--probe_filter <filter...>",
    description: "with paddr: also count which pages are these: allow|reject [non] anon, or ... memcg PATH",
    group: "Monitoring",
    words: probeFilterWords,
  },
  {
    flags: "--nr_probe_filters <counts...>",
    description: "how many of them each probe has",
    group: "Monitoring",
    words: numbers,
  },
  {
    flags: "--nr_probes <counts...>",
    description: "how many probes each context has",
    group: "Monitoring",
    words: numbers,
  },
  {
    flags: "--probe_weights <weights...>",
    description: "weight of each probe, or default",
    group: "Monitoring",
    words: (rest) => numbers(rest.map((word) => word === "default" ? "0" : word)),
  },
  {
    flags: "--damon_addr_unit <size>",
    description: "with paddr: bytes that one unit of DAMON's addresses is",
    group: "Monitoring",
  },
  { flags: "--pause_ctx <indices...>", description: "contexts that rest", group: "Monitoring", words: numbers },
  {
    flags: "--refresh_stat <time>",
    description: "let the kernel refresh its files this often (bare: ms)",
    group: "Monitoring",
  },
  { flags: "--target_pid <pid>", description: "process to watch; repeatable: several targets", group: "Targets" },
  {
    flags: "-r, --regions <ranges>",
    description: 'initial regions of a target, as in "4G-6G 8G-9G" or "0x7f0000000000-0x7f0000100000"',
    group: "Targets",
  },
  {
    flags: "--numa_node <nodes...>",
    description: "with paddr: the memory of these nodes",
    group: "Targets",
    words: numbers,
  },
  {
    flags: "--nr_targets <counts...>",
    description: "how many of the targets each context has",
    group: "Targets",
    words: numbers,
  },
  {
    flags: "--nr_schemes <counts...>",
    description: "how many of the schemes each context has",
    group: "Targets",
    words: numbers,
  },
  {
    flags: "--nr_ctxs <counts...>",
    description: "how many of the contexts each kdamond has (default: one)",
    group: "Targets",
    words: numbers,
  },
  {
    flags: "--obsolete_targets <indices...>",
    description: "targets to take out of a running kdamond",
    group: "Targets",
    words: numbers,
  },
  {
    flags: "--damos_action <action...>",
    description:
      "what a scheme does: pageout, hugepage, ..., or migrate_hot|migrate_cold NODE [WEIGHT NODE WEIGHT ...]",
    group: "Schemes",
    words: actionWords,
  },
  { flags: "--damos_sz_region <sizes...>", description: "to regions of MIN to MAX bytes", group: "Schemes", words: 2 },
  {
    flags: "--damos_access_rate <rates...>",
    description: "that were accessed in MIN to MAX of the samples (percent, or as 3samples)",
    group: "Schemes",
    words: 2,
  },
  {
    flags: "--damos_age <times...>",
    description: "for MIN to MAX time (bare: µs, or as 5intervals)",
    group: "Schemes",
    words: 2,
  },
  {
    flags: "--damos_apply_interval <time>",
    description: "how often it is applied (default: aggregation interval)",
    group: "Schemes",
  },
  {
    flags: "--damos_quotas <quota...>",
    description:
      "most of CPU TIME (ms) and BYTES in each INTERVAL (ms), weights of SIZE, ACCESS and AGE: the first at least",
    group: "Schemes",
    words: 6,
  },
  { flags: "--damos_quota_time <time>", description: "one by one: CPU time (bare: ms)", group: "Schemes" },
  { flags: "--damos_quota_space <size>", description: "... bytes", group: "Schemes" },
  {
    flags: "--damos_quota_interval <time>",
    description: "... after which both are charged anew (bare: ms)",
    group: "Schemes",
  },
  {
    flags: "--damos_quota_weights <weights...>",
    description: "... weights of size, access rate and age",
    group: "Schemes",
    words: 3,
  },
  {
    flags: "--damos_quota_goal <goal...>",
    description:
      "tune the quota so that METRIC gets to TARGET, as in: some_mem_psi_us 10ms; node_mem_free_bp 5% 0; user_input 100 80",
    group: "Schemes",
    words: goalWords,
  },
  {
    flags: "--damos_nr_quota_goals <counts...>",
    description: "how many goals each scheme has",
    group: "Schemes",
    words: numbers,
  },
  { flags: "--damos_quota_goal_tuner <tuner>", description: "consist or temporal", group: "Schemes" },
  {
    flags: "--damos_quota_fail_charge_ratio <ratio...>",
    description: "share of the quota that failures are charged: NUMERATOR DENOMINATOR",
    group: "Schemes",
    words: 2,
  },
  {
    flags: "--damos_wmarks <marks...>",
    description: "when it is active: free_mem_rate INTERVAL HIGH MID LOW (bare: µs, per mill; or as 50%)",
    group: "Schemes",
    words: 5,
  },
  {
    flags: "--damos_filter <filter...>",
    description:
      "to which memory: allow|reject [none] anon|active|young|unmapped|memcg PATH|addr START END|target INDEX|hugepage_size MIN MAX",
    group: "Schemes",
    words: filterWords,
  },
  {
    flags: "--damos_nr_filters <counts...>",
    description: "how many filters each scheme has",
    group: "Schemes",
    words: numbers,
  },
  { flags: "--damos_max_nr_snapshots <count>", description: "it ends after this many snapshots", group: "Schemes" },
  {
    flags: "-c, --schemes <file>",
    description: "schemes out of a file: YAML, JSON, or lines of text; - for standard input",
    group: "Files",
  },
  {
    flags: "--kdamonds <file>",
    description: "the whole configuration out of a file, YAML or JSON; - for standard input",
    group: "Files",
  },
];

/** Name of an option without dashes: `damos_age`. */
export function nameOf({ flags }: DamonOption): string {
  return /--(\w+)/.exec(flags)![1];
}

/** Parts the words of one occurrence in the value that the option parser sees. */
export const WORD_SEPARATOR = "\x1f";

/** Options of more than one word, by name. */
export const OPTION_WORDS: ReadonlyMap<string, number | ((rest: readonly string[]) => number)> = new Map([
  ...DAMON_OPTIONS.flatMap((option): [string, number | ((rest: readonly string[]) => number)][] =>
    option.words === undefined || option.words === 0 ? [] : [[nameOf(option), option.words]]
  ),
  // What the Python damo calls --probe_weights since 3.3.1: one for each time.
  ["probe_weight", 1],
  // Of `record` alone.
  ["snapshot_damos_filter", filterWords],
]);
