/** What DAMOS can do to a region that matches, in the order of the kernel's documents. */
export const ACTIONS = [
  "willneed",
  "cold",
  "pageout",
  "hugepage",
  "nohugepage",
  "collapse",
  "lru_prio",
  "lru_deprio",
  "migrate_hot",
  "migrate_cold",
  "stat",
] as const;

/** What a scheme does to the regions that match it; `stat` only counts them. */
export type Action = typeof ACTIONS[number];

/** A closed range: both ends belong to it. `2 ** 64` as `max` means no bound. */
export interface Bounds {
  /** Smallest value that matches. */
  min: number;
  /** Largest value that matches; at least `min`. */
  max: number;
}

/** Which regions a scheme takes: all three must hold. */
export interface AccessPattern {
  /** Size of the region, bytes. */
  szBytes: Bounds;
  /** Samples of an aggregation interval in which it was accessed, 0 to `aggrUs / sampleUs`. */
  nrAccesses: Bounds;
  /** For how many aggregation intervals it has kept its size and access rate. */
  age: Bounds;
}

/** What a quota goal measures, in the order of the kernel's documents. */
export const GOAL_METRICS = [
  "user_input",
  "some_mem_psi_us",
  "node_mem_used_bp",
  "node_mem_free_bp",
  "node_memcg_used_bp",
  "node_memcg_free_bp",
  "active_mem_bp",
  "inactive_mem_bp",
  "node_eligible_mem_bp",
] as const;

/** What a quota goal measures. */
export type GoalMetric = typeof GOAL_METRICS[number];

/** A value that the kernel is to reach by making the quota larger or smaller. */
export interface QuotaGoal {
  /** What is measured. */
  metric: GoalMetric;
  /** Wanted value; µs or basis points (1/10,000) as the metric's name says. */
  targetValue: number;
  /** Of `user_input`: the value now, which the user feeds. */
  currentValue?: number;
  /** Of the `node_` metrics: NUMA node. */
  nid?: number;
  /** Of the `node_memcg_` metrics: memory cgroup, relative to the root of cgroups. */
  path?: string;
}

/** How much a scheme may do in each `resetIntervalMs`. With both limits 0 there is none, unless a goal sets one. */
export interface Quotas {
  /** CPU time for the action, ms an interval; 0 for no limit. */
  timeMs: number;
  /** Bytes to which the action is tried, an interval; 0 for no limit. */
  szBytes: number;
  /** After which both are charged anew, ms. */
  resetIntervalMs: number;
  /** What counts when the quota does not suffice for all; shares of 1000, or any numbers in proportion. */
  weights: {
    /** Of the region's size. */
    szPermil: number;
    /** Of its access rate. */
    nrAccessesPermil: number;
    /** Of its age. */
    agePermil: number;
  };
  /** What the quota is tuned for; none leaves the limits as they are. */
  goals: QuotaGoal[];
  /** How goals move the quota: `consist` steadily, `temporal` all or nothing. Absent: as the kernel does by itself. */
  goalTuner?: "consist" | "temporal";
  /** Share of the quota that a failed action is charged. Absent: the whole. */
  failCharge?: {
    /** Numerator. */
    num: number;
    /** Denominator, above 0. */
    denom: number;
  };
}

/** When a scheme is active: below `mid` it becomes so, above `high` and below `low` it is not. */
export interface Watermarks {
  /** What is measured; `none` keeps the scheme active always. */
  metric: "none" | "free_mem_rate";
  /** Between two looks while inactive, µs. */
  intervalUs: number;
  /** Above it, inactive; share of 1000. */
  highPermil: number;
  /** Below it, active; share of 1000. */
  midPermil: number;
  /** Below it, inactive; share of 1000. */
  lowPermil: number;
}

/** What filters look at. The core handles `addr` and `target`, whole regions; the operations the others, each page. */
export type FilterType =
  | "anon"
  | "active"
  | "memcg"
  | "young"
  | "hugepage_size"
  | "unmapped"
  | "addr"
  | "target";

/** Filters that the core handles, before those of the operations; the kernel keeps them in a list of their own. */
export const CORE_FILTER_TYPES: readonly FilterType[] = ["addr", "target"];

/** Lets memory pass to the action, or keeps it away; the first filter that matches decides. */
export type SchemeFilter =
  & {
    /** Whether it is about memory of its type (`true`), or about all other memory. */
    matching: boolean;
    /** Whether what it is about passes (`true`), or is kept from the action. */
    allow: boolean;
  }
  & (
    | { type: "anon" | "active" | "young" | "unmapped" }
    /** Path of the memory cgroup, relative to the root of cgroups. */
    | { type: "memcg"; memcgPath: string }
    /** Addresses, bytes; the end does not belong to it. */
    | { type: "addr"; start: number; end: number }
    /** Index of the target in its context. */
    | { type: "target"; targetIndex: number }
    /** Size of the folio, bytes; closed range. */
    | { type: "hugepage_size"; minBytes: number; maxBytes: number }
  );

/** A NUMA node that memory is migrated to, and its share. */
export interface Dest {
  /** NUMA node. */
  nid: number;
  /** Share relative to the other weights; absent weights are 0. */
  weight: number;
}

/** Statistics that the kernel keeps of a scheme; counts since it was turned on. Absent: this kernel does not keep it. */
export interface SchemeStats {
  /** Regions that matched and were tried. */
  nrTried: number;
  /** Bytes of them. */
  szTriedBytes: number;
  /** Regions to which the action was applied. */
  nrApplied?: number;
  /** Bytes of them. */
  szAppliedBytes?: number;
  /** Bytes that passed the filters of the operations. */
  szOpsFilterPassedBytes?: number;
  /** How often a quota was exceeded. */
  qtExceeds?: number;
  /** Snapshots in which it tried to apply. */
  nrSnapshots?: number;
}

/** One scheme of DAMOS: what to do, to what, how much, when. An absent field is left to the kernel's default. */
export interface Scheme {
  /** What is done. */
  action: Action;
  /** To which regions. */
  accessPattern: AccessPattern;
  /** Of `migrate_hot` and `migrate_cold`: NUMA node. */
  targetNid?: number;
  /** Of `migrate_hot` and `migrate_cold`: several nodes; takes the place of `targetNid`. */
  dests?: Dest[];
  /** Between two applications, µs; 0 for the aggregation interval. */
  applyIntervalUs?: number;
  /** How much. */
  quotas?: Quotas;
  /** When. */
  watermarks?: Watermarks;
  /** To which memory inside of the regions, in the order in which they are asked. */
  filters?: SchemeFilter[];
  /** Snapshots after which it becomes inactive; 0 for never. */
  maxNrSnapshots?: number;
}

/** Matches every region. */
export const ANY_ACCESS_PATTERN: Readonly<AccessPattern> = {
  szBytes: { min: 0, max: 2 ** 64 },
  nrAccesses: { min: 0, max: 2 ** 64 },
  age: { min: 0, max: 2 ** 64 },
};

/** No limit, as the kernel has it where nothing is said. */
export const NO_QUOTAS: Readonly<Quotas> = {
  timeMs: 0,
  szBytes: 0,
  resetIntervalMs: 0,
  weights: { szPermil: 0, nrAccessesPermil: 0, agePermil: 0 },
  goals: [],
};

/** Always active, as the kernel has it where nothing is said. */
export const NO_WATERMARKS: Readonly<Watermarks> = {
  metric: "none",
  intervalUs: 0,
  highPermil: 0,
  midPermil: 0,
  lowPermil: 0,
};
