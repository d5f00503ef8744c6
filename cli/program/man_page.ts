import { allCommands, type CommandEntry } from "./command_table.ts";
import type { HelpTopic } from "./help_topics.ts";

/** Roff takes a backslash, and a dot or a quote at the start of a line, for its own. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll(/^([.'])/gm, "\\&$1");
}

/** Lines that begin with two blanks stay as they are; the others flow together, empty ones part paragraphs. */
function flow(text: string): string {
  const lines: string[] = [];
  let isExample = false;
  for (const line of text.trim().split("\n")) {
    const example = /^ {2}|^(bash|zsh|fish|[A-Z_]{4,}) {2}/.test(line);
    if (example !== isExample) lines.push(example ? ".RS 4\n.nf" : ".fi\n.RE");
    isExample = example;
    lines.push(line.trim() === "" ? ".PP" : escape(example ? line.replace(/^ {2}/, "") : line));
  }
  if (isExample) lines.push(".fi\n.RE");
  return lines.join("\n");
}

/** The manual page, section 8, in the macros of man(7), made from the tables that the program's help is made of. */
export function manPage(root: CommandEntry, topics: readonly HelpTopic[], version: string): string {
  const [program, ...commands] = [...allCommands(root)];
  return [
    `.TH DAMO 8 "" "damo ${version}" "System Administration"`,
    ".SH NAME",
    `damo \\- ${escape(program.description.replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    ".B damo",
    "\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
    ".SH DESCRIPTION",
    escape(
      "DAMON is the kernel's data access monitor. damo drives it, records what it sees, and shows it: when a process, or " +
        "the whole machine, touches which memory how often. Where the kernel has no DAMON, its own page sampler looks.",
    ),
    ".PP",
    flow(program.notes),
    ".SH OPTIONS",
    ...optionsOf(program),
    ".SH COMMANDS",
    ...commands.flatMap(commandOf),
    ...topics.flatMap(({ title, text }) => [`.SH ${escape(title.toUpperCase())}`, flow(text)]),
    ".SH SEE ALSO",
    "https://docs.kernel.org/admin\\-guide/mm/damon/index.html",
    "",
  ].join("\n");
}

function commandOf(entry: CommandEntry): string[] {
  const usage = [
    `\\fB${escape(entry.path.slice(1).join(" "))}\\fR`,
    ...(entry.options.length > 1 ? ["[\\fIOPTIONS\\fR]"] : []),
    ...entry.arguments.map(({ usage }) => `\\fI${escape(usage)}\\fR`),
  ];
  const aliases = entry.aliases.length ? [`Also: ${escape(entry.aliases.join(", "))}.`] : [];
  return [
    `.SS ${usage.join(" ")}`,
    escape(entry.description),
    ...aliases,
    ...optionsOf(entry),
    ...(entry.notes ? [".PP", flow(entry.notes)] : []),
  ];
}

function optionsOf(entry: CommandEntry): string[] {
  return entry.options.filter(({ long }) => long !== "--help").flatMap(({ flags, description }) => [
    ".TP",
    `\\fB${escape(flags)}\\fR`,
    escape(description),
  ]);
}
