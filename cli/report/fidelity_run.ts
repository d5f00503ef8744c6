import { formatNr, RecordError, type RecordFooter, type RecordItem, type RecordReader } from "../../damon/mod.ts";
import { openRecord } from "../../format/mod.ts";
import { SNIFF_BYTES, sniffFormat } from "../../format/bytes/mod.ts";
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
  truthWatcherOf,
  watchersOf,
} from "../../report/mod.ts";
import { unseenLines } from "../../report/record/mod.ts";
import type { FidelityCommandOptions } from "./fidelity.ts";
import { chartFormats, isStdout, outputFormatOf, type OutputFormats, writeOutput } from "./output.ts";
import { rereadable } from "../terminal/mod.ts";

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
    throw new RangeError(`The name ${output} says the format already; leave out --format or -o`);
  }
  if (path === "-" && referencePath === "-") {
    throw new RangeError("Cannot read both from standard input: name a file for one of the two");
  }
  const timeRows = isStdout(output) && format === "text" ? TIME_ROWS.text : TIME_ROWS.other;
  const wanted = { hotFraction: parseShare(options.hot), timeRows };
  await using first = await rereadable(path);
  await using second = await rereadable(referencePath);
  if (await holds(first.path) === "truth") {
    throw new RangeError(
      `${path} looks like a truth, which comes second: damo report fidelity RECORD TRUTH`,
    );
  }
  await using record = await openRecord(first.path);
  const truth = await truthIn(second.path, referencePath);
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
  throw new RangeError(`There is no format ${format}; --format is one of: ${Object.keys(STDOUT).join(", ")}`);
}

interface Wanted {
  hotFraction: number;
  timeRows: number;
}

async function againstTruth(
  record: RecordReader,
  truth: Truth,
  wanted: Wanted & { toleranceNs: number },
  pid: number | undefined,
): Promise<FidelityReport> {
  if (pid !== undefined && pid !== truth.pid) {
    throw new RangeError(`The truth is about process ${truth.pid}; leave out --pid ${pid}`);
  }
  const watcher = truthWatcherOf(record.header, truth);
  const notes: string[] = [];
  const fidelity = await fidelityOf(itemsOf(record, "The record", notes), truth, { ...wanted, ...watcher });
  return { fidelity, header: record.header, pid: truth.pid, reference: { kind: "truth", truth }, notes };
}

async function againstRecord(
  record: RecordReader,
  referencePath: string,
  wanted: Wanted,
  { tolerance, pid }: FidelityCommandOptions,
): Promise<FidelityReport> {
  if (tolerance !== undefined) {
    throw new RangeError("--tolerance is about phases, which only a truth has; leave it out between two records");
  }
  await using reference = await openRecord(referencePath);
  const { header } = reference;
  const common = watchersOf(record.header, header, pid);
  const notes: string[] = [];
  const fidelity = await fidelityBetween(
    itemsOf(record, "The record", notes),
    itemsOf(reference, "The reference", notes),
    { ...wanted, ...common },
  );
  return { fidelity, header: record.header, pid: common.pid, reference: { kind: "record", header }, notes };
}

/** The items as they pass by; at their end, what the recorder lost or could not finish is noted. */
async function* itemsOf(record: RecordReader, name: string, notes: string[]): AsyncGenerator<RecordItem> {
  for await (const item of record.items()) {
    if (item.kind === "footer") notes.push(...lossesOf(item.footer, name));
    yield item;
  }
  if (record.incomplete !== undefined) notes.push(`${name} is not complete: ${record.incomplete}`);
}

function lossesOf(footer: RecordFooter, name: string): string[] {
  const { dropped, events, torn } = footer;
  const unseen = unseenLines(footer).map((line) => `${name}: ${line}`);
  if (dropped + torn === 0) return unseen;
  return [
    ...unseen,
    `${name} lost ${formatNr(dropped)} of ${formatNr(events)} events; ${formatNr(torn)} torn snapshots left out`,
  ];
}

/** `20%` or `0.2` as 0.2. */
function parseShare(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  const share = found ? Number(found[1]) / (found[2] === "%" ? 100 : 1) : NaN;
  if (share > 0 && share <= 1) return share;
  throw new RangeError(`--hot must be above 0 and at most 100%, in a form like 20% or 0.2, not ${text}`);
}

/** What a file seems to hold; `undefined` where it has nothing or cannot be read, which opening it will explain. */
async function holds(path: string): Promise<"truth" | "record" | "neither" | undefined> {
  const head = new Uint8Array(SNIFF_BYTES);
  let length: number | null;
  try {
    using file = await Deno.open(path);
    length = await file.read(head);
  } catch {
    return undefined;
  }
  if (!length) return undefined;
  const bytes = head.subarray(0, length);
  const format = sniffFormat(bytes);
  if (format === "unknown") return "neither";
  // A record as lines of JSON begins with its header.
  const isTruth = format === "jsonl" && !/^\s*\{\s*"kind"\s*:\s*"header"/.test(new TextDecoder().decode(bytes));
  return isTruth ? "truth" : "record";
}

/** The truth in a file; `undefined` where it is for {@linkcode openRecord}. `name` is for errors. */
async function truthIn(path: string, name: string): Promise<Truth | undefined> {
  const what = await holds(path);
  if (what === "truth") return parseTruth(await Deno.readTextFile(path), name);
  if (what !== "neither") return undefined;
  throw new RecordError(
    `${name} is neither a truth, JSON lines made by damo workload CONFIG --truth FILE, ` +
      `nor a record of any format (damo help formats)`,
    name,
  );
}
