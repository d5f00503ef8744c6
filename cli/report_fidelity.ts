import { RecordError, type RecordHeader, type RecordItem, type RecordReader } from "../damon/mod.ts";
import { openRecord } from "../format/mod.ts";
import {
  fidelityBetween,
  fidelityCaptionOf,
  fidelityOf,
  type FidelityReport,
  fidelitySpec,
  formatFidelityCsv,
  formatFidelityJson,
  formatFidelityReport,
  parseTruth,
  type Truth,
  watcherOf,
  watchersOf,
} from "../report/mod.ts";
import type { FidelityCommandOptions } from "./fidelity.ts";
import { chartFormats, isStdout, outputFormatOf, type OutputFormats, writeOutput } from "./report_output.ts";
import { rereadable } from "./rereadable.ts";

const FILES: OutputFormats<FidelityReport> = {
  ...chartFormats(
    fidelitySpec,
    (report) => fidelityCaptionOf(report).title,
    "Wheel: zoom. Drag: move. Double click: the whole picture again. Point at the chart: the sizes at that time.",
  ),
  ".json": formatFidelityJson,
  ".csv": formatFidelityCsv,
};

const STDOUT: OutputFormats<FidelityReport> = {
  text: formatFidelityReport,
  json: FILES[".json"],
  csv: FILES[".csv"],
  "vega-lite": FILES[".vl.json"],
};

/** Parts of the time: what a screen's height, or a chart's width, has room for. */
const TIME_ROWS = { text: 20, other: 240 } as const;

/** `damo report fidelity`: opens both, compares, and writes what was asked for. */
export async function reportFidelity(
  path: string,
  referencePath: string,
  options: FidelityCommandOptions,
): Promise<void> {
  const { output = "-", format = "text" } = options;
  const formatOf = isStdout(output) ? stdoutFormatOf(format) : outputFormatOf(output, FILES);
  if (!isStdout(output) && options.format !== undefined) {
    throw new RangeError(`Cannot use --format with -o ${output} as the end of its name says the format: leave one out`);
  }
  if (path === "-" && referencePath === "-") {
    throw new RangeError("Cannot read both from standard input: name a file for one of the two");
  }
  const timeRows = isStdout(output) && format === "text" ? TIME_ROWS.text : TIME_ROWS.other;
  const wanted = { hotFraction: parseShare(options.hot), timeRows };
  await using first = await rereadable(path);
  await using second = await rereadable(referencePath);
  await refuseTruth(first.path, path, referencePath);
  await using record = await openRecord(first.path);
  const truth = await truthAt(second.path, referencePath);
  const report = truth
    ? await againstTruth(record, truth, { ...wanted, toleranceNs: options.tolerance ?? 0 }, options.pid)
    : await againstRecord(record, second.path, wanted, options);
  if (report.fidelity.snapshots === 0) {
    const why = [`${path} has no snapshot in the time of ${referencePath}`, ...report.notes].join("; ");
    throw new RecordError(`Cannot compare ${path} with ${referencePath}: ${why}; are they of the same run?`, path);
  }
  await writeOutput(output, await formatOf(report));
}

function stdoutFormatOf(format: string): OutputFormats<FidelityReport>[string] {
  if (Object.hasOwn(STDOUT, format)) return STDOUT[format];
  throw new RangeError(`Cannot use --format ${format} as it must be one of: ${Object.keys(STDOUT).join(", ")}`);
}

interface Wanted {
  hotFraction: number;
  timeRows: number;
}

async function againstTruth(
  record: RecordReader,
  truth: Truth,
  wanted: Wanted & { toleranceNs: number },
  pid?: number,
): Promise<FidelityReport> {
  const { header } = record;
  if (pid !== undefined && pid !== truth.pid) {
    throw new RangeError(`Cannot use --pid ${pid} as the truth is about process ${truth.pid}: leave it out`);
  }
  const watcher = watcherOf(header, truth.pid);
  if (!watcher) {
    throw new RangeError(
      `Cannot compare the record as it must have watched the truth's process ${truth.pid}: it watched ` +
        `${watchedOf(header)}; record the run that wrote the truth, with: damo record ${truth.pid}`,
    );
  }
  if (header.clock.name !== "boottime") {
    throw new RangeError(
      `Cannot compare the record with the truth as its clock must be boottime: it is ${header.clock.name}`,
    );
  }
  const notes: string[] = [];
  const fidelity = await fidelityOf(watched(record.items(), "record", notes), truth, { ...wanted, ...watcher });
  if (record.incomplete) notes.push(`The record is not complete: ${record.incomplete}`);
  return { fidelity, header, pid: truth.pid, reference: { kind: "truth", truth }, notes };
}

async function againstRecord(
  record: RecordReader,
  referencePath: string,
  wanted: Wanted,
  { tolerance, pid }: FidelityCommandOptions,
): Promise<FidelityReport> {
  if (tolerance !== undefined) {
    throw new RangeError("Cannot use --tolerance between two records as only a truth knows of phases: leave it out");
  }
  await using reference = await openRecord(referencePath);
  const common = watchersOf(record.header, reference.header, pid);
  const notes: string[] = [];
  const fidelity = await fidelityBetween(
    watched(record.items(), "record", notes),
    watched(reference.items(), "reference", notes),
    { ...wanted, ...common },
  );
  if (record.incomplete) notes.push(`The record is not complete: ${record.incomplete}`);
  if (reference.incomplete) notes.push(`The reference is not complete: ${reference.incomplete}`);
  return {
    fidelity,
    header: record.header,
    pid: common.pid,
    reference: { kind: "record", header: reference.header },
    notes,
  };
}
