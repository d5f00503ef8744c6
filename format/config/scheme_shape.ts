import {
  type AccessPattern,
  ACTIONS,
  ANY_ACCESS_PATTERN,
  type Bounds,
  type Dest,
  GOAL_METRICS,
  NO_QUOTAS,
  type QuotaGoal,
  type Quotas,
  type Scheme,
  type Watermarks,
} from "../../damon/mod.ts";
import { FILTER } from "./filter_shapes.ts";
import { record, type Row, row } from "./record_shape.ts";
import { either, list, type Scope, type Shape, text, word } from "./shape.ts";
import { errorAt, type TextNode } from "./text_node.ts";
import { AGE_BOUNDS, RATE_BOUNDS, SIZE_BOUNDS } from "./range_shapes.ts";
import { BP, count, FRACTION, MS, PERMIL, SIZE, SIZE_TEXT, TEXT, TIME_TEXT, US, WEIGHT } from "./value_shapes.ts";

const DEST: Shape<Dest> = record({
  name: "a destination",
  rows: [
    row("nid", "nid", count(), "NUMA node.", { isNeeded: true }),
    row("weight", "weight", count(), "Its share, relative to the other weights.", { isNeeded: true }),
  ],
});

const WATERMARKS: Shape<Watermarks> = record({
  name: "watermarks",
  rows: [
    row("metric", "metric", word("free_mem_rate", "none"), "What is measured: the share of free memory.", {
      missing: "free_mem_rate",
      omit: "asked",
    }),
    row("interval", "intervalUs", US, "Time between two looks while the scheme is inactive.", { isNeeded: true }),
    row("high", "highPermil", PERMIL, "Above this share the scheme is inactive, percent.", { isNeeded: true }),
    row("mid", "midPermil", PERMIL, "Below this share the scheme becomes active, percent.", { isNeeded: true }),
    row("low", "lowPermil", PERMIL, "Below this share the scheme is inactive, percent.", { isNeeded: true }),
  ],
});

/** A goal's target has the unit that the metric's name ends in. */
const TARGETS: Record<string, Shape<number>> = { bp: BP, us: US, input: count() };

const GOAL_TARGET: Shape<string> = text({
  need: "a share, a time or a number, as the metric demands",
  numbers: "integer",
  schema: { examples: ["50%", "10ms", "1000"] },
  parse: (text) => text,
  format: (text) => /^[0-9]+$/.test(text) ? Number(text) : text,
});

const targetShape = (metric: string) => TARGETS[metric.slice(metric.lastIndexOf("_") + 1)] ?? BP;

const GOAL: Shape<QuotaGoal> = record<QuotaGoal>({
  name: "a goal",
  rows: [
    row("metric", "metric", word(...GOAL_METRICS), "What is measured.", { isNeeded: true }),
    {
      key: "target",
      doc: "Wanted value: percent for metrics that end in _bp, a time for those in _us, a number for user_input.",
      shape: goalTarget() as Shape<unknown>,
      get: ({ metric, targetValue }) => ({ metric, targetValue }),
      set: (into, value) => into.targetValue = value as number,
      isNeeded: true,
    },
    row("current", "currentValue", count(), "Of user_input: the value now, which you feed."),
    row("nid", "nid", count(), "Of metrics that begin with node_: NUMA node."),
    row("path", "path", TEXT, "Of metrics that begin with node_memcg_: the memory cgroup, from the root of cgroups."),
  ],
  scope: ({ metric }, scope) => ({ ...scope, metric }) as Scope,
  finish(goal, node) {
    if (goal.metric !== "user_input" && goal.currentValue !== undefined) {
      throw errorAt(node, `a goal of ${goal.metric} has no current: the kernel measures it`);
    }
    return goal.metric === "user_input" ? { ...goal, currentValue: goal.currentValue ?? 0 } : goal;
  },
});

/** Reads by the metric, which its scope knows; what it writes has the metric with it. */
function goalTarget(): Shape<unknown> {
  return {
    schema: GOAL_TARGET.schema,
    read: (node: TextNode, name, scope) =>
      targetShape((scope as Scope & { metric: string }).metric).read(node, name, scope),
    write: (value, scope) => {
      const { metric, targetValue } = value as QuotaGoal;
      return targetShape(metric).write(targetValue, scope);
    },
  };
}

const WEIGHTS: Shape<Quotas["weights"]> = record({
  name: "weights",
  rows: [
    row("size", "szPermil", WEIGHT, "Of the region's size.", { missing: 0, omit: "asked" }),
    row("access_rate", "nrAccessesPermil", WEIGHT, "Of its access rate.", { missing: 0, omit: "asked" }),
    row("age", "agePermil", WEIGHT, "Of its age.", { missing: 0, omit: "asked" }),
  ],
});

const isUnweighted = ({ szPermil, nrAccessesPermil, agePermil }: Quotas["weights"]) =>
  szPermil === 0 && nrAccessesPermil === 0 && agePermil === 0;

