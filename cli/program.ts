import { Command, type Option } from "@commander-js/extra-typings";
import { argsCommand } from "./args.ts";
import { completionCommand } from "./completion.ts";
import { catCommand } from "./cat.ts";
import { convertCommand } from "./convert.ts";
import { adjustCommand, cutCommand } from "./cut.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { helpCommand } from "./help.ts";
import { infoCommand } from "./info_command.ts";
import { labCommand } from "./lab.ts";
import { mergeCommand } from "./merge.ts";
import { moduleCommand, moduleShortCommands } from "./module.ts";
import { recordCommand } from "./record.ts";
import { reportCommand } from "./report.ts";
import { schemesCommand } from "./schemes.ts";
import { pauseCommand, startCommand, tuneCommand } from "./start.ts";
import { statusCommand } from "./status.ts";
import { stopCommand } from "./stop.ts";
import { parseNs } from "../damon/units.ts";
import { traceCommand } from "./trace.ts";
import { VERSION } from "./version.ts";
import { workloadCommand } from "./workload.ts";

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

/**
 * The command tree. Each command loads what it needs only when it runs, so that `--help` is quick.
 *
 * @param command What followed `--` on the command line.
 */
export function makeProgram(command: string[] | undefined): Command {
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
  damo record 1234                    record process 1234 until it ends, or Ctrl-C
  damo record -- python3 train.py     start a program and record it
  damo record paddr --timeout 60      record the whole machine's memory for a minute
  damo report heatmap                 show ./damon.arrow in the terminal
  damo report heatmap -o heat.png     ... as a picture (also .svg, .html, .vl.json, .csv, .json)`,
    );
  for (
    const sub of [
      recordCommand(command),
      traceCommand(command),
      reportCommand(),
      convertCommand(),
      infoCommand(),
      catCommand(),
      cutCommand(),
      mergeCommand(),
      adjustCommand(),
      schemesCommand(command, (text) => parseNs(text, "s") / 1e9),
      startCommand(),
      tuneCommand(),
      statusCommand(),
      pauseCommand("pause"),
      pauseCommand("resume"),
      stopCommand(),
      argsCommand(),
      moduleCommand(),
      doctorCommand(),
      workloadCommand(command),
      labCommand(command),
      demoCommand(),
      completionCommand(() => program as unknown as Command),
      helpCommand(() => program as unknown as Command),
    ]
  ) {
    program.addCommand(sub as unknown as Command);
  }
  for (const sub of moduleShortCommands()) program.addCommand(sub as unknown as Command, { hidden: true });
  // Sub-commands were made on their own: they do not inherit how errors leave.
  const settle = (node: Command) => {
    node.exitOverride();
    node.options.forEach(nameInErrors);
    node.commands.forEach((child) => settle(child as Command));
  };
  settle(program as unknown as Command);
  return program as unknown as Command;
}
