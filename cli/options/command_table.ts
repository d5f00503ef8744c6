import type { Command } from "commander";
import type { ArgumentTable, OptionTable, ParsedArguments, ParsedOptions } from "./option_table.ts";

/** One command as data: everything about it but what it does. */
export interface CommandTable<A extends ArgumentTable = ArgumentTable, O extends OptionTable = OptionTable> {
  name: string;
  aliases?: readonly string[];
  /** Not shown in help, nor completed: a name that the Python damo has. */
  hidden?: true;
  /** What it is for, in a sentence or two. */
  summary: string;
  arguments?: A;
  options?: O;
  /** The options that `--help` shows, in this order; all of its own where absent. */
  usual?: readonly string[];
  /** Command lines with a few words each, for `--help`. */
  examples?: readonly string[];
  /** What else there is to know: paragraphs for `--help-all` and the manual page. */
  notes?: string;
  /** Options that the Python damo's command has and this one has not: what to type instead. */
  pointers?: Readonly<Record<string, string>>;
  /** What is said after an error in its arguments. */
  afterError?: string;
  /** What follows the name of a command below is for that one, also where this one has such an option. */
  positional?: true;
  /** Options that it does not know are for a program that it starts. */
  passesOptions?: true;
}

/** What a command gets besides its options and arguments. */
export interface CommandContext {
  /** What followed `--` on the command line. */
  command: string[] | undefined;
  /** Options that were given to the command above it. */
  above: Readonly<Record<string, unknown>>;
}

/** What a command does with what was parsed. */
export type CommandRun<A extends ArgumentTable, O extends OptionTable> = (
  options: ParsedOptions<O>,
  args: ParsedArguments<A>,
  context: CommandContext,
) => Promise<void> | void;

/** Options of a command, as parsed. */
export type OptionsOf<C> = C extends { options: infer O extends OptionTable } ? ParsedOptions<O> : never;

/** A command as it is written down, with the types of its options and arguments. */
export function defineCommand<const A extends ArgumentTable, const O extends OptionTable>(
  table: CommandTable<A, O> & { usual?: readonly (keyof O & string)[] },
): CommandTable<A, O> & { options: O } {
  return { ...table, options: table.options ?? ({} as O) };
}

/** A command with what it does, and the commands below it. */
export interface CommandNode {
  table: CommandTable;
  children: readonly CommandNode[];
  /** The child that is meant where none is named. */
  otherwise?: string;
  /** Lets the parser do what the command does. */
  bind(command: Command, afterDashes: string[] | undefined): void;
}

/** A table with what its command does. */
export function wired<A extends ArgumentTable, O extends OptionTable>(
  table: CommandTable<A, O>,
  run: CommandRun<A, O>,
  children: readonly CommandNode[] = [],
): CommandNode {
  const names = Object.keys(table.arguments ?? {});
  return {
    table,
    children,
    bind: (command, afterDashes) =>
      void command.action(async (...values) => {
        const args = Object.fromEntries(names.map((name, i) => [name, values[i]])) as ParsedArguments<A>;
        const context: CommandContext = { command: afterDashes, above: command.parent?.opts() ?? {} };
        await run(command.opts<ParsedOptions<O>>(), args, context);
      }),
  };
}

/** A command that only leads to those below it. */
export function group(table: CommandTable, children: readonly CommandNode[], otherwise?: string): CommandNode {
  return { table, children, ...(otherwise !== undefined && { otherwise }), bind: () => {} };
}
