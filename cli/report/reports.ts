import {
  type ArgumentTable,
  type CommandNode,
  type CommandRun,
  type CommandTable,
  group,
  type OptionTable,
  type ParsedArguments,
  type ParsedOptions,
  wired,
} from "../options/mod.ts";

/** Each report by its name, in the order of `--help`. */
const REPORTS: Readonly<Record<string, () => Promise<CommandNode>>> = {
  overview: async () =>
    shown(
      (await import("./overview.ts")).OVERVIEW,
      async (options, { records }) => {
        const { reportOverview } = await import("./overview_run.ts");
        await reportOverview(records, options);
      },
      ({ records }, input) => [...input, ...records],
    ),
  heatmap: async () =>
    shown((await import("./heatmap.ts")).HEATMAP, async (options) => {
      const { reportHeatmap } = await import("./heatmap_run.ts");
      await reportHeatmap(options);
    }),
  wss: async () =>
    shown((await import("./wss.ts")).WSS, async (options) => {
      const { reportWss } = await import("./wss_run.ts");
      await reportWss(options);
    }),
  mappings: async () =>
    shown((await import("./mappings.ts")).MAPPINGS, async (options) => {
      const { reportMappings } = await import("./mappings_run.ts");
      await reportMappings(options);
    }),
  html: async () =>
    shown((await import("./overview.ts")).HTML, async (options) => {
      const { reportHtml } = await import("./html.ts");
      await reportHtml(options);
    }),
  diff: async () =>
    shown(
      (await import("./overview.ts")).DIFF,
      async (options, { before, after }) => {
        const { reportDiff } = await import("./overview_run.ts");
        await reportDiff(before, after, options);
      },
      ({ before, after }) => [before, after],
    ),
  access: async () =>
    shown((await import("./access.ts")).ACCESS, async (options) => {
      const { reportAccess } = await import("./access_run.ts");
      await reportAccess(options);
    }),
  nr_regions: async () =>
    shown((await import("./wss.ts")).NR_REGIONS, async (options) => {
      const { reportNrRegions } = await import("./wss_run.ts");
      await reportNrRegions(options);
    }),
  footprint: () => footprint("footprint"),
  footprints: () => footprint("footprints"),
  times: async () =>
    shown((await import("./access.ts")).TIMES, async (options) => {
      const { reportTimes } = await import("./record_run.ts");
      await reportTimes(options);
    }),
  profile: async () =>
    shown((await import("./profile.ts")).PROFILE, async (options) => {
      const { reportProfile } = await import("./profile_run.ts");
      await reportProfile(options);
    }),
  raw: async () =>
    shown((await import("./access.ts")).RAW, async (options) => {
      const { reportRaw } = await import("./access_run.ts");
      await reportRaw(options);
    }),
  info: () => recordInfo("info"),
  record_info: () => recordInfo("record_info"),
  fidelity: async () =>
    wired((await import("./fidelity.ts")).FIDELITY, async (options, { record, reference }) => {
      const { reportFidelity } = await import("./fidelity_run.ts");
      await reportFidelity(record, reference, options);
    }),
  idle: async () =>
    shown((await import("./idle.ts")).IDLE, async (options) => {
      const { reportIdle } = await import("./idle_run.ts");
      await reportIdle(options);
    }),
  schemes: async () =>
    shown((await import("./schemes.ts")).SCHEMES_REPORT, async (options) => {
      const { reportSchemes } = await import("./schemes_run.ts");
      await reportSchemes(options);
    }),
  damon: async () =>
    wired((await import("../control/status.ts")).statusTable("damon"), async (options) => {
      const { status } = await import("../control/status_run.ts");
      await status(options);
    }),
  pa_layout: async () =>
    wired((await import("./pa_layout.ts")).PA_LAYOUT, async (options) => {
      const { reportPaLayout } = await import("./pa_layout_run.ts");
      reportPaLayout(options);
    }),
  sysinfo: async () =>
    wired({ ...(await import("../doctor/doctor.ts")).DOCTOR, name: "sysinfo", aliases: [] }, async (options) => {
      const { doctor } = await import("../doctor/run.ts");
      await doctor(options);
    }),
  heats: async () =>
    shown((await import("./heatmap.ts")).HEATS, async ({ heatmap, ...options }) => {
      const { reportHeatmap } = await import("./heatmap_run.ts");
      await reportHeatmap({ ...options, ...(heatmap !== undefined && { output: heatmap }) });
    }),
};

/** What `damo report` does alone, or with a record. */
const DEFAULT = "overview";

/** `damo report`: what a record says. Where `word` tells which report is meant, only that one is made. */
export async function reportNode(word?: string): Promise<CommandNode> {
  const one = word !== undefined && Object.hasOwn(REPORTS, word) ? word : word?.startsWith("-") ? undefined : DEFAULT;
  const children: CommandNode[] = [];
  for (const name of one === undefined ? Object.keys(REPORTS) : [one]) children.push(await REPORTS[name]());
  const table: CommandTable = {
    name: "report",
    summary: "Show a record as a heat map, working set, table, picture, ...",
    examples: [
      "damo report                        one page about damon.arrow",
      "damo report heatmap -o heat.png    a heat map as a picture",
      "damo report wss --help             one report and its options",
    ],
  };
  return group(table, children, DEFAULT);
}

async function footprint(name: "footprint" | "footprints"): Promise<CommandNode> {
  return shown((await import("./wss.ts")).footprintTable(name), async (options, { metric }) => {
    const { reportFootprint } = await import("./footprint.ts");
    await reportFootprint(metric, options);
  });
}

async function recordInfo(name: "info" | "record_info"): Promise<CommandNode> {
  return shown((await import("./access.ts")).recordInfoTable(name), async (options) => {
    const { reportInfo } = await import("./record_run.ts");
    await reportInfo(options);
  });
}

/** What says whether a report is about a record, about memory now, or about a record that grows. */
interface Sources {
  input?: string[] | undefined;
  live?: string | undefined;
  follow?: true | undefined;
  snapshot_damos_filter?: string[][] | undefined;
}

/**
 * A report of records. With `--live` it is about a snapshot that is taken for it, with `--follow` it is made again while
 * its records grow.
 *
 * @param recordsOf The records that are named, by arguments or by `--input`; none for the default one.
 */
function shown<A extends ArgumentTable, O extends OptionTable>(
  table: CommandTable<A, O>,
  run: CommandRun<A, O>,
  recordsOf: (args: ParsedArguments<A>, input: readonly string[]) => readonly string[] = (_, input) => input,
): CommandNode {
  return wired<A, O>(table, async (options: ParsedOptions<O> & Sources, args, context) => {
    const { live, follow, snapshot_damos_filter: filters, input = [] } = options;
    const records = recordsOf(args, input);
    if (live !== undefined) {
      const { reportLive } = await import("./live_report.ts");
      return await reportLive(
        { target: live, follow, filters, records },
        (path) => run({ ...options, input: [path] }, args, context),
      );
    }
    if (filters !== undefined) {
      throw new TypeError("--snapshot_damos_filter is for a snapshot taken now: add --live TARGET");
    }
    if (!follow) return await run(options, args, context);
    const { followReport } = await import("./follow.ts");
    await followReport(records, async () => await run(options, args, context));
  });
}
