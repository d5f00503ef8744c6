/** What a parameter's number means; `text` is for one that is not known. */
export type ModuleUnit =
  | "flag"
  | "us"
  | "ms"
  | "bytes"
  | "address"
  | "permil"
  | "bp"
  | "count"
  | "pid"
  | "bytesPerSecond"
  | "msList"
  | "text";

/** One parameter of a DAMON module. */
export interface ModuleParameter {
  /** Its file in the module's `parameters` folder. */
  name: string;
  /** `switch` turns the module on and off, `commit` makes it read its inputs anew, an `output` can only be read. */
  access: "switch" | "commit" | "input" | "output";
  /** What the kernel counts in. */
  unit: ModuleUnit;
  /** Smallest value, in the kernel's unit; absent for 0. */
  min?: number;
  /** Largest value; absent where the kernel takes any. */
  max?: number;
  /** The first kernel with it, as `6.3`; absent where it came with the module. */
  since?: string;
  /** What it is, in a few words. */
  doc: string;
}

/** `enabled`, and `commit_inputs`. */
export const SWITCHES = (commitSince?: string): readonly ModuleParameter[] => [
  { name: "enabled", access: "switch", unit: "flag", doc: "whether it runs" },
  {
    name: "commit_inputs",
    access: "commit",
    unit: "flag",
    ...(commitSince !== undefined && { since: commitSince }),
    doc: "makes it read its parameters anew",
  },
];

/** Limit by size; only of DAMON_RECLAIM. */
export const QUOTA_SZ: ModuleParameter = {
  name: "quota_sz",
  access: "input",
  unit: "bytes",
  doc: "most memory to try in each quota interval; 0: no limit",
};

/** The kernel thread. */
export const THREAD: ModuleParameter = {
  name: "kdamond_pid",
  access: "output",
  unit: "pid",
  doc: "its kernel thread; -1 while it is off",
};

const input = (name: string, unit: ModuleUnit, doc: string, bounds: { min?: number; max?: number } = {}) =>
  ({ name, access: "input", unit, ...bounds, doc }) as const satisfies ModuleParameter;

/** Inputs that several modules have, as groups. */
export const COMMON_INPUTS = {
  quota: [
    input("quota_ms", "ms", "most CPU time in each quota interval; 0: no limit"),
    input("quota_reset_interval_ms", "ms", "quota interval, after which the quotas are charged anew"),
  ],
  watermarks: [
    input("wmarks_interval", "us", "time between two looks at free memory while it rests"),
    input("wmarks_high", "permil", "with more free memory than this it rests", { max: 1000 }),
    input("wmarks_mid", "permil", "with less free memory than this it begins to work", { max: 1000 }),
    input("wmarks_low", "permil", "with less free memory than this it rests, and leaves it to reclaim", { max: 1000 }),
  ],
  monitoring: [
    input("sample_interval", "us", "DAMON's sampling interval", { min: 1 }),
    input("aggr_interval", "us", "DAMON's aggregation interval", { min: 1 }),
    input("min_nr_regions", "count", "DAMON's least number of regions", { min: 3 }),
    input("max_nr_regions", "count", "DAMON's largest number of regions", { min: 3 }),
  ],
  autotune: input("autotune_monitoring_intervals", "flag", "lets the kernel tune DAMON's intervals"),
  region: [
    input("monitor_region_start", "address", "start of the physical memory to watch; both 0: the kernel's choice"),
    input("monitor_region_end", "address", "its end"),
    {
      ...input("addr_unit", "count", "bytes that one unit of DAMON's addresses stands for", { min: 1 }),
      since: "6.18",
    },
  ],
} as const satisfies Record<string, ModuleParameter | readonly ModuleParameter[]>;

/** The five statistics of a scheme of a module. */
export function statsOf(
  tried: string,
  done: string,
  exceeds: string,
  toDo: string,
  wasDone: string,
  since?: string,
): ModuleParameter[] {
  const output = (name: string, unit: ModuleUnit, doc: string): ModuleParameter => ({
    name,
    access: "output",
    unit,
    ...(since !== undefined && { since }),
    doc,
  });
  return [
    output(`nr_${tried}`, "count", `regions ${toDo}`),
    output(`bytes_${tried}`, "bytes", `bytes ${toDo}`),
    output(`nr_${done}`, "count", `regions ${wasDone}`),
    output(`bytes_${done}`, "bytes", `bytes ${wasDone}`),
    output(`nr_${exceeds}`, "count", "how often the quota was used up"),
  ];
}
