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
