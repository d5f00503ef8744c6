import { Command } from "@commander-js/extra-typings";
import { count } from "../options/mod.ts";
import { each, reportOf, windowOption } from "./options.ts";

/** The options of `report heatmap`, as parsed. */
export type HeatmapCommandOptions = ReturnType<ReturnType<typeof heatmapCommand>["opts"]>;

/** Each report by its name, in the order of `--help`. */
const MAKERS: Record<string, () => Promise<{ parseAsync: unknown }>> = {
  overview: async () => (await import("./overview.ts")).overviewCommand(),
  heatmap: () => Promise.resolve(heatmapCommand("heatmap")),
  wss: async () => (await import("./wss.ts")).wssCommand(),
  mappings: async () => (await import("./mappings.ts")).mappingsCommand(),
  html: async () => (await import("./overview.ts")).htmlCommand(),
  diff: async () => (await import("./overview.ts")).diffCommand(),
  access: async () => (await import("./access.ts")).accessCommand(),
  nr_regions: async () => (await import("./wss.ts")).nrRegionsCommand(),
  footprint: async () => (await import("./wss.ts")).footprintCommand("footprint"),
  footprints: async () => (await import("./wss.ts")).footprintCommand("footprints"),
  times: async () => (await import("./access.ts")).timesCommand(),
  profile: async () => (await import("./profile.ts")).profileCommand(),
  raw: async () => (await import("./access.ts")).rawCommand(),
  info: async () => (await import("./access.ts")).infoCommand("info"),
  record_info: async () => (await import("./access.ts")).infoCommand("record_info"),
  fidelity: async () => (await import("./fidelity.ts")).fidelityCommand(),
  idle: async () => (await import("./idle.ts")).idleCommand(),
  schemes: async () => (await import("./schemes.ts")).schemesReportCommand(),
  damon: async () => (await import("../control/status.ts")).statusCommand("damon"),
  pa_layout: async () => (await import("./pa_layout.ts")).paLayoutCommand(),
  sysinfo: async () => (await import("../doctor/doctor.ts")).doctorCommand("sysinfo"),
  heats: () => Promise.resolve(heatsCommand()),
};

/** The peer's names for what has another one here. */
const HIDDEN = ["footprints", "record_info", "heats"];

/** What `damo report` does alone, or with a record. */
const DEFAULT = "overview";

/** `damo report`: what a record says. Where `word` tells which report is meant, only that one is made. */
export async function reportCommand(word?: string) {
  const report = new Command("report")
    .description("Show what a record says. Without a report's name: one page about it.")
    .helpCommand(false);
  const one = word !== undefined && Object.hasOwn(MAKERS, word) ? word : word?.startsWith("-") ? undefined : DEFAULT;
  for (const name of one === undefined ? Object.keys(MAKERS) : [one]) {
    const made = await MAKERS[name]() as unknown as Command;
    report.addCommand(made, { hidden: HIDDEN.includes(name), isDefault: name === DEFAULT });
  }
  return report;
}

function heatmapCommand(name: string) {
  return reportOf(name)
    .description("Show when which memory was accessed how often: in the terminal, or as a picture, page or table.")
    .option("--resol <counts...>", "time bins and address rows (default: what fits, or 240 100)", each(count))
    .option("--draw_range <which>", "hottest: cut out idle memory; all: only what was not monitored", "hottest")
    .addOption(windowOption())
    .option("--guide", "say which times and addresses there are to draw, and draw nothing")
    .addHelpText(
      "after",
      `
Time goes to the right, addresses go up. Each band is one hot range, named by what is mapped there; the idle memory
between bands is cut out, and the caption says how much. The colour is the share of samples that found the memory
accessed. NO_COLOR=1 or --color never draws with characters.`,
    )
    .action(async (options) => {
      const { reportHeatmap } = await import("./heatmap_run.ts");
      await reportHeatmap(options);
    });
}

/** The peer's older name: `report heats --heatmap FILE`. */
function heatsCommand() {
  return heatmapCommand("heats")
    .option("--heatmap <file>", "as --output; stdout for the terminal")
    .action(async ({ heatmap, ...options }) => {
      const { reportHeatmap } = await import("./heatmap_run.ts");
      await reportHeatmap({ ...options, ...(heatmap !== undefined && { output: heatmap }) });
    });
}
