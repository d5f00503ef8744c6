import { Command } from "@commander-js/extra-typings";
import { accessCommand, infoCommand, rawCommand, timesCommand } from "./access.ts";
import { doctorCommand } from "./doctor.ts";
import { fidelityCommand } from "./fidelity.ts";
import { idleCommand } from "./idle.ts";
import { mappingsCommand } from "./mappings.ts";
import { statusCommand } from "./status.ts";
import { footprintCommand, nrRegionsCommand, wssCommand } from "./wss.ts";
import { parseBytes, parseNs } from "../damon/units.ts";

const seconds = (text: string) => parseNs(text, "s");
const count = (text: string) => {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a count`);
  return Number(text);
};
/** Collects the values of an option that takes several. */
const each = <T>(parse: (text: string) => T) => (text: string, before: T[] | undefined): T[] => [
  ...(before ?? []),
  parse(text),
];

/** The options of `report heatmap`, as parsed. */
export type HeatmapCommandOptions = ReturnType<ReturnType<typeof heatmapCommand>["opts"]>;

/** `damo report`: what a record says. */
export function reportCommand() {
  return new Command("report")
    .description("Show what a record says.")
    .addCommand(heatmapCommand("heatmap"))
    .addCommand(wssCommand())
    .addCommand(mappingsCommand())
    .addCommand(accessCommand())
    .addCommand(nrRegionsCommand())
    .addCommand(footprintCommand("footprint"))
    .addCommand(footprintCommand("footprints"), { hidden: true })
    .addCommand(timesCommand())
    .addCommand(rawCommand())
    .addCommand(infoCommand("info"))
    .addCommand(infoCommand("record_info"), { hidden: true })
    .addCommand(fidelityCommand())
    .addCommand(idleCommand())
    .addCommand(statusCommand("damon"))
    .addCommand(doctorCommand("sysinfo"))
    .addCommand(heatsCommand(), { hidden: true });
}

function heatmapCommand(name: string) {
  return new Command(name)
    .description("Show when which memory was accessed how often: in the terminal, or as a picture, page or table.")
    .option("-i, --input <file>", "the record; - for standard input", "damon.arrow")
    .option("-o, --output <file>", "write FILE.png, .svg, .html, .vl.json (Vega-Lite), .json or .csv instead")
    .option("--resol <counts...>", "time bins and address rows (default: what fits, or 240 100)", each(count))
    .option(
      "--time_range <start end...>",
      "only from START to END of the record (bare numbers: seconds)",
      each(seconds),
    )
    .option("--address_range <start end...>", "only these addresses, 0x... or sizes; repeatable", each(parseBytes))
    .option("--draw_range <which>", "hottest: cut out idle memory; all: only what was not monitored", "hottest")
    .option("--kdamond <pid>", "only this kdamond, by pid or index (default: all)", count)
    .option("--target <index>", "only this target of a kdamond (default: all, each in its own bands)", count)
    .option("--color <when>", "auto, truecolor, 256 or never", "auto")
    .option("--width <columns>", "width of the text (default: the terminal's)", count)
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
