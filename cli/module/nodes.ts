import { type DamonModule, MODULES } from "../../damon/modules/mod.ts";
import { type CommandNode, wired } from "../options/mod.ts";
import { ACTIONS, MODULE, type ModuleCommandOptions, oneModuleTable } from "./module.ts";

/** `damo module`, with a command for each module that is known. */
export function moduleNode(): CommandNode {
  return wired(MODULE, async (options, { name, action = "status", words }) => {
    const { listModules, runModule } = await import("./run.ts");
    if (name === undefined) return await listModules(options);
    const { moduleOf } = await import("../../damon/modules/module.ts");
    const found = ACTIONS.find((each) => each === action);
    if (found === undefined) throw new TypeError(`${action} is no action: use one of ${ACTIONS.join(", ")}`);
    await runModule(moduleOf(name), found, words, options);
  }, MODULES.map((module) => oneModuleNode(module)));
}

/** `damo reclaim`, `damo lru_sort`: the Python damo's short forms. */
export function moduleShortNodes(): CommandNode[] {
  return MODULES.filter(({ short }) => short !== "stat").map((module) => oneModuleNode(module, true));
}

function oneModuleNode(module: DamonModule, hidden = false): CommandNode {
  const table = oneModuleTable(module);
  return wired(
    { ...table, ...(hidden && { hidden }) },
    async (options: ModuleCommandOptions, { action, words }, { above }) => {
      const { runModule } = await import("./run.ts");
      // Those that the command above has too are given to that one.
      await runModule(module, action, words, { ...options, ...above });
    },
  );
}
