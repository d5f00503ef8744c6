import { captionOf, darkSpec, type HeatmapOptions, recordPageOf, recordPageSpec } from "../../report/mod.ts";
import type { OverviewCommandOptions } from "./overview.ts";
import { isStdout, writeOutput } from "./output.ts";
import { inputNamesOf, openInput, requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";

const HINT =
  "Drag across the working set or the heat map: the charts below show that time only; drag the choice to move " +
  "it, double click to drop it. Wheel: zoom. Shift and drag: move. Point at a cell: when, where and how often.";

/** `damo report html`: one page to explore a record, that needs no network. */
export async function reportHtml(options: OverviewCommandOptions & { resol?: number[] | undefined }): Promise<void> {
  const names = inputNamesOf(options.input);
  if (names.length > 1) throw new RangeError("Cannot write several records into one page: name one with -i");
  if (options.format !== undefined) {
    throw new RangeError("report html writes a page; leave out --format");
  }
  const [name] = names;
  const output = options.output ?? (name === "-" ? "-" : `${name.replace(/\.[^./]*$/, "")}.html`);
  if (!isStdout(output) && !/\.(html|vl\.json)$/i.test(output)) {
    throw new RangeError(`The name ${output} does not end in .html or .vl.json; choose another with -o`);
  }
  const selection = selectionOf(options);
  await using input = await openInput(name);
  const page = await recordPageOf(input.open, selection, {
    ...layoutOf(options.resol),
    ...(options.window !== undefined && { windowNs: options.window }),
  });
  requireSnapshots(page.overview.survey, name);
  const spec = options.theme === "dark" ? darkSpec(recordPageSpec(page)) : recordPageSpec(page);
  if (/\.vl\.json$/i.test(output)) return await writeOutput(output, JSON.stringify(spec) + "\n");
  const { renderHtml } = await import("../../draw/html.ts");
  await writeOutput(output, await renderHtml(spec, captionOf(page.heatmap).title, HINT));
  if (!isStdout(output)) console.error(`damo: wrote ${output}: open it in a browser`);
}

function layoutOf(resol: number[] | undefined): HeatmapOptions {
  if (resol === undefined) return {};
  if (resol.length !== 2 || resol.some((count) => count < 1)) {
    throw new RangeError("--resol takes two counts above 0: time bins and address rows");
  }
  return { timeBins: resol[0], rows: resol[1] };
}
