import {
  formatTable,
  formatTableCsv,
  formatTableJson,
  formatTableJsonl,
  joinTables,
  MOST_ROWS,
  type Table,
  type TableTextOptions,
  type VegaLiteSpec,
} from "../../report/mod.ts";
import type { ReportOptions } from "./options.ts";
import { chartFormats, isStdout, outputFormatOf, type OutputFormats, type Theme, writeOutput } from "./output.ts";
import { inputNamesOf, openInput, type ReportInput } from "./read.ts";
import { colourOf } from "../terminal/mod.ts";

const HINT = "Wheel: zoom. Drag: move. Double click: the whole picture again. Point at the chart: the figures there.";

const filesOf = (theme: Theme): OutputFormats<Table> => ({
  ...chartFormats(chartOf, ({ title }) => title, HINT, theme),
  ".json": formatTableJson,
  ".jsonl": formatTableJsonl,
  ".csv": formatTableCsv,
});

function chartOf({ chart, title }: Table) {
  if (chart) return chart();
  throw new RangeError(`There is no chart of ${title}; use --format text, json, jsonl or csv`);
}

/** Makes a report's table of each input, and shows or writes them as the options say; `chartOfAll` draws several. */
export async function showReport(
  options: ReportOptions,
  tableOf: (input: ReportInput) => Promise<Table>,
  text: Partial<TableTextOptions> = {},
  chartOfAll?: (names: readonly string[]) => VegaLiteSpec,
): Promise<void> {
  const show = presenterOf(options, text, chartOfAll);
  const names = inputNamesOf(options.input);
  const tables: Table[] = [];
  for (const name of names) {
    await using input = await openInput(name);
    tables.push(await tableOf(input));
  }
  await show(tables, names);
}

/** How tables are shown; what cannot be done with the options fails here, before a record is read. */
export function presenterOf(
  options: ReportOptions,
  text: Partial<TableTextOptions> = {},
  chartOfAll?: (names: readonly string[]) => VegaLiteSpec,
): (tables: readonly Table[], names: readonly string[]) => Promise<void> {
  const { output = "-", format } = options;
  if (!isStdout(output) && format !== undefined) {
    throw new RangeError(`The name ${output} says the format already; leave out --format or -o`);
  }
  const textOptions = { ...textOptionsOf(options), ...text };
  const files = filesOf(options.theme);
  const asText = (table: Table) => formatTable(table, textOptions);
  const isText = isStdout(output) && (format ?? "text") === "text";
  const formatOf = isText
    ? asText
    : isStdout(output)
    ? files[format === "vega-lite" ? ".vl.json" : `.${format}`]
    : outputFormatOf(output, {
      ...files,
      ".txt": (table: Table) => formatTable(table, { ...textOptions, colour: false }),
    });
  return async (tables, names) => {
    const joined = () => {
      const table = joinTables(tables, names);
      return tables.length > 1 && chartOfAll ? { ...table, chart: () => chartOfAll(names) } : table;
    };
    const content = isText ? tables.map(asText).join("\n") : await formatOf(joined());
    await writeOutput(output, content);
  };
}

/** Rows of text at most; no bound where the output is not text. */
export function textRowsOf(
  { output = "-", format, top = MOST_ROWS }: Pick<ReportOptions, "output" | "format" | "top">,
): number {
  const isText = isStdout(output) ? (format ?? "text") === "text" : /\.txt$/i.test(output);
  return isText ? top : Infinity;
}

/** The width and colours of text on this terminal. */
export function textOptionsOf(
  { width, color, raw_number: raw, top }:
    & Pick<ReportOptions, "color">
    & Partial<Pick<ReportOptions, "width" | "raw_number" | "top">>,
): TableTextOptions {
  const isTerminal = Deno.stdout.isTerminal();
  const colour = colourOf(color, isTerminal, (name) => Deno.env.get(name)) !== "never";
  return {
    width: width ?? (isTerminal ? Deno.consoleSize().columns : 80),
    colour,
    raw: raw === true,
    ...(top !== undefined && { rows: top }),
  };
}
