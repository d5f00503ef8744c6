import { Command } from "@commander-js/extra-typings";
import { accessCommand, infoCommand, rawCommand, timesCommand } from "./access.ts";
import { doctorCommand } from "./doctor.ts";
import { fidelityCommand } from "./fidelity.ts";
import { idleCommand } from "./idle.ts";
import { paLayoutCommand } from "./pa_layout.ts";
import { mappingsCommand } from "./mappings.ts";
import { profileCommand } from "./profile.ts";
import { schemesReportCommand } from "./schemes_report.ts";
import { statusCommand } from "./status.ts";
import { footprintCommand, nrRegionsCommand, wssCommand } from "./wss.ts";
import { diffCommand, htmlCommand, overviewCommand } from "./overview.ts";
import { count, each, reportOf } from "./report_options.ts";

/** The options of `report heatmap`, as parsed. */
export type HeatmapCommandOptions = ReturnType<ReturnType<typeof heatmapCommand>["opts"]>;

/** `damo report`: what a record says. */
export function reportCommand() {
  return new Command("report")
    .description("Show what a record says. Without a report's name: one page about it.")
    .helpCommand(false)
    .addCommand(overviewCommand(), { isDefault: true })
    .addCommand(heatmapCommand("heatmap"))
    .addCommand(wssCommand())
    .addCommand(mappingsCommand())
    .addCommand(htmlCommand())
    .addCommand(diffCommand())
    .addCommand(accessCommand())
    .addCommand(nrRegionsCommand())
    .addCommand(footprintCommand("footprint"))
    .addCommand(footprintCommand("footprints"), { hidden: true })
    .addCommand(timesCommand())
    .addCommand(profileCommand())
    .addCommand(rawCommand())
    .addCommand(infoCommand("info"))
    .addCommand(infoCommand("record_info"), { hidden: true })
    .addCommand(fidelityCommand())
    .addCommand(idleCommand())
    .addCommand(schemesReportCommand())
    .addCommand(statusCommand("damon"))
    .addCommand(paLayoutCommand())
    .addCommand(doctorCommand("sysinfo"))
    .addCommand(heatsCommand(), { hidden: true });
}

function heatmapCommand(name: string) {
  return reportOf(name)
    .description("Show when which memory was accessed how often: in the terminal, or as a picture, page or table.")
    .option("--resol <counts...>", "time bins and address rows (default: what fits, or 240 100)", each(count))
    .option("--draw_range <which>", "hottest: cut out idle memory; all: only what was not monitored", "hottest")
    .option("--guide", "say which times and addresses there are to draw, and draw nothing")
    .addHelpText(
      "after",
      `
Time goes to the right, addresses go up. Each band is one hot range, named by what is mapped there; the idle memory
between bands is cut out, and the caption says how much. The colour is the share of samples that found the memory
accessed. NO_COLOR=1 or --color never draws with characters.`,
    )
    .action(async (options) => {
      const { reportHeatmap } = await import("./report_heatmap.ts");
      await reportHeatmap(options);
    });
}

/** The peer's older name: `report heats --heatmap FILE`. */
function heatsCommand() {
  return heatmapCommand("heats")
    .option("--heatmap <file>", "as --output; stdout for the terminal")
    .action(async ({ heatmap, ...options }) => {
      const { reportHeatmap } = await import("./report_heatmap.ts");
      await reportHeatmap({ ...options, ...(heatmap !== undefined && { output: heatmap }) });
    });
}
