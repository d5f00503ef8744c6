import {
  type Column,
  csvLine,
  formatTableJsonl,
  type OpenRecord,
  plainValue,
  type RecordSurvey,
  type Section,
  shortenTitle,
  tableLines,
  type TableTextOptions,
  wrap,
} from "../../report/mod.ts";
import { WholeFile } from "../../format/bytes/mod.ts";
import type { ReportOptions } from "./options.ts";
import { isStdout } from "./output.ts";
import { isPrivateInput, noteInput } from "../terminal/mod.ts";
import { inputNamesOf, openInput, requireSnapshots } from "./read.ts";
import { textOptionsOf } from "./show.ts";

/** A report that is written section by section while the record is read: memory does not grow with it. */
export interface StreamedReport {
  /** What it is about, known when all is read. */
  titleOf(survey: RecordSurvey): string;
  /** Reads the record and hands each section on. */
  read(open: OpenRecord, put: (section: Section) => void): Promise<RecordSurvey>;
  /** Lines below all sections. */
  captionOf(survey: RecordSurvey): readonly string[];
}

type Kind = "text" | "json" | "jsonl" | "csv";

/** Writes a report as its sections come. */
export async function streamReport(options: ReportOptions, report: StreamedReport): Promise<void> {
  const { output = "-" } = options;
  const kind = kindOf(options);
  const names = inputNamesOf(options.input);
  const text = isStdout(output) ? textOptionsOf(options) : { ...textOptionsOf(options), colour: false };
  for (const name of names) noteInput(name);
  using out = new TextOut(output);
  const writer = new SectionWriter(out, kind, text);
  for (const name of names) {
    await using input = await openInput(name);
    const survey = await report.read(input.open, (section) => writer.put(section, names.length > 1 ? name : undefined));
    requireSnapshots(survey, name);
    writer.end(report.titleOf(survey), report.captionOf(survey));
  }
  writer.close();
}

function kindOf({ output = "-", format }: ReportOptions): Kind {
  if (isStdout(output)) {
    if (format === "vega-lite") {
      throw new RangeError(
        "There is no chart of all regions; see damo report heatmap",
      );
    }
    return format ?? "text";
  }
  if (format !== undefined) {
    throw new RangeError(`The name ${output} says the format already; leave out --format or -o`);
  }
  const found = /\.(json|jsonl|csv|txt)$/i.exec(output);
  if (!found) {
    throw new RangeError(`The name ${output} says no format; let it end in one of: .csv, .json, .jsonl, .txt`);
  }
  const suffix = found[1].toLowerCase();
  return suffix === "txt" ? "text" : suffix as Kind;
}

/** Standard output or a file, written in large pieces. */
class TextOut implements Disposable {
  #waiting: string[] = [];
  #size = 0;
  readonly #file: WholeFile | undefined;
  readonly #encoder = new TextEncoder();

  constructor(output: string) {
    if (isStdout(output)) return;
    try {
      this.#file = new WholeFile(output, isPrivateInput());
    } catch (error) {
      throw new Error(`Cannot write ${output}: ${(error as Error).message}; choose another file with -o FILE`);
    }
  }

  write(text: string): void {
    this.#waiting.push(text);
    this.#size += text.length;
    if (this.#size > 65_536) this.flush();
  }

  flush(): void {
    const bytes = this.#encoder.encode(this.#waiting.join(""));
    if (this.#file) this.#file.write(bytes);
    else for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    this.#waiting = [];
    this.#size = 0;
  }

  finish(): void {
    this.flush();
    this.#file?.finish();
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }
}

const RECORD_COLUMN: Column = { name: "record", title: "record", description: "the file", kind: "text" };

class SectionWriter {
  #sections = 0;

  constructor(readonly out: TextOut, readonly kind: Kind, readonly text: TableTextOptions) {}

  put(section: Section, record: string | undefined): void {
    const columns = record === undefined ? section.columns : [RECORD_COLUMN, ...section.columns];
    const rows = record === undefined ? section.rows : section.rows.map((row) => [record, ...row]);
    const isFirst = this.#sections++ === 0;
    if (this.kind === "text") {
      const head = record === undefined ? section.head : [`${record}: ${section.head[0]}`, ...section.head.slice(1)];
      const lines = tableLines(section, this.text.width, this.text);
      const table = section.rows.length > 0 ? lines : ["no region"];
      this.out.write([...(isFirst ? [] : [""]), ...head, ...table, ...section.tail].join("\n") + "\n");
    } else if (this.kind === "csv") {
      if (isFirst) this.out.write(csvLine(columns.map(({ name }) => name)) + "\n");
      const lines = rows.map((row) => csvLine(columns.map((column, i) => plainValue(column, row[i]))));
      if (lines.length > 0) this.out.write(lines.join("\n") + "\n");
    } else {
      const lines = formatTableJsonl({ columns, rows }).trimEnd();
      if (this.kind === "jsonl") this.out.write(lines === "" ? "" : lines + "\n");
      else {
        if (isFirst) {
          const meanings = Object.fromEntries(columns.map(({ name, description }) => [name, description]));
          this.out.write(`{\n  "columns": ${JSON.stringify(meanings)},\n  "rows": [`);
        }
        if (lines !== "") this.out.write(`${this.#hasRows ? "," : ""}\n${lines.replaceAll("\n", ",\n")}`);
        this.#hasRows ||= lines !== "";
      }
    }
  }
  #hasRows = false;
  readonly #about: { title: string; caption: readonly string[] }[] = [];

  end(title: string, caption: readonly string[]): void {
    this.#about.push({ title, caption });
    if (this.kind !== "text") return;
    const { width } = this.text;
    const lines = caption.flatMap((line) =>
      wrap(line, Math.max(40, width) - 2).map((part, i) => i === 0 ? part : `  ${part}`)
    );
    this.out.write(["", shortenTitle(title, Math.max(40, width)), ...lines].join("\n") + "\n");
  }

  close(): void {
    if (this.kind === "json") this.out.write(`\n  ],\n  "records": ${JSON.stringify(this.#about)}\n}\n`);
    this.out.finish();
  }
}
