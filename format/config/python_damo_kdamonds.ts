import {
  type AddressRange,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Intervals,
  type IntervalsGoal,
  type Kdamond,
  type Probe,
  type ProbeFilter,
  type SampleControl,
  type Scheme,
  schemeWithoutDefaults,
  type Target,
  withoutDefaults,
} from "../../damon/mod.ts";
import { PYTHON_DAMO_SCHEME } from "./python_damo_scheme.ts";
import {
  PYTHON_DAMO_BP,
  PYTHON_DAMO_BYTES,
  PYTHON_DAMO_COUNT,
  PYTHON_DAMO_FLAG,
  PYTHON_DAMO_MS,
  PYTHON_DAMO_NUMBER,
  PYTHON_DAMO_RANGE,
  PYTHON_DAMO_US,
  pythonDamoEnds,
} from "./python_damo_shapes.ts";
import { record, row } from "./record_shape.ts";
import { list, mapped, type Scope, type Shape, word } from "./shape.ts";
import { errorAt, type TextNode } from "./text_node.ts";
import { TEXT } from "./value_shapes.ts";

/** A key that the Python damo must find, with nothing where there is nothing. */
function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return {
    schema: { anyOf: [shape.schema, { type: "null" }] },
    read: shape.read,
    write: (value, scope) => value === null ? null : shape.write(value, scope),
  };
}

const GOAL: Shape<IntervalsGoal> = record<IntervalsGoal>({
  name: "an intervals' goal",
  isOpen: true,
  rows: [
    row("access_bp", "accessBp", PYTHON_DAMO_BP, "Share of accesses.", { missing: 0 }),
    row("aggrs", "aggrs", PYTHON_DAMO_COUNT, "Over how many intervals.", { missing: 0 }),
    row("min_sample_us", "minSampleUs", PYTHON_DAMO_US, "Shortest.", { missing: 0 }),
    row("max_sample_us", "maxSampleUs", PYTHON_DAMO_US, "Longest.", { missing: 0 }),
  ],
});

const INTERVALS: Shape<Intervals> = record<Intervals>({
  name: "intervals",
  isOpen: true,
  rows: [
    row("sample_us", "sampleUs", PYTHON_DAMO_US, "Sampling.", { missing: DEFAULT_INTERVALS.sampleUs }),
    row("aggr_us", "aggrUs", PYTHON_DAMO_US, "Aggregation.", { missing: DEFAULT_INTERVALS.aggrUs }),
    row("ops_update_us", "updateUs", PYTHON_DAMO_US, "Update.", { missing: DEFAULT_INTERVALS.updateUs }),
    row("intervals_goal", "goal", GOAL, "Tuning."),
  ],
});

interface FlatTarget {
  pid: number | null;
  obsolete: boolean;
  regions: AddressRange[];
}

const TARGET: Shape<Target> = mapped(
  record<FlatTarget>({
    name: "a target",
    isOpen: true,
    rows: [
      row("pid", "pid", orNull(PYTHON_DAMO_NUMBER) as Shape<number>, "Process.", { missing: null }),
      row("obsolete", "obsolete", PYTHON_DAMO_FLAG, "Taken out.", { missing: false }),
      row("regions", "regions", list(PYTHON_DAMO_RANGE, "a region"), "Ranges.", { missing: [] }),
    ],
  }),
  ({ pid, obsolete, regions }): Target => ({
    ...(pid !== null && pid > 0 && { pid }),
    regions,
    ...(obsolete && { obsolete }),
  }),
  ({ pid = null, obsolete = false, regions }) => ({ pid, obsolete, regions }),
);

interface FlatProbeFilter extends Omit<ProbeFilter, "path"> {
  path: string | null;
}

const PROBE_FILTER: Shape<ProbeFilter> = mapped(
  record<FlatProbeFilter>({
    name: "a probe's filter",
    isOpen: true,
    rows: [
      row("filter_type", "type", word("anon", "memcg"), "What it looks at.", { isNeeded: true }),
      row("matching", "matching", PYTHON_DAMO_FLAG, "Whether it is about this type, or all else.", { isNeeded: true }),
      row("allow", "allow", PYTHON_DAMO_FLAG, "Whether it counts.", { missing: false }),
      row("path", "path", orNull(TEXT) as Shape<string>, "Of memcg.", { missing: null }),
    ],
  }),
  ({ path, ...filter }) => ({ ...filter, ...(path !== null && filter.type === "memcg" && { path }) }),
  ({ path = null, ...filter }) => ({ ...filter, path }),
);

