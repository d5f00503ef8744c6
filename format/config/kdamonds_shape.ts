import {
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Intervals,
  type IntervalsGoal,
  type Kdamond,
  type Probe,
  type SampleControl,
  type Target,
} from "../../damon/mod.ts";
import { PROBE_FILTER } from "./filter_shapes.ts";
import { SCHEME } from "./scheme_shape.ts";
import { record, row } from "./record_shape.ts";
import { list, mapped, type Scope, type Shape, word } from "./shape.ts";
import { ADDRESS_RANGE, COUNT_BOUNDS, US_BOUNDS } from "./range_shapes.ts";
import { BP, count, FLAG, MS, SIZE, US } from "./value_shapes.ts";

const INTERVALS_GOAL: Shape<IntervalsGoal> = record<IntervalsGoal>({
  name: "an intervals' goal",
  rows: [
    row("access", "accessBp", BP, "Share of the accesses that could be seen which is to be seen, percent.", {
      isNeeded: true,
    }),
    row("aggrs", "aggrs", count(1), "Over how many aggregation intervals.", { isNeeded: true }),
    {
      key: "sample",
      doc: "Shortest and longest sampling interval, as 5ms..10s.",
      shape: US_BOUNDS as Shape<unknown>,
      get: ({ minSampleUs, maxSampleUs }) => ({ min: minSampleUs, max: maxSampleUs }),
      set(into, value) {
        const { min, max } = value as { min: number; max: number };
        into.minSampleUs = min;
        into.maxSampleUs = max;
      },
      isNeeded: true,
    },
  ],
});

const INTERVALS: Shape<Intervals> = record<Intervals>({
  name: "intervals",
  rows: [
    row("sample", "sampleUs", US, "Time between two checks whether a region is accessed.", {
      missing: DEFAULT_INTERVALS.sampleUs,
      omit: "asked",
    }),
    row("aggr", "aggrUs", US, "Time after which what was found is reported, and counted anew.", {
      missing: DEFAULT_INTERVALS.aggrUs,
      omit: "asked",
    }),
    row("update", "updateUs", US, "Time between two looks at the target's mappings.", {
      missing: DEFAULT_INTERVALS.updateUs,
      omit: "asked",
    }),
    row("goal", "goal", INTERVALS_GOAL, "Lets the kernel tune the first two."),
  ],
});

const TARGET: Shape<Target> = record<Target>({
  name: "a target",
  rows: [
    row("pid", "pid", count(1), "The process to watch; none with paddr."),
    row(
      "regions",
      "regions",
      list(ADDRESS_RANGE, "a region"),
      "Address ranges to begin with, ascending; vaddr finds them by itself.",
      {
        missing: [],
        omit: "always",
      },
    ),
    row(
      "obsolete",
      "obsolete",
      FLAG,
      "Takes this target out of a running kdamond, and leaves the others' results as they are.",
    ),
  ],
});

const PROBE: Shape<Probe> = record<Probe>({
  name: "a probe",
  rows: [
    row("weight", "weight", count(), "Its weight among the probes; absent: the kernel's default."),
    row("filters", "filters", list(PROBE_FILTER, "a probe's filter"), "Which pages count, asked in this order.", {
      isNeeded: true,
    }),
  ],
});

const SAMPLE: Shape<SampleControl> = mapped(
  list(word("page_table", "page_fault"), "a primitive", 1),
  (words): SampleControl => ({ pageTable: words.includes("page_table"), pageFault: words.includes("page_fault") }),
  (
    { pageTable, pageFault },
  ) => [...(pageTable ? ["page_table" as const] : []), ...(pageFault ? ["page_fault" as const] : [])],
);

const CONTEXT: Shape<Context> = record<Context>({
  name: "a context",
  rows: [
    row(
      "operations",
      "operations",
      word("vaddr", "fvaddr", "paddr"),
      "Which memory: vaddr, a process's; fvaddr, fixed ranges of a process; paddr, the machine's.",
      { isNeeded: true },
    ),
    row("addr_unit", "addrUnitBytes", SIZE, "With paddr: bytes that one unit of DAMON's addresses stands for."),
    row("pause", "pause", FLAG, "Whether it rests: neither samples, nor applies schemes."),
    row("intervals", "intervals", INTERVALS, "How often it looks.", { missing: DEFAULT_INTERVALS, omit: "asked" }),
    row(
      "nr_regions",
      "nrRegions",
      COUNT_BOUNDS,
      "How finely it looks: least and largest number of regions, as 10..1000.",
      { missing: DEFAULT_NR_REGIONS, omit: "asked" },
    ),
    row("targets", "targets", list(TARGET, "a target"), "What it watches.", { isNeeded: true }),
    row(
      "probes",
      "probes",
      list(PROBE, "a probe"),
      "Counts for each region in how many samples a page passed its filters; of physical memory only.",
    ),
    row("sample_primitives", "sample", SAMPLE, "How accesses are seen."),
    row("schemes", "schemes", list(SCHEME, "a scheme"), "What is done to memory by how it is accessed, in this order."),
  ],
  // Access rates and ages become counts by the intervals, which the table has before the schemes.
  scope: ({ intervals }, scope): Scope => intervals ? { ...scope, intervals } : scope,
});

const KDAMOND: Shape<Kdamond> = record<Kdamond>({
  name: "a kdamond",
  rows: [
    row("refresh", "refreshMs", MS, "Time after which the kernel refreshes statistics and tuned values in its files."),
    row("contexts", "contexts", list(CONTEXT, "a context"), "What it does; one, on every kernel so far.", {
      isNeeded: true,
    }),
  ],
});

/** What a file of configurations is, in our own words: `kdamonds:` and a list. */
export const KDAMONDS: Shape<Kdamond[]> = mapped(
  record<{ kdamonds: Kdamond[] }>({
    name: "a configuration",
    rows: [row("kdamonds", "kdamonds", list(KDAMOND, "a kdamond", 1), "DAMON's kernel threads.", { isNeeded: true })],
  }),
  ({ kdamonds }) => kdamonds,
  (kdamonds) => ({ kdamonds: [...kdamonds] }),
);

/** What a file of schemes alone is: a list, or `schemes:` and a list. */
export const SCHEMES = list(SCHEME, "a scheme", 1);
