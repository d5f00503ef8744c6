import type {
  Context,
  FilterType,
  Kdamond,
  Probe,
  QuotaGoal,
  Quotas,
  Scheme,
  SchemeFilter,
  SchemeStats,
  Target,
  Watermarks,
} from "../../damon/mod.ts";
import { readDamonText, type Roots } from "../machine/mod.ts";

/** A scheme as the kernel has it, with what it did so far; the latter is as old as the last one who had it refreshed. */
export interface SchemeStatus extends Scheme {
  /** What it did so far. */
  stats?: SchemeStats;
  /** Quota in force, bytes for each reset interval; 0 for none. */
  effectiveBytes?: number;
  /** Bytes of the regions that it tried in its last interval. */
  triedBytes?: number;
}

/** A context as the kernel has it. */
export interface ContextStatus extends Context {
  /** Its schemes. */
  schemes?: SchemeStatus[];
}

/** One kdamond as it is now. */
export interface KdamondStatus extends Kdamond {
  /** Its place among them. */
  index: number;
  /** Through which of the kernel's interfaces it was made; absent for sysfs. */
  interface?: "sysfs" | "debugfs";
  /** Whether it runs. */
  state: "on" | "off";
  /** Its kernel thread; `undefined` while off. */
  pid: number | undefined;
  /** What it watches, and its schemes. */
  contexts: ContextStatus[];
}

/** The files below one folder of the tree. What a kernel lacks reads as absent; what it refuses is an error. */
class Folder {
  constructor(readonly roots: Roots, readonly dir: string) {}

  text(path: string): string | undefined {
    return readDamonText(this.roots, `${this.dir}/${path}`)?.trim();
  }
  /** Of a cgroup: blanks at its ends belong to its name. */
  cgroup(path: string): string | undefined {
    return readDamonText(this.roots, `${this.dir}/${path}`)?.replace(/\n$/, "");
  }
  /** Absent where there is no such file. */
  optional(path: string): number | undefined {
    const text = this.text(path);
    return text === undefined || text === "" ? undefined : Number(text);
  }
  number(path: string): number {
    return this.optional(path) ?? 0;
  }
  isSet(path: string): boolean {
    return /^[Y1]/.test(this.text(path) ?? "");
  }
  at(path: string): Folder {
    return new Folder(this.roots, `${this.dir}/${path}`);
  }
  /** The numbered folders in `path`, as many as its file `nr` says. */
  each<T>(path: string, nr: string, read: (folder: Folder) => T): T[] {
    return Array.from({ length: this.number(`${path}/${nr}`) }, (_, i) => read(this.at(`${path}/${i}`)));
  }
}

/** Only what is not empty: what the kernel would have without being asked is left out of a configuration. */
const some = <K extends string, T>(key: K, list: T[]): { [key in K]?: T[] } =>
  (list.length > 0 ? { [key]: list } : {}) as { [key in K]?: T[] };

/**
 * Reads one kdamond's folder. It writes nothing.
 *
 * @param pid Its thread, which says that it is on.
 */
export function readKdamondDir(roots: Roots, dir: string, index: number, pid: number | undefined): KdamondStatus {
  const folder = new Folder(roots, dir);
  const refreshMs = folder.number("refresh_ms");
  return {
    index,
    state: pid === undefined ? "off" : "on",
    pid,
    contexts: folder.each("contexts", "nr_contexts", readContext),
    ...(refreshMs > 0 && { refreshMs }),
  };
}

function readContext(folder: Folder): ContextStatus {
  const attrs = folder.at("monitoring_attrs");
  const operations = folder.text("operations") as Context["operations"];
  const unit = folder.optional("addr_unit") ?? 1;
  const goal = attrs.at("intervals/intervals_goal");
  const aggrs = goal.number("aggrs");
  const sample = attrs.at("sample/primitives");
  return {
    operations,
    ...(unit !== 1 && { addrUnitBytes: unit }),
    ...(folder.isSet("pause") && { pause: true }),
    intervals: {
      sampleUs: attrs.number("intervals/sample_us"),
      aggrUs: attrs.number("intervals/aggr_us"),
      updateUs: attrs.number("intervals/update_us"),
      ...(aggrs > 0 && {
        goal: {
          accessBp: goal.number("access_bp"),
          aggrs,
          minSampleUs: goal.number("min_sample_us"),
          maxSampleUs: goal.number("max_sample_us"),
        },
      }),
    },
    nrRegions: { min: attrs.number("nr_regions/min"), max: attrs.number("nr_regions/max") },
    targets: folder.each("targets", "nr_targets", (target) => readTarget(target, operations, unit)),
    ...some("probes", attrs.each("probes", "nr_probes", readProbe)),
    ...(sample.text("page_faults") !== undefined &&
      (sample.isSet("page_faults") || !sample.isSet("page_table")) &&
      { sample: { pageTable: sample.isSet("page_table"), pageFault: sample.isSet("page_faults") } }),
    ...some("schemes", folder.each("schemes", "nr_schemes", readScheme)),
  };
}

function readTarget(folder: Folder, operations: Context["operations"], unit: number): Target {
  return {
    ...(operations !== "paddr" && { pid: folder.number("pid_target") }),
    regions: folder.each("regions", "nr_regions", (region) => ({
      start: region.number("start") * unit,
      end: region.number("end") * unit,
    })),
    ...(folder.isSet("obsolete_target") && { obsolete: true }),
  };
}

