import { type ArgumentSpec, type CommandNode, flagsOf, type OptionGroup, type OptionSpec } from "../options/mod.ts";
import { argumentUsage, descriptionOf } from "./help_text.ts";

/** What the shell can offer for a value. */
export type ValueKind =
  | { kind: "none" }
  | { kind: "file" }
  | { kind: "folder" }
  /** A process, or one of some words. */
  | { kind: "target"; words: readonly string[] }
  | { kind: "words"; words: readonly string[] };

/** One option of a command, as completions and the manual page show it. */
export interface OptionEntry {
  /** As in `-o, --out <file>`. */
  flags: string;
  short: string | undefined;
  long: string;
  description: string;
  /** Absent for an option that takes no value. */
  value: ValueKind | undefined;
  /** The subject that explains it for all commands. */
  group: OptionGroup | undefined;
}

/** One argument of a command. */
export interface ArgumentEntry {
  /** As in `[target]`. */
  usage: string;
  description: string;
  value: ValueKind;
}

/** One command, with those below it. */
export interface CommandEntry {
  /** From the program's name on: `["damo", "report", "heatmap"]`. */
  path: readonly string[];
  aliases: readonly string[];
  description: string;
  examples: readonly string[];
  notes: string;
  options: readonly OptionEntry[];
  arguments: readonly ArgumentEntry[];
  commands: readonly CommandEntry[];
}

/** A command and all below it as completions and the manual page take them: what is hidden is not in it. */
export function commandEntries({ table, children }: CommandNode, above: readonly string[] = []): CommandEntry {
  const path = [...above, table.name];
  const options = Object.entries(table.options ?? {}).filter(([, { hidden }]) => !hidden);
  return {
    path,
    aliases: table.aliases ?? [],
    description: table.summary,
    examples: table.examples ?? [],
    notes: (table.notes ?? "").trim(),
    options: [
      ...options.map(([name, spec]) => optionEntry(name, spec)),
      optionEntry("help", { short: "h", help: "print help" }),
      optionEntry("help-all", { help: "print help with all options" }),
    ],
    arguments: Object.entries(table.arguments ?? {}).map(([name, spec]) => ({
      usage: argumentUsage(name, spec),
      description: spec.help,
      value: valueKindOf(spec),
    })),
    commands: children.filter(({ table: { hidden } }) => !hidden).map((child) => commandEntries(child, path)),
  };
}

/** Every command of the table, those above before those below. */
export function* allCommands(entry: CommandEntry): Generator<CommandEntry> {
  yield entry;
  for (const child of entry.commands) yield* allCommands(child);
}

/** An option as completions and the manual page take it. */
export function optionEntry(name: string, spec: OptionSpec): OptionEntry {
  return {
    flags: flagsOf(name, spec),
    short: spec.short && `-${spec.short}`,
    long: `--${name}`,
    description: descriptionOf(spec),
    value: spec.value === undefined ? undefined : valueKindOf(spec),
    group: spec.group,
  };
}

function valueKindOf({ kind, choices }: Pick<ArgumentSpec, "kind" | "choices">): ValueKind {
  if (choices) return { kind: "words", words: choices };
  if (kind === "target") return { kind, words: ["paddr", "ongoing"] };
  return { kind: kind ?? "none" };
}