const PROBE: Shape<Probe> = record<Probe>({
  name: "a probe",
  isOpen: true,
  rows: [
    row("weight", "weight", PYTHON_DAMO_COUNT, "Share."),
    row("filters", "filters", list(PROBE_FILTER, "a probe's filter"), "Filters.", { isNeeded: true }),
  ],
});

interface FlatSample {
  primitives: SampleControl;
  filters: TextNode[];
}

/** The rest of how accesses are sampled is in no kernel, and would be lost. */
const REFUSED: Shape<TextNode> = {
  schema: {},
  read(node) {
    throw errorAt(node, "sample_filters must be empty: damo knows no kernel that has them");
  },
  write: () => undefined,
};

const SAMPLE: Shape<SampleControl> = mapped(
  record<FlatSample>({
    name: "a sample control",
    isOpen: true,
    rows: [
      row(
        "primitives_enabled",
        "primitives",
        record<SampleControl>({
          name: "primitives",
          isOpen: true,
          rows: [
            row("page_table", "pageTable", PYTHON_DAMO_FLAG, "By page tables.", { missing: true }),
            row("page_fault", "pageFault", PYTHON_DAMO_FLAG, "By page faults.", { missing: false }),
          ],
        }),
        "How accesses are seen.",
        { isNeeded: true },
      ),
      row("sample_filters", "filters", list(REFUSED, "a sample filter"), "Which accesses count.", { missing: [] }),
    ],
  }),
  ({ primitives }) => primitives,
  (primitives) => ({ primitives, filters: [] }),
);

const CONTEXT: Shape<Context> = record<Context>({
  name: "a context",
  isOpen: true,
  rows: [
    row("ops", "operations", word("vaddr", "fvaddr", "paddr"), "Which memory.", { isNeeded: true }),
    row("addr_unit", "addrUnitBytes", PYTHON_DAMO_BYTES, "Unit of addresses."),
    row("targets", "targets", list(TARGET, "a target"), "What it watches.", { isNeeded: true }),
    row("intervals", "intervals", INTERVALS, "How often.", { missing: DEFAULT_INTERVALS, omit: "asked" }),
    row("nr_regions", "nrRegions", pythonDamoEnds(PYTHON_DAMO_COUNT), "How finely.", {
      missing: DEFAULT_NR_REGIONS,
      omit: "asked",
    }),
    row("probes", "probes", list(PROBE, "a probe"), "Probes."),
    row("sample_control", "sample", SAMPLE, "How accesses are seen."),
    row("pause", "pause", PYTHON_DAMO_FLAG, "Whether it rests."),
    row("schemes", "schemes", list(PYTHON_DAMO_SCHEME, "a scheme"), "Schemes."),
  ],
  scope: ({ intervals }, scope): Scope => intervals ? { ...scope, intervals } : scope,
});

const KDAMOND: Shape<Kdamond> = record<Kdamond>({
  name: "a kdamond",
  isOpen: true,
  rows: [
    row("refresh_ms", "refreshMs", { ...PYTHON_DAMO_MS, write: (ms) => ms }, "Refresh."),
    row("contexts", "contexts", list(CONTEXT, "a context"), "Contexts.", { isNeeded: true }),
  ],
});

/** A file of the Python damo: `{"kdamonds": […]}`. Its writer says everything: what says nothing new is left out. */
export const PYTHON_DAMO_KDAMONDS: Shape<Kdamond[]> = mapped(
  record<{ kdamonds: Kdamond[] }>({
    name: "a configuration",
    isOpen: true,
    rows: [row("kdamonds", "kdamonds", list(KDAMOND, "a kdamond", 1), "Kdamonds.", { isNeeded: true })],
  }),
  ({ kdamonds }) => kdamonds.map(withoutDefaults),
  (kdamonds) => ({ kdamonds: [...kdamonds] }),
);

/** A file of schemes of the Python damo: a list. */
export const PYTHON_DAMO_SCHEMES: Shape<Scheme[]> = mapped(
  list(PYTHON_DAMO_SCHEME, "a scheme", 1),
  (schemes) => schemes.map(schemeWithoutDefaults),
  (schemes) => [...schemes],
);
