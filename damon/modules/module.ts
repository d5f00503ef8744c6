import { COMMON_INPUTS, type ModuleParameter, QUOTA_SZ, statsOf, SWITCHES, THREAD } from "./module_parameter.ts";

/** A part of the kernel that runs DAMON by itself, steered by parameters in `/sys/module/NAME/parameters`. */
export interface DamonModule {
  /** The kernel's name of it: `damon_reclaim`. */
  name: string;
  /** What a person calls it: `reclaim`. */
  short: string;
  /** What it does, to follow its name. */
  doc: string;
  /** The build option that brings it; absent for a module that this table does not know. */
  option?: string;
  /** The first kernel with it, as `5.16`; absent as `option` is. */
  since?: string;
  /** In the order in which they are shown. */
  parameters: readonly ModuleParameter[];
}

/** The kernel's own modules, as Linux 7.1 and the trees after it have them. */
export const MODULES: readonly DamonModule[] = [
  {
    name: "damon_reclaim",
    short: "reclaim",
    doc: "pages out memory that nobody has accessed for a while",
    option: "CONFIG_DAMON_RECLAIM",
    since: "5.16",
    parameters: [
      ...SWITCHES("5.19"),
      { name: "min_age", access: "input", unit: "us", doc: "memory idle for this long is cold" },
      ...COMMON_INPUTS.quota,
      QUOTA_SZ,
      { name: "skip_anon", access: "input", unit: "flag", since: "6.3", doc: "leaves anonymous memory alone" },
      {
        name: "quota_mem_pressure_us",
        access: "input",
        unit: "us",
        since: "6.9",
        doc: "wanted stall for memory (PSI some) in each quota interval; tunes the quota; 0: off",
      },
      {
        name: "quota_autotune_feedback",
        access: "input",
        unit: "bp",
        since: "6.9",
        doc: "your measure of success, 10000 being the aim; tunes the quota; 0: off",
      },
      ...COMMON_INPUTS.watermarks,
      ...COMMON_INPUTS.monitoring,
      { ...COMMON_INPUTS.autotune, since: "7.2" },
      ...COMMON_INPUTS.region,
      THREAD,
      ...statsOf("reclaim_tried_regions", "reclaimed_regions", "quota_exceeds", "to page out", "paged out", "5.17"),
    ],
  },
  {
    name: "damon_lru_sort",
    short: "lru_sort",
    doc: "moves hot memory up and cold memory down in the lists that reclaim goes by",
    option: "CONFIG_DAMON_LRU_SORT",
    since: "6.0",
    parameters: [
      ...SWITCHES(),
      {
        name: "hot_thres_access_freq",
        access: "input",
        unit: "permil",
        max: 1000,
        doc: "memory accessed in this share of samples is hot",
      },
      { name: "cold_min_age", access: "input", unit: "us", doc: "memory idle for this long is cold" },
      {
        name: "active_mem_bp",
        access: "input",
        unit: "bp",
        max: 10_000,
        since: "7.0",
        doc: "wanted share of active memory in active and inactive; tunes the quota; 0: off",
      },
      {
        name: "filter_young_pages",
        access: "input",
        unit: "flag",
        since: "7.0",
        doc: "looks at each page once more before it is moved",
      },
      ...COMMON_INPUTS.quota,
      ...COMMON_INPUTS.watermarks,
      ...COMMON_INPUTS.monitoring,
      { ...COMMON_INPUTS.autotune, since: "7.0" },
      ...COMMON_INPUTS.region,
      THREAD,
      ...["hot", "cold"].flatMap((heat) =>
        statsOf(
          `lru_sort_tried_${heat}_regions`,
          `lru_sorted_${heat}_regions`,
          `${heat}_quota_exceeds`,
          `of ${heat} memory to move`,
          `of ${heat} memory moved`,
        )
      ),
    ],
  },
  {
    name: "damon_stat",
    short: "stat",
    doc: "measures how long the machine's memory has been idle, and how much is accessed",
    option: "CONFIG_DAMON_STAT",
    since: "6.17",
    parameters: [
      SWITCHES()[0],
      { ...THREAD, since: "7.2" },
      { name: "aggr_interval_us", access: "output", unit: "us", since: "6.18", doc: "aggregation interval in force" },
      {
        name: "estimated_memory_bandwidth",
        access: "output",
        unit: "bytesPerSecond",
        doc: "estimate of what is accessed",
      },
      {
        name: "memory_idle_ms_percentiles",
        access: "output",
        unit: "msList",
        doc: "101 percentiles of how long memory has been idle; below 0: how long it has been hot",
      },
    ],
  },
];

/**
 * The module that `name` means, with or without `damon_` before it; one that is not in {@linkcode MODULES} has no
 * parameters that are known.
 *
 * @example
 * ```ts
 * import { moduleOf } from "./module.ts";
 * moduleOf("reclaim").name; // "damon_reclaim"
 * moduleOf("sample_wsse").parameters.length; // 0
 * ```
 *
 * @throws {TypeError} for what is no name.
 */
export function moduleOf(name: string): DamonModule {
  // It becomes part of a path.
  if (!/^\w+$/.test(name)) {
    throw new TypeError(
      `${JSON.stringify(name)} is not the name of a DAMON module; use one such as ${MODULES.map(shortOf).join(", ")}`,
    );
  }
  const short = name.replace(/^damon_/, "");
  return MODULES.find((module) => module.short === short) ??
    { name: `damon_${short}`, short, doc: "is not known to this version of damo", parameters: [] };
}

const shortOf = ({ short }: DamonModule) => short;

/** What is known of a parameter; one that is not in the table can be read and written as text. */
export function parameterOf({ parameters }: DamonModule, name: string): ModuleParameter | undefined {
  return parameters.find((parameter) => parameter.name === name);
}

/** A module's name as the kernel's documents write it: `DAMON_RECLAIM`. */
export function titleOfModule({ name }: DamonModule): string {
  return name.toUpperCase();
}
