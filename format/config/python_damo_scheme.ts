import {
  type AccessPattern,
  ACTIONS,
  type AddressRange,
  ANY_ACCESS_PATTERN,
  type Dest,
  type FilterType,
  GOAL_METRICS,
  NO_QUOTAS,
  type QuotaGoal,
  type Quotas,
  type Scheme,
  type SchemeFilter,
  type Watermarks,
} from "../../damon/mod.ts";
import {
  PYTHON_DAMO_AGES,
  PYTHON_DAMO_BP,
  PYTHON_DAMO_BYTES,
  PYTHON_DAMO_COUNT,
  PYTHON_DAMO_FLAG,
  PYTHON_DAMO_MS,
  PYTHON_DAMO_NUMBER,
  PYTHON_DAMO_PERMIL,
  PYTHON_DAMO_RANGE,
  PYTHON_DAMO_RATES,
  PYTHON_DAMO_TEXT,
  PYTHON_DAMO_US,
  pythonDamoEnds,
} from "./python_damo_shapes.ts";
import { record, row } from "./record_shape.ts";
import { list, mapped, type Shape, word } from "./shape.ts";
import { errorAt, type TextNode } from "./text_node.ts";
import { TEXT } from "./value_shapes.ts";

/** A quota without an interval is for all time, as the Python damo has it. */
const FOREVER_MS = 0xffff_ffff;

const PATTERN: Shape<AccessPattern> = record<AccessPattern>({
  name: "an access pattern",
  isOpen: true,
  rows: [
    row("sz_bytes", "szBytes", pythonDamoEnds(PYTHON_DAMO_BYTES), "Size.", { missing: ANY_ACCESS_PATTERN.szBytes }),
    row("nr_accesses", "nrAccesses", PYTHON_DAMO_RATES, "Access rate.", { missing: ANY_ACCESS_PATTERN.nrAccesses }),
    row("age", "age", PYTHON_DAMO_AGES, "Age.", { missing: ANY_ACCESS_PATTERN.age }),
  ],
});

const DEST: Shape<Dest> = record<Dest>({
  name: "a destination",
  isOpen: true,
  rows: [
    row("id", "nid", PYTHON_DAMO_NUMBER, "NUMA node.", { isNeeded: true }),
    row("weight", "weight", PYTHON_DAMO_NUMBER, "Share.", { isNeeded: true }),
  ],
});

/** Keys of the goals of first versions end in `_bp`, and have no metric. */
interface Goal extends Omit<QuotaGoal, "targetValue"> {
  target: string;
}

const GOAL: Shape<QuotaGoal> = mapped(
  record<Goal>({
    name: "a goal",
    isOpen: true,
    rows: [
      row("metric", "metric", word(...GOAL_METRICS), "What is measured.", { missing: "user_input" }),
      row("nid", "nid", PYTHON_DAMO_NUMBER, "NUMA node."),
      row("memcg_path", "path", TEXT, "Memory cgroup."),
      row("target_value", "target", PYTHON_DAMO_TEXT, "Wanted value.", {
        isNeeded: true,
        formerly: ["target_value_bp"],
      }),
      row("current_value", "currentValue", PYTHON_DAMO_COUNT, "Value now.", {
        missing: 0,
        formerly: ["current_value_bp"],
      }),
    ],
  }),
  ({ metric, nid, path, target, currentValue }, node, scope): QuotaGoal => ({
    metric,
    targetValue: targetShape(metric).read(scalar(target, node), "target_value", scope),
    ...(metric === "user_input" && { currentValue: currentValue! }),
    ...(metric.startsWith("node_") && nid !== undefined && { nid }),
    ...(metric.startsWith("node_memcg_") && path !== undefined && { path }),
  }),
  // Bare: a share would go through a double.
  ({ metric, nid, path, targetValue, currentValue = 0 }) => ({
    metric,
    ...(nid !== undefined && { nid }),
    ...(path !== undefined && { path }),
    target: String(targetValue),
    currentValue,
  }),
);

function targetShape(metric: string): Shape<number> {
  return metric.endsWith("_us") ? PYTHON_DAMO_US : metric.endsWith("_bp") ? PYTHON_DAMO_BP : PYTHON_DAMO_COUNT;
}

const scalar = (text: string, { place }: TextNode): TextNode => ({ kind: "scalar", place, value: text, text });

interface FlatQuotas extends Omit<Quotas, "failCharge"> {
  num: number;
  denom: number;
}

const QUOTAS: Shape<Quotas> = mapped(
  record<FlatQuotas>({
    name: "quotas",
    isOpen: true,
    rows: [
      row("time_ms", "timeMs", PYTHON_DAMO_MS, "Time.", { missing: 0 }),
      row("sz_bytes", "szBytes", PYTHON_DAMO_BYTES, "Bytes.", { missing: 0 }),
      row("reset_interval_ms", "resetIntervalMs", PYTHON_DAMO_MS, "Interval.", { missing: FOREVER_MS }),
      row("fail_charge_num", "num", PYTHON_DAMO_COUNT, "Share that failures are charged.", {
        missing: 0,
        omit: "always",
      }),
      row("fail_charge_denom", "denom", PYTHON_DAMO_COUNT, "Its denominator.", { missing: 0, omit: "always" }),
      row("goals", "goals", list(GOAL, "a goal"), "Goals.", { missing: [] }),
      row("goal_tuner", "goalTuner", word("consist", "temporal"), "How goals move the quota."),
      row(
        "weights",
        "weights",
        record<Quotas["weights"]>({
          name: "weights",
          isOpen: true,
          rows: [
            row("sz_permil", "szPermil", PYTHON_DAMO_PERMIL, "Of size.", { missing: 0 }),
            row("nr_accesses_permil", "nrAccessesPermil", PYTHON_DAMO_PERMIL, "Of access rate.", { missing: 0 }),
            row("age_permil", "agePermil", PYTHON_DAMO_PERMIL, "Of age.", { missing: 0 }),
          ],
        }),
        "Weights.",
        { missing: NO_QUOTAS.weights },
      ),
    ],
  }),
  ({ num, denom, ...quotas }): Quotas => ({ ...quotas, ...(denom > 0 && { failCharge: { num, denom } }) }),
  ({ failCharge, ...quotas }) => ({ ...quotas, num: failCharge?.num ?? 0, denom: failCharge?.denom ?? 0 }),
);

