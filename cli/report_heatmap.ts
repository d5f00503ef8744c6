import { type AddressRange, RecordError } from "../damon/mod.ts";
import { openRecord } from "../format/mod.ts";
import {
  captionOf,
  formatHeatCsv,
  formatHeatJson,
  formatHeatmap,
  type Heatmap,
  heatmapOf,
  type HeatmapOptions,
  heatmapSpec,
  terminalCells,
  type TerminalOptions,
} from "../report/mod.ts";
import type { HeatmapCommandOptions } from "./report.ts";
import { chartFormats, isStdout, outputFormatOf, type OutputFormats, writeOutput } from "./report_output.ts";
import { rereadable } from "./rereadable.ts";
import { colourOf } from "./terminal_colour.ts";

/** What each suffix of an output file makes of a heat map. */
const FORMATS: OutputFormats<Heatmap> = {
  ...chartFormats(heatmapSpec, (heatmap) => captionOf(heatmap).title),
  ".json": formatHeatJson,
  ".csv": formatHeatCsv,
};

/** `damo report heatmap`: reads the record, folds it, and writes what was asked for. */
export async function reportHeatmap(options: HeatmapCommandOptions): Promise<void> {
  const { output = "stdout", input } = options;
  const text = isStdout(output) ? terminalOptions(options) : undefined;
  const format = text ? (heatmap: Heatmap) => formatHeatmap(heatmap, text) : outputFormatOf(output, FORMATS);
  const cells = text ? { ...terminalCells(text), minRows: text.colour === "never" ? 3 : 6 } : {};
  const wanted = { ...cells, ...selectionOf(options) };
  await using source = await rereadable(input);
  const heatmap = await heatmapOf(() => openRecord(source.path), wanted);
  if (heatmap.survey.snapshots === 0) {
    const why = heatmap.survey.incomplete ? `; ${heatmap.survey.incomplete}` : "";
    throw new RecordError(`Cannot draw ${input} as it must have a snapshot: it has none${why}`, input);
  }
  await writeOutput(output, await format(heatmap));
}

function selectionOf(options: HeatmapCommandOptions): Partial<HeatmapOptions> {
  const { resol, time_range: time, address_range: addresses, draw_range: drawRange, kdamond, target } = options;
  if (drawRange !== "hottest" && drawRange !== "all") {
    throw new RangeError(`Cannot use --draw_range ${drawRange} as it must be hottest or all`);
  }
  const selection: Partial<HeatmapOptions> = { drawRange };
  if (resol !== undefined) {
    if (resol.length !== 2 || resol.some((count) => count < 1)) {
      throw new RangeError("Cannot use --resol as it needs two counts above 0: time bins and address rows");
    }
    [selection.timeBins, selection.rows] = resol as [number, number];
  }
  if (time !== undefined) {
    if (time.length !== 2 || !(time[0] < time[1])) {
      throw new RangeError("Cannot use --time_range as it needs a start and a later end, in seconds");
    }
    selection.timeRange = { startNs: time[0], endNs: time[1] };
  }
  if (addresses !== undefined) selection.addressRanges = pairsOf(addresses);
  if (kdamond !== undefined) selection.kdamond = kdamond;
  if (target !== undefined) selection.target = target;
  return selection;
}

function pairsOf(addresses: number[]): AddressRange[] {
  const ranges: AddressRange[] = [];
  for (let i = 0; i < addresses.length; i += 2) ranges.push({ start: addresses[i], end: addresses[i + 1] });
  if (ranges.some(({ start, end }) => !(start < end))) {
    throw new RangeError(
      "Cannot use --address_range as it needs pairs of a start and a larger end, as in 0x1000 0x2000",
    );
  }
  return ranges;
}

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
