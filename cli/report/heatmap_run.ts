import { RecordError } from "../../damon/mod.ts";
import {
  captionOf,
  foldRecord,
  formatHeatCsv,
  formatHeatJson,
  formatHeatJsonl,
  formatHeatmap,
  GuideFold,
  type Heatmap,
  heatmapOf,
  type HeatmapOptions,
  heatmapSpec,
  heatSourceOf,
  terminalCells,
  type TerminalOptions,
} from "../../report/mod.ts";
import type { HeatmapCommandOptions } from "./heatmap.ts";
import { chartFormats, isStdout, outputFormatOf, type OutputFormats, type Theme, writeOutput } from "./output.ts";
import { inputNamesOf, NONE_YET, openInput, requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { showReport } from "./show.ts";
import { colourOf } from "../terminal/mod.ts";

/** What each suffix of an output file makes of a heat map. */
const filesOf = (theme: Theme): OutputFormats<Heatmap> => ({
  ...chartFormats(heatmapSpec, (heatmap) => captionOf(heatmap).title, undefined, theme),
  ".json": formatHeatJson,
  ".jsonl": formatHeatJsonl,
  ".csv": formatHeatCsv,
});

/** `damo report heatmap`: reads each record, folds it, and writes what was asked for. */
export async function reportHeatmap(options: HeatmapCommandOptions): Promise<void> {
  const { output = "-", format = "text" } = options;
  if (options.guide) return await reportGuide(options);
  if (!isStdout(output) && options.format !== undefined) {
    throw new RangeError(`The name ${output} says the format already; leave out --format or -o`);
  }
  const files = filesOf(options.theme);
  const text = isStdout(output) && format === "text" ? terminalOptions(options) : undefined;
  const formatOf = text
    ? (heatmap: Heatmap) => formatHeatmap(heatmap, text)
    : isStdout(output)
    ? files[format === "vega-lite" ? ".vl.json" : `.${format}`]
    : outputFormatOf(output, { ...files, ".txt": (heatmap: Heatmap) => formatHeatmap(heatmap, TEXT_FILE) });
  const cells = text ? { ...terminalCells(text), minRows: text.colour === "never" ? 3 : 6 } : {};
  const layout = layoutOf(options);
  const selection = selectionOf(options);
  const names = inputNamesOf(options.input);
  if (names.length > 1 && !text) {
    throw new RangeError("Each heat map is one file; name one record with -i");
  }
  for (const name of names) {
    await using input = await openInput(name);
    const [open, wanted] = heatSourceOf(input.open, selection);
    const heatmap = await heatmapOf(open, { ...cells, ...wanted, ...layout, ...windowOf(options) });
    if (heatmap.survey.snapshots === 0) {
      const why = heatmap.survey.incomplete ?? NONE_YET;
      throw new RecordError(`${name} has no snapshot: ${why}`, name);
    }
    await writeOutput(output, await formatOf(heatmap));
  }
}

/** `damo report heatmap --guide`. */
async function reportGuide(options: HeatmapCommandOptions): Promise<void> {
  const selection = selectionOf(options);
  await showReport(options, async ({ name, open }) => {
    const fold = new GuideFold();
    const survey = await foldRecord(open, [fold], selection);
    requireSnapshots(survey, name);
    return fold.table(survey);
  });
}

function windowOf({ window: windowNs }: HeatmapCommandOptions): HeatmapOptions {
  return windowNs === undefined ? {} : { windowNs };
}

function layoutOf({ resol, draw_range: drawRange }: HeatmapCommandOptions): HeatmapOptions {
  if (drawRange !== "hottest" && drawRange !== "all") {
    throw new RangeError(`--draw_range is hottest or all, not ${drawRange}`);
  }
  if (resol === undefined) return { drawRange };
  if (resol.length !== 2 || resol.some((count) => count < 1)) {
    throw new RangeError("--resol takes two counts above 0: time bins and address rows");
  }
  return { drawRange, timeBins: resol[0], rows: resol[1] };
}

const TEXT_FILE: TerminalOptions = { width: 100, lines: 24, colour: "never" };

function terminalOptions({ color, width }: HeatmapCommandOptions): TerminalOptions {
  const isTerminal = Deno.stdout.isTerminal();
  const size = isTerminal ? Deno.consoleSize() : undefined;
  return {
    width: width ?? size?.columns ?? 80,
    // The caption and axes take a dozen lines.
    lines: Math.min(40, Math.max(12, (size?.rows ?? 36) - 12)),
    colour: colourOf(color, isTerminal, (name) => Deno.env.get(name)),
  };
}
