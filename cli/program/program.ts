import process from "node:process";
import { CommanderError, Option } from "commander";
import { type CommandNode, type CommandTable, group } from "../options/mod.ts";
import { VERSION } from "../terminal/mod.ts";
import { joinWords } from "./arguments.ts";
import { buildCommand, HelpAsked, type Program } from "./build.ts";
import { COMMANDS, type Making } from "./commands.ts";

/** What is said after an error at the prompt. */
const TRY_HELP = "(damo --help lists the commands, damo COMMAND --help explains one, damo help lists the topics)";

const DAMO: CommandTable = {
  name: "damo",
  summary: "See what a process, or the whole machine, accesses in memory: when, how often, and where.",
  options: { version: { short: "V", help: "print the version" } },
  examples: [
    "damo record 1234                 record process 1234 until it ends, or Ctrl-C",
    "damo record -- python3 train.py  start a program and record it",
    "damo report heatmap              show ./damon.arrow in the terminal",
    "damo report heatmap -o heat.png  ... as a picture (also .svg, .html, .csv)",
    "damo COMMAND --help              explain a command; damo help lists more topics",
  ],
  afterError: TRY_HELP,
};

/**
 * The program; of its commands only the one that the words begin with, where they do. Each command loads what it does only
 * when it runs.
 *
 * @param command What followed `--` on the command line.
 */
export async function makeProgram(command: string[] | undefined, words: readonly string[] = []): Promise<Program> {
  const making: Making = { words, whole: () => makeProgram(command) };
  const isVersion = words.length === 1 && (words[0] === "--version" || words[0] === "-V");
  const isOne = Object.hasOwn(COMMANDS, words[0] ?? "");
  const children: CommandNode[] = [];
  for (const make of isVersion ? [] : isOne ? [COMMANDS[words[0]]] : Object.values(COMMANDS)) {
    children.push(await make(making));
  }
  if (!isVersion && !isOne) children.push(...(await import("../module/nodes.ts")).moduleShortNodes());
  const root = group(DAMO, children);
  const parser = buildCommand(root, command).addOption(new Option("--help_all").hideHelp());
  parser.on("option:version", () => {
    console.log(VERSION);
    throw new CommanderError(0, "commander.version", VERSION);
  });
  return {
    root,
    parser,
    run: async (args) => {
      const { words, path } = joinWords(args, root);
      let isAll = false;
      parser.on("option:help_all", () => {
        isAll = true;
        throw new HelpAsked(path, false);
      });
      try {
        await parser.parseAsync(words, { from: "user" });
      } catch (error) {
        if (!(error instanceof HelpAsked)) throw error;
        const { allHelpOf, helpOf } = await import("./help_text.ts");
        const names = error.path.map(({ table }) => table.name);
        const text = (isAll ? allHelpOf : helpOf)(error.path[error.path.length - 1], names);
        (error.isError ? process.stderr : process.stdout).write(text);
        throw new CommanderError(error.isError ? 2 : 0, "commander.help", "(help)");
      }
    },
  };
}
