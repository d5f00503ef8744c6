import { Argument, Command } from "@commander-js/extra-typings";
import { type DamonModule, MODULES } from "../../damon/modules/mod.ts";
import { moduleOptions } from "./options.ts";

const ACTIONS = ["status", "enable", "disable", "commit", "read", "write"] as const;

/** What is done with a module. */
export type ModuleAction = typeof ACTIONS[number];

/** The options of every module's command, as parsed, and those of the module's own. */
export interface ModuleCommandOptions {
  force?: true;
  dry_run?: true;
  json?: true;
  [name: string]: unknown;
}

/** `damo module NAME ACTION`: looks at and steers the kernel's own DAMON modules. */
export function moduleCommand() {
  const command = new Command("module")
    .description("Look at and steer the kernel's own DAMON modules: reclaim, lru_sort, stat and others.")
    .argument("[name]", "another module, without damon_ before it")
    .argument("[action]", "status, enable, disable, commit, read or write")
    .argument("[words...]", "what to read; what to write, as PARAM VALUE pairs")
    .option("--force", "change a module also where damo did not turn it on")
    .option("--dry_run", "print the exact writes, and do none")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nWithout a name it lists the modules that this kernel has. damo reclaim and damo lru_sort are short for two.",
    )
    .action(async (name, action, words, options) => {
      const { listModules, runModule } = await import("./run.ts");
      if (name === undefined) return await listModules(options);
      const { moduleOf } = await import("../../damon/modules/module.ts");
      if (action !== undefined && !(ACTIONS as readonly string[]).includes(action)) {
        throw new TypeError(`Cannot use ${action} as an action as it must be one of: ${ACTIONS.join(", ")}`);
      }
      await runModule(moduleOf(name), (action ?? "status") as ModuleAction, words, options as ModuleCommandOptions);
    });
  for (const module of MODULES) command.addCommand(oneModuleCommand(module));
  return command;
}

/** `damo reclaim`, `damo lru_sort`: the peer's short forms. */
export function moduleShortCommands() {
  return MODULES.filter(({ short }) => short !== "stat").map((module) => oneModuleCommand(module).alias(module.name));
}

function oneModuleCommand(module: DamonModule) {
  const { name, short, doc, parameters } = module;
  const hasCommit = parameters.some(({ access }) => access === "commit");
  const actions = ACTIONS.filter((action) => hasCommit || action !== "commit");
  const command = new Command(short)
    .alias(name)
    .description(`${name.toUpperCase()}, which ${doc}.`)
    .addArgument(new Argument("[action]", "what to do").choices(actions).default("status"))
    .argument("[words...]", "what to read; what to write, as PARAM VALUE pairs");
  for (const { flags, description } of moduleOptions(module)) command.option(flags, description);
  if (short === "stat") addIdleOptions(command as unknown as Command);
  return command
    .option("--force", "change it also where damo did not turn it on")
    .option("--dry_run", "print the exact writes, and do none")
    .option("--json", "print JSON")
    .addHelpText("after", notesOf(module))
    .action(async (action, words, _options, command) => {
      const { runModule } = await import("./run.ts");
      // Those that the command above has too are given to that one.
      await runModule(module, action as ModuleAction, words, command.optsWithGlobals() as ModuleCommandOptions);
    });
}

function addIdleOptions(command: Command): void {
  command
    .option("--idle_time_mem_sz_lines <count>", "lines of read idle_time_mem_sz (default: 10)")
    .option("--idle_time_percentiles_range <start end step...>", "of read idle_time_percentiles (default: 0 101 10)")
    .option(
      "--input_idle_time_percentiles <percentile seconds...>",
      "show these pairs, or a file's, in place of the kernel's",
    )
    .option("--raw_number", "plain numbers: seconds and percent");
}

function notesOf({ short }: DamonModule): string {
  const safety = `
A module takes DAMON alone: it is not turned on while somebody else uses DAMON, nor turned off or changed where somebody
else turned it on (--force does it all the same). disable brings back the parameters that were there before enable.`;
  if (short === "stat") {
    return `${safety}
read also takes idle_time_mem_sz and idle_time_percentiles. See how long memory has been idle with: damo report idle`;
  }
  return `
Times take units (a bare number is in the parameter's own unit), sizes K, M, G, shares per thousand or percent.
What is set while the module is on is in force after commit.
${safety}`;
}
