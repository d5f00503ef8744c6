import {
  diffTable,
  formatHeatmap,
  formatOverview,
  heatmapOf,
  heatSourceOf,
  type Overview,
  overviewOf,
  overviewTable,
  type Selection,
  terminalCells,
} from "../../report/mod.ts";
import type { DiffCommandOptions, OverviewCommandOptions } from "./overview.ts";
import { reportHtml } from "./html.ts";
import { isStdout, writeOutput } from "./output.ts";
import { inputNamesOf, openInput, type ReportInput, requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { presenterOf, showReport, textOptionsOf } from "./show.ts";
import { colourOf } from "../terminal/mod.ts";

/** What to type next. */
const MORE = "More: damo report heatmap | wss | mappings | idle | access | diff | info\n" +
  "A page to explore in a browser: damo report html";

/** Lines of the small heat map. */
const LINES = 12;

/** `damo report`: one page about each record. */
export async function reportOverview(
  records: readonly string[],
  { input, ...others }: OverviewCommandOptions,
): Promise<void> {
  for (const name of records) refuseMistyped(name);
  const inputs = [...input ?? [], ...records];
  const options = { ...others, ...(inputs.length > 0 && { input: inputs }) };
  const { output = "-", format = "text" } = options;
  if (output.toLowerCase().endsWith(".html")) return await reportHtml(options);
  const selection = selectionOf(options);
  if (!isStdout(output) || format !== "text") {
    return await showReport(options, async (input) => overviewTable(await read(input, selection, options.window)));
  }
  const text = textOptionsOf(options);
  const pages: string[] = [];
  for (const name of inputNamesOf(options.input)) {
    await using input = await openInput(name);
    const overview = await read(input, selection, options.window);
    const colour = colourOf(options.color, Deno.stdout.isTerminal(), (variable) => Deno.env.get(variable));
    const terminal = { width: text.width, lines: LINES, colour };
    const cells = { ...terminalCells(terminal), minRows: 3, maxBands: 3 };
    const [open, wanted] = heatSourceOf(input.open, selection);
    const heatmap = await heatmapOf(open, { ...cells, ...wanted });
    pages.push(formatOverview(overview, formatHeatmap(heatmap, terminal), text));
  }
  await writeOutput("-", `${pages.join("\n")}\n${MORE}\n`);
}

/** `damo report heatmpa` asks for a report that is not there, not for a record of that name. */
function refuseMistyped(name: string): void {
  if (!/^[a-z_]+$/.test(name)) return;
  try {
    Deno.lstatSync(name);
  } catch {
    throw new RangeError(
      `There is neither a report nor a record ${name}; damo report --help lists the reports`,
    );
  }
}

async function read(
  input: ReportInput,
  selection: Selection,
  windowNs?: number,
  isAnySnapshotEnough = false,
): Promise<Overview> {
  const overview = await overviewOf(input.open, selection, undefined, windowNs, isAnySnapshotEnough);
  requireSnapshots(overview.survey, input.name);
  return overview;
}

/** `damo report diff`. */
export async function reportDiff(before: string, after: string, options: DiffCommandOptions): Promise<void> {
  if (options.input) throw new RangeError("report diff takes two records; name them alone, without -i");
  const show = presenterOf(options);
  const selection = selectionOf(options);
  const sides = [];
  for (const name of [before, after]) {
    await using input = await openInput(name);
    // What only one of the two has is a difference.
    sides.push({ name, overview: await read(input, selection, options.window, true) });
  }
  const nothing = sides.map(({ overview }) => overview.survey.nothing);
  if (nothing[0] && nothing[1]) throw nothing[0];
  await show([diffTable(sides[0], sides[1])], [before]);
}
