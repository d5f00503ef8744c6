import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { type CommandNode, flagsOf, type OptionSpec, WORD_SEPARATOR } from "../options/mod.ts";

/** The commands of a command line, and the parser made of them. */
export interface Program {
  root: CommandNode;
  parser: Command;
  /** Parses words and does what they say. */
  run(words: readonly string[]): Promise<void>;
}

/** Help is wanted: what the parser stops with, so that the texts are loaded only then. */
export class HelpAsked extends Error {
  /** The commands from the program on to the one that is to be explained; `isError` where a command is missing. */
  constructor(readonly path: readonly CommandNode[], readonly isError: boolean) {
    super("help");
  }
}

/** The parser of a command and all below it. */
export function buildCommand(
  node: CommandNode,
  afterDashes?: string[],
  above: readonly CommandNode[] = [],
): Command {
  const { table, children, otherwise } = node;
  const path = [...above, node];
  const command = new Command(table.name)
    .description(table.summary)
    .helpCommand(false)
    .helpOption("-h, --help", "print this help")
    .configureHelp({
      prepareContext: ({ error }) => {
        throw new HelpAsked(path, error === true);
      },
    })
    .showHelpAfterError(table.afterError ?? false)
    .exitOverride();
  for (const alias of table.aliases ?? []) command.alias(alias);
  if (table.passesOptions) command.allowUnknownOption();
  for (const [name, spec] of Object.entries(table.arguments ?? {})) {
    const { optional, many, choices, help } = spec;
    const word = many ? `${name}...` : name;
    const argument = new Argument(optional || spec.default !== undefined ? `[${word}]` : `<${word}>`, help);
    if (choices) argument.choices([...choices]);
    if (spec.default !== undefined) argument.default(spec.default);
    command.addArgument(argument);
  }
  for (const [name, spec] of Object.entries(table.options ?? {})) command.addOption(optionOf(name, spec));
  if (table.positional) command.enablePositionalOptions();
  for (const child of children) {
    const { name, hidden } = child.table;
    command.addCommand(buildCommand(child, afterDashes, path), {
      ...(hidden && { hidden }),
      isDefault: name === otherwise,
    });
  }
  node.bind(command, afterDashes);
  return command;
}

function optionOf(name: string, spec: OptionSpec): Option {
  const { value, many, choices, defaultText, implies, hidden } = spec;
  // What takes several words arrives as one value.
  const option = new Option(flagsOf(name, { ...spec, words: 1 }), spec.help ?? "");
  if (spec.default !== undefined) option.default(spec.default, defaultText);
  if (implies) option.implies(implies);
  if (hidden) option.hideHelp();
  if (spec.mandatory) option.makeOptionMandatory();
  if (value === undefined) return option;
  if (many === undefined && choices) return option.choices([...choices]);
  const parse = (text: string) => parsedOf(name, spec, text);
  if (many === undefined) return spec.parse ? option.argParser(parse) : option;
  return option.argParser((text: string, before: unknown[] | undefined = []) => {
    const values = wordsOf(spec, text).map(parse);
    return [...before, ...(many === "occurrences" ? [values] : values)];
  });
}

/** `--damos_age="60s max"` says in one word what else are two. */
function wordsOf({ quoted }: OptionSpec, text: string): string[] {
  const words = text.split(WORD_SEPARATOR);
  return words.length === 1 && quoted ? text.trim().split(/\s+/) : words;
}

function parsedOf(name: string, { choices, parse }: OptionSpec, text: string): unknown {
  if (choices && !choices.includes(text)) {
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
  }
  try {
    return parse ? parse(text) : text;
  } catch (error) {
    if (error instanceof SyntaxError) error.message += ` (--${name})`;
    throw error;
  }
}
