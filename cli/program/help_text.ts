import { type ArgumentSpec, type CommandTable, flagsOf, type OptionGroup, type OptionSpec } from "../options/mod.ts";
import { reflow } from "./reflow.ts";

/** A command as help shows it. */
export interface Explained {
  table: CommandTable;
  children: readonly Explained[];
}

/** What stands above the options of a group; a heading of an option's own stands after it. */
export const GROUP_TITLES: Readonly<Record<OptionGroup, string>> = {
  filters: "Filters",
  output: "Output",
  damon: "DAMON",
};

const HELP_ROW: readonly [string, string] = ["-h, --help", "print this help"];

/** What `--help` prints: what the command is for, its usual options, examples, and where the rest is. */
export function helpOf(node: Explained, path: readonly string[]): string {
  const { table } = node;
  const shown = shownOptions(table);
  const rows = [...shown.map(([name, spec]) => rowOf(name, spec)), HELP_ROW];
  return page(node, path, [["Options:", rows]], [restOf(table, shown.map(([name]) => name), path)]);
}

/** What `--help-all` prints: every option, under the headings of its groups, and all notes. */
export function allHelpOf(node: Explained, path: readonly string[]): string {
  const sections = optionSections(node.table).map(([title, options]): Section => [
    `${title}:`,
    options.map(([name, spec]) => rowOf(name, spec)),
  ]);
  const own = sections.find(([title]) => title === "Options:");
  if (own) own[1] = [...own[1], HELP_ROW];
  else sections.unshift(["Options:", [HELP_ROW]]);
  return page(node, path, sections, [node.table.notes ?? ""]);
}

/** All options that are shown anywhere, by their headings, in the order of the table. */
export function optionSections(
  { options = {} }: CommandTable,
): [title: string, options: [name: string, spec: OptionSpec][]][] {
  const sections = new Map<string, [string, OptionSpec][]>();
  for (const [name, spec] of Object.entries(options)) {
    if (spec.hidden) continue;
    const title = [spec.group && GROUP_TITLES[spec.group], spec.heading].filter(Boolean).join(": ") || "Options";
    sections.set(title, [...sections.get(title) ?? [], [name, spec]]);
  }
  return [...sections];
}

/** Options as lines in two columns. */
export function optionLines(options: readonly [name: string, spec: OptionSpec][]): string[] {
  return columns(options.map(([name, spec]) => rowOf(name, spec)));
}

/** An option's description with what it may be and what it is by default. */
export function descriptionOf({ help = "", choices, default: value, defaultText }: OptionSpec): string {
  const facts = [
    ...(choices ? [choices.join(", ")] : []),
    ...(value !== undefined || defaultText !== undefined ? [`default: ${defaultText ?? value}`] : []),
  ];
  return facts.length === 0 ? help : `${help} (${facts.join("; ")})`;
}

/** An argument as in `[files...]`. */
export function argumentUsage(name: string, { optional, many, default: value }: ArgumentSpec): string {
  const word = many ? `${name}...` : name;
  return optional || value !== undefined ? `[${word}]` : `<${word}>`;
}

type Row = readonly [left: string, right: string];
type Section = [title: string, rows: readonly Row[]];

function page(
  { table, children }: Explained,
  path: readonly string[],
  sections: readonly Section[],
  after: readonly string[],
): string {
  const args = Object.entries(table.arguments ?? {});
  const listed = children.filter(({ table: { hidden } }) => !hidden);
  const all: Section[] = [
    ["Arguments:", args.map(([name, spec]): Row => [name, argumentText(spec)])],
    ["Commands:", listed.map(({ table: { name, summary } }): Row => [name, summary])],
    ...sections,
  ];
  const usage = [
    `Usage: ${path.join(" ")}`,
    ...(listed.length > 0 && args.length === 0 ? ["COMMAND"] : []),
    "[options]",
    ...args.map(([name, spec]) => argumentUsage(name, spec)),
  ];
  return [
    usage.join(" "),
    table.summary,
    ...all.flatMap(([title, rows]) => rows.length > 0 ? [[title, ...columns(rows)].join("\n")] : []),
    ...(table.examples ? [["Examples:", ...table.examples.map((line) => `  ${line}`)].join("\n")] : []),
    ...after.filter((text) => text !== "").map((text) => text.trim()),
  ].map((part) => reflow(part, width())).join("\n\n") + "\n";
}

function shownOptions({ options = {}, usual }: CommandTable): [string, OptionSpec][] {
  if (usual) return usual.map((name) => [name, options[name]]);
  return Object.entries(options).filter(([, { hidden, group }]) => !hidden && group === undefined);
}

/** Where the options are that are not shown. */
function restOf({ options = {}, notes }: CommandTable, shown: readonly string[], path: readonly string[]): string {
  const rest = Object.entries(options).filter(([name, { hidden }]) => !hidden && !shown.includes(name));
  if (rest.length === 0 && !notes) return "";
  const more = rest.length > 0 ? `${rest.length} more options` : "More about it";
  const groups = [...new Set(rest.flatMap(([, { group }]) => group ?? []))];
  const topics = groups.length > 0 ? `; by subject: ${groups.map((name) => `damo help ${name}`).join(", ")}` : "";
  return `${more}: ${path.join(" ")} --help-all${topics}`;
}

function rowOf(name: string, spec: OptionSpec): Row {
  return [`${spec.short === undefined ? "    " : ""}${flagsOf(name, spec)}`, descriptionOf(spec)];
}

function argumentText({ help, choices, default: value }: ArgumentSpec): string {
  return descriptionOf({ help, ...(choices && { choices }), ...(value !== undefined && { default: value }) });
}

/** Two columns; what is too long for the left one has a line of its own. */
function columns(rows: readonly Row[]): string[] {
  const most = 26;
  const left = Math.max(...rows.map(([text]) => text.length).filter((length) => length <= most), 8);
  const indent = " ".repeat(left + 4);
  return rows.flatMap(([name, text]) => {
    const lines = reflow(text, Math.max(24, width() - left - 4)).split("\n");
    const head = name.length > left ? [`  ${name}`, ...(text === "" ? [] : [indent + lines.shift()])] : [
      `  ${name.padEnd(left)}  ${lines.shift()}`.trimEnd(),
    ];
    return [...head, ...lines.map((line) => indent + line)];
  });
}

/** Of the terminal; 80 columns where there is none. */
function width(): number {
  const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 80;
  return Math.max(40, Math.min(columns, 100));
}