const WATERMARKS: Shape<Watermarks> = record<Watermarks>({
  name: "watermarks",
  isOpen: true,
  rows: [
    row("metric", "metric", word("none", "free_mem_rate"), "What is measured.", { isNeeded: true }),
    row("interval_us", "intervalUs", PYTHON_DAMO_US, "Interval.", { missing: 0 }),
    row("high_permil", "highPermil", PYTHON_DAMO_PERMIL, "High.", { missing: 0 }),
    row("mid_permil", "midPermil", PYTHON_DAMO_PERMIL, "Mid.", { missing: 0 }),
    row("low_permil", "lowPermil", PYTHON_DAMO_PERMIL, "Low.", { missing: 0 }),
  ],
});

interface FlatFilter {
  type: FilterType;
  matching: boolean;
  allow: boolean;
  path?: string;
  range?: AddressRange;
  target?: number;
  sizes?: number[];
}

const TYPES = ["anon", "active", "memcg", "young", "hugepage_size", "unmapped", "addr", "target"] as const;

const FILTER: Shape<SchemeFilter> = mapped(
  record<FlatFilter>({
    name: "a filter",
    isOpen: true,
    rows: [
      row("filter_type", "type", word(...TYPES), "What it looks at.", { isNeeded: true }),
      row("matching", "matching", PYTHON_DAMO_FLAG, "Whether it is about this type, or all else.", { isNeeded: true }),
      row("allow", "allow", PYTHON_DAMO_FLAG, "Whether it lets pass.", { missing: false, formerly: ["filter_pass"] }),
      row("memcg_path", "path", TEXT, "Of memcg."),
      row("address_range", "range", PYTHON_DAMO_RANGE, "Of addr."),
      row("damon_target_idx", "target", PYTHON_DAMO_COUNT, "Of target."),
      row("hugepage_size", "sizes", list(PYTHON_DAMO_BYTES, "a size"), "Of hugepage_size: least and most."),
    ],
  }),
  filterOf,
  (filter) => {
    const { type, matching, allow } = filter;
    const flat: FlatFilter = { type, matching, allow };
    if (filter.type === "memcg") flat.path = filter.memcgPath;
    if (filter.type === "addr") flat.range = { start: filter.start, end: filter.end };
    if (filter.type === "target") flat.target = filter.targetIndex;
    if (filter.type === "hugepage_size") flat.sizes = [filter.minBytes, filter.maxBytes];
    return flat;
  },
);

function filterOf({ type, matching, allow, path, range, target, sizes }: FlatFilter, node: TextNode): SchemeFilter {
  const how = { matching, allow };
  const need = <T>(value: T | undefined, key: string): T => {
    if (value === undefined) throw errorAt(node, `a filter of ${type} needs ${key}`);
    return value;
  };
  switch (type) {
    case "memcg":
      return { type, ...how, memcgPath: need(path, "memcg_path") };
    case "addr":
      return { type, ...how, ...need(range, "address_range") };
    case "target":
      return { type, ...how, targetIndex: need(target, "damon_target_idx") };
    case "hugepage_size": {
      const [minBytes, maxBytes] = need(sizes?.length === 2 ? sizes : undefined, "hugepage_size, two sizes");
      return { type, ...how, minBytes, maxBytes };
    }
    default:
      return { type, ...how };
  }
}

/** A scheme, as the Python damo writes it. */
export const PYTHON_DAMO_SCHEME: Shape<Scheme> = record<Scheme>({
  name: "a scheme",
  isOpen: true,
  rows: [
    row("action", "action", word(...ACTIONS), "What is done.", { missing: "stat" }),
    row("dests", "dests", list(DEST, "a destination"), "Nodes to migrate to."),
    row("target_nid", "targetNid", PYTHON_DAMO_NUMBER, "Node to migrate to."),
    row("access_pattern", "accessPattern", PATTERN, "Which regions.", { missing: ANY_ACCESS_PATTERN, omit: "asked" }),
    row("apply_interval_us", "applyIntervalUs", PYTHON_DAMO_US, "Interval."),
    row("quotas", "quotas", QUOTAS, "How much."),
    row("watermarks", "watermarks", WATERMARKS, "When."),
    row("filters", "filters", list(FILTER, "a filter"), "To which memory."),
    {
      key: "stats",
      doc: "What it did; of this, only the limit is a parameter.",
      shape: record<{ max?: number }>({
        name: "statistics",
        isOpen: true,
        rows: [row("max_nr_snapshots", "max", PYTHON_DAMO_COUNT, "Snapshots after which it becomes inactive.")],
      }) as Shape<unknown>,
      get: ({ maxNrSnapshots }) => maxNrSnapshots === undefined ? undefined : { max: maxNrSnapshots },
      set: (into, value) => {
        const { max } = value as { max?: number };
        if (max !== undefined) into.maxNrSnapshots = max;
      },
    },
  ],
});
