import type { Command, CommandUnknownOpts } from "@commander-js/extra-typings";

/** What the shell can offer for a value. */
export type ValueKind =
  | { kind: "none" }
  | { kind: "file" }
  | { kind: "folder" }
  /** A process, or one of some words. */
  | { kind: "target"; words: readonly string[] }
  | { kind: "words"; words: readonly string[] };

/** One option of a command, as help, completions and the manual page show it. */
export interface OptionEntry {
  /** As in `-o, --out <file>`. */
  flags: string;
  short: string | undefined;
  long: string;
  description: string;
  /** Absent for an option that takes no value. */
  value: ValueKind | undefined;
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
  /** What stands in its help after the options. */
  notes: string;
  options: readonly OptionEntry[];
  arguments: readonly ArgumentEntry[];
  commands: readonly CommandEntry[];
}

/** The one table that completions, topics and the manual page are made from: what is hidden is not in it. */
export function commandTable(program: Command): CommandEntry {
  return entryOf(program as unknown as CommandUnknownOpts, []);
}

/** Every command of the table, those above before those below. */
export function* allCommands(entry: CommandEntry): Generator<CommandEntry> {
  yield entry;
  for (const child of entry.commands) yield* allCommands(child);
}

function entryOf(command: CommandUnknownOpts, above: readonly string[]): CommandEntry {
  const path = [...above, command.name()];
  const help = command.createHelp();
  return {
    path,
    aliases: command.aliases(),
    description: command.description(),
    notes: notesOf(command),
    options: help.visibleOptions(command).map((option) => ({
      flags: option.flags,
      short: option.short,
      long: option.long ?? option.short ?? "",
      description: help.optionDescription(option),
      value: option.required || option.optional
        ? valueKindOf(option.argChoices, /[<[]([\w-]+)/.exec(option.flags)?.[1] ?? "")
        : undefined,
    })),
    arguments: command.registeredArguments.map((argument) => ({
      usage: help.argumentTerm(argument) && usageOf(argument.name(), argument.required, argument.variadic),
      description: argument.description,
      value: valueKindOf(argument.argChoices, argument.name()),
    })),
    commands: command.commands
      .filter((child) => !(child as unknown as { _hidden?: boolean })._hidden)
      .map((child) => entryOf(child, path)),
  };
}

function usageOf(name: string, required: boolean, variadic: boolean): string {
  const word = variadic ? `${name}...` : name;
  return required ? `<${word}>` : `[${word}]`;
}

function valueKindOf(choices: readonly string[] | undefined, name: string): ValueKind {
  if (choices) return { kind: "words", words: choices };
  if (/^(files?|input|output|record|config|in|out|a|b)$/i.test(name)) return { kind: "file" };
  if (/^(folder|dir|directory)$/i.test(name)) return { kind: "folder" };
  if (/^target$/i.test(name)) return { kind: "target", words: ["paddr", "ongoing"] };
  return { kind: "none" };
}

/** Commander keeps what follows a command's help as listeners only: they are asked for it. */
function notesOf(command: CommandUnknownOpts): string {
  const parts: string[] = [];
  (command as unknown as { emit(event: string, context: unknown): void }).emit("afterHelp", {
    error: false,
    command,
    write: (text: string) => parts.push(text),
  });
  return parts.join("").trim();
}
