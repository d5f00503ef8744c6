import { moduleOf, RecordError, UnsupportedError } from "../damon/mod.ts";
import { openRecord } from "../format/mod.ts";
import { largestRamBytes } from "../kernel/memory.ts";
import { modulesOn, readModule, requireParameter } from "../kernel/modules.ts";
import { readHost } from "../kernel/host.ts";
import { defaultRoots, type Roots } from "../kernel/roots.ts";
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
  parseIdlePercentiles,
} from "../report/mod.ts";
import type { IdleCommandOptions } from "./idle.ts";
import { chartFormats, isStdout, outputFormatOf, type OutputFormats, writeOutput } from "./report_output.ts";
import { colourOf } from "./terminal_colour.ts";

const FILES: OutputFormats<IdleReport> = {
  ...chartFormats(
    idleSpec,
    (report) => idleCaptionOf(report).title,
    "Wheel: zoom. Drag: move. Double click: the whole picture again. Point at the chart: how much, and when.",
  ),
  ".json": formatIdleJson,
  ".jsonl": formatIdleJsonLines,
  ".csv": formatIdleCsv,
};

const STDOUT: OutputFormats<IdleReport> = {
  json: formatIdleJson,
  jsonl: formatIdleJsonLines,
  csv: formatIdleCsv,
  "vega-lite": FILES[".vl.json"],
};

/** The record that reports take by themselves. */
const RECORD = "damon.arrow";

/** Parts of the time: what a screen's height, or a chart's width, has room for. */
const TIME_PARTS = { text: 20, other: 240 } as const;

/** `damo report idle`: reads DAMON_STAT or a record, and writes what was asked for. */
export async function reportIdle(options: IdleCommandOptions): Promise<void> {
  const { output = "-", format = "text" } = options;
  const isText = isStdout(output) && format === "text";
  if (!isStdout(output) && options.format !== undefined) {
    throw new RangeError(`Cannot use --format with -o ${output} as the end of its name says the format: leave one out`);
  }
  const formatOf = isText
    ? (report: IdleReport) => formatIdle(report, textOptions(options))
    : isStdout(output)
    ? STDOUT[format]
    : outputFormatOf(output, FILES);
  const report = await measured(defaultRoots(), options, isText ? TIME_PARTS.text : TIME_PARTS.other);
  await writeOutput(output, await formatOf(report));
}

async function measured(roots: Roots, options: IdleCommandOptions, timeParts: number): Promise<IdleReport> {
  const { edges: edgesNs = IDLE_EDGES_NS, kdamond, target } = options;
  const isAboutRecord = options.input !== undefined || kdamond !== undefined || target !== undefined;
  if (!isAboutRecord && modulesOn(roots).some(({ short }) => short === "stat")) return await ofStat(roots, edgesNs);
  const input = options.input ?? RECORD;
  if (options.input === undefined && !exists(RECORD)) {
    throw new UnsupportedError(
      `Cannot say how long memory has been idle as a record or a DAMON_STAT that is on is needed: there is no ${RECORD} ` +
        "here, and DAMON_STAT is off or not in this kernel; make a record with: damo record, or: damo module stat enable",
      "damon_stat",
    );
  }
  await using record = await openRecord(input);
  try {
    return await idleOf(record, {
      edgesNs,
      timeParts,
      ...(kdamond !== undefined && { kdamond }),
      ...(target !== undefined && { target }),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RecordError(`${error.message} (${input})`, input);
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

function textOptions({ color, width }: IdleCommandOptions): Parameters<typeof formatIdle>[1] {
  const isTerminal = Deno.stdout.isTerminal();
  return {
    width: width ?? (isTerminal ? Deno.consoleSize().columns : 80),
    colour: colourOf(color, isTerminal, (name) => Deno.env.get(name)),
  };
}
