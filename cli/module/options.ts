import type { DamonModule, ModuleParameter } from "../../damon/mod.ts";

/** An option that sets parameters of a module. */
export interface ModuleOption {
  /** Its name without dashes. */
  name: string;
  /** What its values are called; absent for a flag. */
  value?: string;
  description: string;
  /** The parameters that its values are for, in their order; a flag has none and sets `text`. */
  parameters: readonly string[];
  /** What a flag writes. */
  text?: string;
}

/** The Python damo's options, which set several parameters at once: what each value is, by option and parameter. */
const GROUPS: Readonly<Record<string, { parameters: Readonly<Record<string, string>>; description: string }>> = {
  quota: {
    parameters: { quota_ms: "ms", quota_sz: "bytes", quota_reset_interval_ms: "reset" },
    description: "limits of CPU time and bytes per interval, and that interval",
  },
  wmarks: {
    parameters: { wmarks_interval: "us", wmarks_high: "high", wmarks_mid: "mid", wmarks_low: "low" },
    description: "how often to check free memory; shares of free memory between which it works (per mille, or %)",
  },
  monitor_intervals: {
    parameters: { sample_interval: "sample", aggr_interval: "aggr" },
    description: "DAMON's sampling and aggregation interval",
  },
  nr_regions: {
    parameters: { min_nr_regions: "min", max_nr_regions: "max" },
    description: "DAMON's minimum and maximum number of regions",
  },
  monitor_region: {
    parameters: { monitor_region_start: "start", monitor_region_end: "end" },
    description: "the physical memory to watch; 0 0: the kernel's choice",
  },
};

/** The options of a module: the groups, and each input that is in none. */
export function moduleOptions(module: DamonModule): ModuleOption[] {
  const inputs = module.parameters.filter(({ access }) => access === "input");
  const groups = Object.entries(GROUPS).flatMap(([name, { parameters, description }]): ModuleOption[] => {
    const present = Object.keys(parameters).filter((parameter) => inputs.some((input) => input.name === parameter));
    if (present.length === 0) return [];
    const values = present.map((parameter) => parameters[parameter]).join(" ");
    return [{ name, value: values, description, parameters: present }];
  });
  const grouped = new Set(groups.flatMap(({ parameters }) => parameters));
  return [...inputs.filter(({ name }) => !grouped.has(name)).flatMap(singleOptions), ...groups];
}

function singleOptions({ name, unit, doc, since }: ModuleParameter): ModuleOption[] {
  const kernel = since === undefined ? "" : since.startsWith("after") ? ` (${since})` : ` (Linux ${since} or newer)`;
  if (unit === "flag") {
    const flag = (prefix: string, text: string, description: string): ModuleOption => (
      { name: `${prefix}${name}`, description, parameters: [name], text }
    );
    return [flag("", "Y", `${doc}${kernel}`), flag("no_", "N", "the opposite")];
  }
  const value = { us: "time", ms: "time", bytes: "size", permil: "permil", bp: "bp" }[unit as string] ?? "number";
  return [{ name, value, description: `${doc}${kernel}`, parameters: [name] }];
}
