import { moduleOf, RecordError, UnsupportedError } from "../../damon/mod.ts";
import { defaultRoots, largestRamBytes, readHost, type Roots } from "../../kernel/machine/mod.ts";
import { modulesOn, readModule, requireParameter } from "../../kernel/modules/mod.ts";
import {
  formatIdle,
  formatIdleCsv,
  formatIdleJson,
  formatIdleJsonLines,
  IDLE_EDGES_NS,
  idleCaptionOf,
  idleOf,
  idleOfStat,
  type IdleReport,
  idleSpec,
  NothingSelectedError,
  parseIdlePercentiles,
  type Selection,
} from "../../report/mod.ts";
import type { IdleCommandOptions } from "./idle.ts";
import { chartFormats, isStdout, outputFormatOf, type OutputFormats, type Theme, writeOutput } from "./output.ts";
import { inputNamesOf, openInput } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { colourOf, messageOf } from "../terminal/mod.ts";

const filesOf = (theme: Theme): OutputFormats<IdleReport> => ({
  ...chartFormats(
    idleSpec,
    (report) => idleCaptionOf(report).title,
    "Wheel: zoom. Drag: move. Double click: the whole picture again. Point at the chart: how much, and when.",
    theme,
  ),
  ".json": formatIdleJson,
  ".jsonl": formatIdleJsonLines,
  ".csv": formatIdleCsv,
});

/** Parts of the time: what a screen's height, or a chart's width, has room for. */
const TIME_PARTS = { text: 20, other: 240 } as const;

/** `damo report idle`: reads DAMON_STAT or a record, and writes what was asked for. */
export async function reportIdle(options: IdleCommandOptions): Promise<void> {
  const { output = "-", format = "text", input = [] } = options;
  const isText = isStdout(output) ? format === "text" : /\.txt$/i.test(output);
  if (!isStdout(output) && options.format !== undefined) {
    throw new RangeError(`The name ${output} says the format already; leave out --format or -o`);
  }
  if (input.length > 1 && !isText) {
    throw new RangeError("Several records are shown as text only; name one, or leave out --format and -o");
  }
  const selection = selectionOf(options);
  const files = filesOf(options.theme);
  const asText = (report: IdleReport) => formatIdle(report, textOptions(options));
  const formatOf = isText
    ? asText
    : isStdout(output)
    ? files[format === "vega-lite" ? ".vl.json" : `.${format}`]
    : outputFormatOf(output, { ...files, ".txt": asText });
  const parts = isText ? TIME_PARTS.text : TIME_PARTS.other;
  const contents: (string | Uint8Array)[] = [];
  for (const name of input.length > 0 ? input : [undefined]) {
    contents.push(await formatOf(await measured(defaultRoots(), options.edges, selection, parts, name)));
  }
  await writeOutput(output, contents.length > 1 ? contents.join("\n") : contents[0]);
}

async function measured(
  roots: Roots,
  edgesNs: readonly number[] = IDLE_EDGES_NS,
  selection: Selection,
  timeParts: number,
  named?: string,
): Promise<IdleReport> {
  const isAboutRecord = named !== undefined || Object.keys(selection).length > 0;
  if (!isAboutRecord && modulesOn(roots).some(({ short }) => short === "stat")) return await ofStat(roots, edgesNs);
  const [name] = inputNamesOf(named === undefined ? undefined : [named]);
  if (named === undefined && !exists(name)) {
    throw new UnsupportedError(
      `There is no ${name} here, and DAMON_STAT is off or not in this kernel, to tell how long memory has been idle; ` +
        "make a record with: damo record, or: damo module stat enable",
      "damon_stat",
    );
  }
  await using input = await openInput(name);
  try {
    return await idleOf(input.open, { ...selection, edgesNs, timeParts });
  } catch (error) {
    if (!(error instanceof RangeError) || error instanceof NothingSelectedError) throw error;
    throw new RecordError(`${messageOf(error)} (${name})`, name);
  }
}

async function ofStat(roots: Roots, edgesNs: readonly number[]): Promise<IdleReport> {
  const status = await readModule(roots, moduleOf("stat"));
  requireParameter(status, "memory_idle_ms_percentiles");
  const number = (name: string) => {
    const text = status.values.get(name);
    return text === undefined ? undefined : Number(text);
  };
  return idleOfStat({
    percentilesMs: parseIdlePercentiles(status.values.get("memory_idle_ms_percentiles")!),
    totalBytes: largestRamBytes(roots),
    aggrUs: number("aggr_interval_us"),
    bandwidth: number("estimated_memory_bandwidth"),
    wallMs: Date.now(),
    host: readHost(roots),
  }, edgesNs);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function textOptions({ color, width, output, raw_number: raw }: IdleCommandOptions): Parameters<typeof formatIdle>[1] {
  const isTerminal = Deno.stdout.isTerminal();
  const isFile = output !== undefined && !isStdout(output);
  return {
    width: width ?? (isTerminal ? Deno.consoleSize().columns : 80),
    colour: isFile ? "never" : colourOf(color, isTerminal, (name) => Deno.env.get(name)),
    raw: raw === true,
  };
}