/** Limits alone: `100M per 1s`, `10ms, 100M per 1s`. */
const LIMITS: Shape<Quotas> = text({
  need: "a quota, as 100M per 1s or 10ms, 100M per 1s",
  pattern: new RegExp(`^(?:${TIME_TEXT}(?:, ?${SIZE_TEXT})?|${SIZE_TEXT}) per (?:max|${TIME_TEXT})$`),
  schema: { examples: ["100M per 1s", "10ms per 1s", "10ms, 100M per 1s"] },
  parse(text, scope) {
    const [limits, reset] = text.split(" per ");
    const quotas: Quotas = { ...structuredClone(NO_QUOTAS), resetIntervalMs: readText(MS, reset, scope) };
    for (const word of limits.split(/, ?/)) {
      if (/(?:s|m|h|d)\s*$/.test(word)) quotas.timeMs = readText(MS, word, scope);
      else quotas.szBytes = readText(SIZE, word, scope);
    }
    return quotas;
  },
  format(quotas, scope) {
    const { timeMs, szBytes, resetIntervalMs, weights, goals, goalTuner, failCharge } = quotas;
    if (!isUnweighted(weights) || goals.length > 0 || goalTuner || failCharge) return undefined;
    const limits = [
      ...(timeMs > 0 ? [MS.write(timeMs, scope)] : []),
      ...(szBytes > 0 ? [SIZE.write(szBytes, scope)] : []),
    ];
    return limits.length > 0 && !limits.includes("max")
      ? `${limits.join(", ")} per ${MS.write(resetIntervalMs, scope)}`
      : undefined;
  },
});

function readText<T>(shape: Shape<T>, text: string, scope: Scope): T {
  return shape.read(
    { kind: "scalar", place: { source: "", line: 0, column: 0 }, value: text, text: text.trim() },
    "",
    scope,
  );
}

const QUOTA: Shape<Quotas> = either({
  scalar: LIMITS,
  map: record<Quotas>({
    name: "a quota",
    rows: [
      row("time", "timeMs", MS, "CPU time that the scheme may take in each interval.", { missing: 0, omit: "always" }),
      row("size", "szBytes", SIZE, "Bytes that it may be tried on in each interval.", { missing: 0, omit: "always" }),
      row("reset", "resetIntervalMs", MS, "The interval, after which time and size are charged anew.", {
        isNeeded: true,
      }),
      row("weights", "weights", WEIGHTS, "What counts when the quota does not suffice for all that matches.", {
        missing: NO_QUOTAS.weights,
        omit: "always",
      }),
      row("goals", "goals", list(GOAL, "a goal"), "Values that the kernel is to reach by tuning the quota.", {
        missing: [],
        omit: "always",
      }),
      row(
        "goal_tuner",
        "goalTuner",
        word("consist", "temporal"),
        "How goals move the quota: steadily, or all or nothing.",
      ),
      row("fail_charge", "failCharge", FRACTION, "Share of the quota that a failed action is charged, as 1/10."),
    ],
  }),
}, "a quota, as 100M per 1s, or a map");

function bounds(
  key: string,
  property: keyof AccessPattern,
  shape: Shape<Bounds>,
  doc: string,
): Row<Scheme> {
  return {
    key,
    doc,
    shape: shape as Shape<unknown>,
    get: ({ accessPattern }) => accessPattern[property],
    set: (into, value) => (into.accessPattern ??= structuredClone(ANY_ACCESS_PATTERN))[property] = value as Bounds,
    missing: ANY_ACCESS_PATTERN[property],
    omit: "always",
  };
}

/** A scheme, as a person writes it. */
export const SCHEME: Shape<Scheme> = record<Scheme>({
  name: "a scheme",
  rows: [
    row("action", "action", word(...ACTIONS), "What is done to regions that match; stat only counts them.", {
      isNeeded: true,
    }),
    row("target_nid", "targetNid", count(), "Of migrate_hot and migrate_cold: the NUMA node to migrate to."),
    row("dests", "dests", list(DEST, "a destination"), "Of migrate_hot and migrate_cold: several nodes with weights."),
    bounds("size", "szBytes", SIZE_BOUNDS, "Size of the regions it takes: a range as 4K..max; missing: any."),
    bounds(
      "access_rate",
      "nrAccesses",
      RATE_BOUNDS,
      "Their access rate: percent of the samples of an aggregation interval, as 0%, 5%..max, or counts, as 3..7 samples; missing: any.",
    ),
    bounds(
      "age",
      "age",
      AGE_BOUNDS,
      "For how long size and access rate have been about the same: times, as 60s..max, or counts of aggregation intervals, as 13..20 intervals; missing: any.",
    ),
    row("apply_interval", "applyIntervalUs", US, "Time between two applications; missing: the aggregation interval."),
    row(
      "quota",
      "quotas",
      QUOTA,
      "How much it may do, as 100M per 1s, or a map with weights and goals; missing: no limit.",
    ),
    row("watermarks", "watermarks", WATERMARKS, "When it is active, by the share of free memory; missing: always."),
    row(
      "filters",
      "filters",
      list(FILTER, "a filter"),
      "To which memory inside of the regions, asked in this order: reject young, allow memcg /a/b.",
    ),
    row("max_nr_snapshots", "maxNrSnapshots", count(), "Snapshots after which it becomes inactive; missing: never."),
  ],
});