function readProbe(folder: Folder): Probe {
  const weight = folder.optional("weight");
  return {
    ...(weight !== undefined && { weight }),
    filters: folder.each("filters", "nr_filters", (filter) => {
      const type = filter.text("type") as "anon" | "memcg";
      const path = type === "memcg" ? filter.cgroup("path") : undefined;
      return {
        type,
        matching: filter.isSet("matching"),
        allow: filter.isSet("allow"),
        ...(path !== undefined && { path }),
      };
    }),
  };
}

function readScheme(folder: Folder): SchemeStatus {
  const bounds = (name: string) => ({
    min: folder.number(`access_pattern/${name}/min`),
    max: folder.number(`access_pattern/${name}/max`),
  });
  const targetNid = folder.optional("target_nid") ?? -1;
  const applyIntervalUs = folder.number("apply_interval_us");
  const quotas = readQuotas(folder.at("quotas"));
  const watermarks = readWatermarks(folder.at("watermarks"));
  const maxNrSnapshots = folder.number("stats/max_nr_snapshots");
  const effectiveBytes = folder.optional("quotas/effective_bytes");
  const triedBytes = folder.optional("tried_regions/total_bytes");
  return {
    action: folder.text("action") as Scheme["action"],
    accessPattern: { szBytes: bounds("sz"), nrAccesses: bounds("nr_accesses"), age: bounds("age") },
    ...(targetNid >= 0 && { targetNid }),
    ...some(
      "dests",
      folder.each("dests", "nr_dests", (dest) => ({ nid: dest.number("id"), weight: dest.number("weight") })),
    ),
    ...(applyIntervalUs > 0 && { applyIntervalUs }),
    ...(quotas && { quotas }),
    ...(watermarks && { watermarks }),
    ...some(
      "filters",
      ["core_filters", "ops_filters", "filters"].flatMap((path) => folder.each(path, "nr_filters", readFilter)),
    ),
    ...(maxNrSnapshots > 0 && { maxNrSnapshots }),
    stats: readStats(folder.at("stats")),
    ...(effectiveBytes !== undefined && { effectiveBytes }),
    ...(triedBytes !== undefined && { triedBytes }),
  };
}

function readQuotas(folder: Folder): Quotas | undefined {
  const goalTuner = folder.text("goal_tuner");
  const [num, denom] = [folder.number("fail_charge_num"), folder.number("fail_charge_denom")];
  const quotas: Quotas = {
    timeMs: folder.number("ms"),
    szBytes: folder.number("bytes"),
    resetIntervalMs: folder.number("reset_interval_ms"),
    weights: {
      szPermil: folder.number("weights/sz_permil"),
      nrAccessesPermil: folder.number("weights/nr_accesses_permil"),
      agePermil: folder.number("weights/age_permil"),
    },
    goals: folder.each("goals", "nr_goals", readGoal),
    ...(goalTuner === "temporal" && { goalTuner }),
    ...(denom > 0 && { failCharge: { num, denom } }),
  };
  const { timeMs, szBytes, resetIntervalMs, weights, goals, ...rest } = quotas;
  const numbers = [timeMs, szBytes, resetIntervalMs, ...Object.values(weights), goals.length];
  return numbers.some((n) => n !== 0) || Object.keys(rest).length > 0 ? quotas : undefined;
}

function readGoal(folder: Folder): QuotaGoal {
  const metric = (folder.text("target_metric") ?? "user_input") as QuotaGoal["metric"];
  const path = folder.cgroup("path");
  return {
    metric,
    targetValue: folder.number("target_value"),
    ...(metric === "user_input" && { currentValue: folder.number("current_value") }),
    ...(metric.startsWith("node_") && { nid: folder.number("nid") }),
    ...(metric.startsWith("node_memcg") && path && { path }),
  };
}

function readWatermarks(folder: Folder): Watermarks | undefined {
  const watermarks: Watermarks = {
    metric: (folder.text("metric") ?? "none") as Watermarks["metric"],
    intervalUs: folder.number("interval_us"),
    highPermil: folder.number("high"),
    midPermil: folder.number("mid"),
    lowPermil: folder.number("low"),
  };
  const { metric, ...numbers } = watermarks;
  return metric !== "none" || Object.values(numbers).some((n) => n !== 0) ? watermarks : undefined;
}

function readFilter(folder: Folder): SchemeFilter {
  const type = folder.text("type") as FilterType;
  const base = { matching: folder.isSet("matching"), allow: folder.isSet("allow") };
  switch (type) {
    case "memcg":
      return { type, ...base, memcgPath: folder.cgroup("memcg_path") ?? "" };
    case "addr":
      return { type, ...base, start: folder.number("addr_start"), end: folder.number("addr_end") };
    case "target":
      return { type, ...base, targetIndex: folder.number("damon_target_idx") };
    case "hugepage_size":
      return { type, ...base, minBytes: folder.number("min"), maxBytes: folder.number("max") };
    default:
      return { type, ...base };
  }
}

function readStats(folder: Folder): SchemeStats {
  const optional = <K extends keyof SchemeStats>(key: K, file: string) => {
    const value = folder.optional(file);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    nrTried: folder.number("nr_tried"),
    szTriedBytes: folder.number("sz_tried"),
    ...optional("nrApplied", "nr_applied"),
    ...optional("szAppliedBytes", "sz_applied"),
    ...optional("szOpsFilterPassedBytes", "sz_ops_filter_passed"),
    ...optional("qtExceeds", "qt_exceeds"),
    ...optional("nrSnapshots", "nr_snapshots"),
  };
}
