import type { OptionGroup } from "../options/mod.ts";
import { allCommands, type CommandEntry, type OptionEntry, optionEntry } from "./command_entry.ts";
import { type HelpTopic, TOPICS } from "./help_topics.ts";

/** Roff takes a backslash, and a dot or a quote at the start of a line, for its own. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll(/^([.'])/gm, "\\&$1");
}

/** Lines that begin with two blanks stay as they are; the others flow together, empty ones part paragraphs. */
function flow(text: string): string {
  const lines: string[] = [];
  let isExample = false;
  for (const line of text.replace(/^\n+|\s+$/g, "").split("\n")) {
    const example = /^ {2}|^(bash|zsh|fish|[A-Z_]{4,}) {2}/.test(line);
    if (example !== isExample) lines.push(example ? ".RS 4\n.nf" : ".fi\n.RE");
    isExample = example;
    lines.push(line.trim() === "" ? ".PP" : escape(example ? line.replace(/^ {2}/, "") : line));
  }
  if (isExample) lines.push(".fi\n.RE");
  return lines.join("\n");
}

/** The manual page, section 8, in the macros of man(7), made from the tables that the program's help is made of. */
export async function manPage(root: CommandEntry, topics: readonly HelpTopic[], version: string): Promise<string> {
  const [program, ...commands] = [...allCommands(root)];
  const sections: string[] = [];
  for (const { title, text, options } of topics) {
    sections.push(`.SH ${escape(title.toUpperCase())}`, flow(text));
    const entries = Object.entries(await options?.() ?? {}).filter(([, { hidden }]) => !hidden);
    sections.push(...optionLines(entries.map(([name, spec]) => optionEntry(name, spec))));
  }
  return [
    `.TH DAMO 8 "" "damo ${version}" "System Administration"`,
    ".SH NAME",
    `damo \\- ${escape(program.description.replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    ".B damo",
    "\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
    ".SH DESCRIPTION",
    escape(
      "DAMON is the kernel's data access monitor. damo controls it, records what it sees, and shows when a process, or the " +
        "whole machine, accesses which memory how often. If the kernel has no DAMON, damo's own page sampler takes its place.",
    ),
    ...examplesOf(program),
    ".SH OPTIONS",
    ...optionLines(program.options),
    ".SH COMMANDS",
    ...commands.flatMap(commandOf),
    ...sections,
    ".SH SEE ALSO",
    "https://docs.kernel.org/admin\\-guide/mm/damon/index.html",
    "",
  ].join("\n");
}

function commandOf(entry: CommandEntry): string[] {
  const usage = [
    `\\fB${escape(entry.path.slice(1).join(" "))}\\fR`,
    "[\\fIOPTIONS\\fR]",
    ...entry.arguments.map(({ usage }) => `\\fI${escape(usage)}\\fR`),
  ];
  const aliases = entry.aliases.length ? [`Also: ${escape(entry.aliases.join(", "))}.`] : [];
  const own = entry.options.filter(({ group, long }) => group === undefined && !HELP.includes(long));
  return [
    `.SS ${usage.join(" ")}`,
    escape(entry.description),
    ...aliases,
    ...optionLines(own),
    ...groupsOf(entry),
    ...(entry.notes ? [".PP", flow(entry.notes)] : []),
    ...examplesOf(entry),
  ];
}

/** Every command has them: they stand once in the page. */
const HELP: readonly string[] = ["--help", "--help-all"];

/** Which options of other sections a command also takes: those of a topic stand there, once. */
function groupsOf({ options }: CommandEntry): string[] {
  const groups = [...new Set(options.flatMap(({ group }) => group ?? []))];
  if (groups.length === 0) return [];
  const names = groups.map((group) => GROUP_SECTIONS[group].toUpperCase());
  return [".PP", escape(`It also takes the options under ${names.join(", and ")}.`)];
}

const GROUP_SECTIONS: Readonly<Record<OptionGroup, string>> = {
  filters: topicTitle("filters"),
  output: topicTitle("output"),
  damon: topicTitle("damon"),
};

function topicTitle(group: OptionGroup): string {
  return TOPICS.find(({ name }) => name === group)!.title;
}

function examplesOf({ examples }: CommandEntry): string[] {
  return examples.length > 0 ? [".PP", flow(examples.map((line) => `  ${line}`).join("\n"))] : [];
}

function optionLines(options: readonly OptionEntry[]): string[] {
  return options.flatMap(({ flags, description }) => [".TP", `\\fB${escape(flags)}\\fR`, escape(description)]);
}
