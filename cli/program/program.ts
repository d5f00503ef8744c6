import process from "node:process";
import { Command, type Option } from "@commander-js/extra-typings";
import { reflowForTerminal } from "./reflow.ts";
import { VERSION } from "../terminal/mod.ts";

/** Lets a value that does not parse name its option. */
function nameInErrors(option: Option): void {
  const parse = option.parseArg;
  if (parse === undefined) return;
  option.parseArg = <T>(value: string, previous: T): T => {
    try {
      return parse(value, previous);
    } catch (error) {
      if (error instanceof SyntaxError) error.message += ` (${option.long})`;
      throw error;
    }
  };
}

/** What commands are made with. */
interface Making {
  /** What followed `--` on the command line. */
  command: string[] | undefined;
  /** The words before that. */
  words: readonly string[];
  /** The whole tree. */
  whole: () => Promise<Command>;
}

type Maker = (making: Making) => Promise<{ parseAsync: unknown }>;

/** Each command by its name, in the order of `--help`. Loading and making all of them takes longer than what most do. */
const MAKERS: Record<string, Maker> = {
  record: async ({ command }) => (await import("../record/record.ts")).recordCommand(command),
  trace: async ({ command }) => (await import("../record/trace.ts")).traceCommand(command),
  report: async ({ words }) =>
    await (await import("../report/report.ts")).reportCommand(words.length === 0 ? "--help" : words[1]),
  convert: async () => (await import("../convert/convert.ts")).convertCommand(),
  info: async () => (await import("../convert/info_command.ts")).infoCommand(),
  cat: async () => (await import("../convert/cat.ts")).catCommand(),
  cut: async () => (await import("../convert/cut.ts")).cutCommand(),
  merge: async () => (await import("../convert/merge.ts")).mergeCommand(),
  adjust: async () => (await import("../convert/cut.ts")).adjustCommand(),
  schemes: async ({ command }) => {
    const [{ schemesCommand }, { parseNs }] = await Promise.all([
      import("../schemes/schemes.ts"),
      import("../../damon/model/units.ts"),
    ]);
    return schemesCommand(command, (text) => parseNs(text, "s") / 1e9);
  },
  start: async () => (await import("../control/start.ts")).startCommand(),
  tune: async () => (await import("../control/start.ts")).tuneCommand(),
  status: async () => (await import("../control/status.ts")).statusCommand(),
  pause: async () => (await import("../control/start.ts")).pauseCommand("pause"),
  resume: async () => (await import("../control/start.ts")).pauseCommand("resume"),
  stop: async () => (await import("../control/stop.ts")).stopCommand(),
  args: async () => (await import("../control/args.ts")).argsCommand(),
  module: async () => (await import("../module/module.ts")).moduleCommand(),
  doctor: async () => (await import("../doctor/doctor.ts")).doctorCommand(),
  workload: async ({ command }) => (await import("../demo/workload.ts")).workloadCommand(command),
  lab: async ({ command }) => (await import("../demo/lab.ts")).labCommand(command),
  demo: async () => (await import("../demo/demo.ts")).demoCommand(),
  completion: async ({ whole }) => (await import("./completion.ts")).completionCommand(whole),
  help: async ({ whole }) => (await import("./help.ts")).helpCommand(whole),
};

/**
 * The command tree; of it only the command that the words begin with, where they do. Each command loads what it needs only
 * when it runs.
 *
 * @param command What followed `--` on the command line.
 */
export async function makeProgram(command: string[] | undefined, words: readonly string[] = []): Promise<Command> {
  const program = new Command("damo")
    .description("See what a process, or the whole machine, really touches in memory: when, how often, and where.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false })
    .showSuggestionAfterError()
    .showHelpAfterError("(damo --help lists the commands, damo COMMAND --help the options, damo help the topics)")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  damo record 1234                 record process 1234 until it ends, or Ctrl-C
  damo record -- python3 train.py  start a program and record it
  damo record paddr --timeout 60   record the machine's memory for a minute
  damo report heatmap              show ./damon.arrow in the terminal
  damo report heatmap -o heat.png  ... as a picture (also .svg, .html, .csv)`,
    ) as unknown as Command;
  const making: Making = { command, words, whole: () => makeProgram(command) };
  const isVersion = words.length === 1 && (words[0] === "--version" || words[0] === "-V");
  const isOne = Object.hasOwn(MAKERS, words[0] ?? "");
  for (const maker of isVersion ? [] : isOne ? [MAKERS[words[0]]] : Object.values(MAKERS)) {
    program.addCommand(await maker(making) as unknown as Command);
  }
  if (!isVersion && !isOne) {
    const { moduleShortCommands } = await import("../module/module.ts");
    for (const sub of moduleShortCommands()) program.addCommand(sub as unknown as Command, { hidden: true });
  }
  // Sub-commands were made on their own: they do not inherit how errors leave, nor how help looks.
  const settle = (node: Command) => {
    node.exitOverride();
    // It wraps options only, not what follows them.
    node.configureOutput({ writeOut: (text) => void process.stdout.write(reflowForTerminal(text)) });
    // Commander would leave a narrow column to the terminal, which begins the rest of a line at its left.
    node.configureHelp({ ...node.configureHelp(), minWidthToWrap: 16 });
    node.options.forEach(nameInErrors);
    node.commands.forEach((child) => settle(child as Command));
  };
  settle(program);
  return program;
}
