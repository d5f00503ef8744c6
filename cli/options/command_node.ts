import type { Command } from "commander";
import type { CommandContext, CommandRun, CommandTable } from "./command_table.ts";
import type { ArgumentTable, OptionTable, ParsedArguments, ParsedOptions } from "./option_table.ts";

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
