import { type DamonModule, formatModuleValue, MODULES, parameterOf, titleOfModule } from "../../damon/mod.ts";
import {
  changeModule,
  isOurModule,
  moduleNames,
  type ModulePlan,
  type ModuleStatus,
  planModule,
  readModule,
  readModuleEntry,
  requireParameter,
} from "../../kernel/modules/mod.ts";
import { defaultRoots, freeMemoryPermil, type Roots } from "../../kernel/machine/mod.ts";
import { requireKernelTrees } from "../../kernel/control/mod.ts";
import type { ModuleAction, ModuleCommandOptions } from "./module.ts";
import { moduleOptions } from "./options.ts";
import { formatModule } from "./text.ts";
import { valuesOf, writingOf } from "./values.ts";
import { shellWord } from "../terminal/mod.ts";

/** `damo module`: the modules that this kernel has, and those that it could have. */
export async function listModules({ json }: Pick<ModuleCommandOptions, "json">): Promise<void> {
  const roots = defaultRoots();
  requireKernelTrees(roots);
  const { moduleOf } = await import("../../damon/modules/module.ts");
  const there = moduleNames(roots);
  const rows = [];
  for (const name of there) {
    const status = await readModule(roots, moduleOf(name));
    rows.push({ name, isOn: status.isOn, turnedOnBy: ownerOf(roots, status) });
  }
  if (json) return console.log(JSON.stringify(rows, null, 2));
  for (const { name, isOn, turnedOnBy } of rows) {
    const { short, doc } = moduleOf(name);
    console.log(`${short.padEnd(10)} ${isOn ? `on, turned on by ${turnedOnBy}` : "off"}; it ${doc}`);
  }
  for (const { name, short, option, since } of MODULES) {
    if (!there.includes(name)) {
      console.log(`${short.padEnd(10)} not in this kernel: ${option}=y, Linux ${since} or newer`);
    }
  }
}

/** `damo module NAME ACTION`. */
export async function runModule(
  module: DamonModule,
  action: ModuleAction,
  words: readonly string[],
  options: ModuleCommandOptions,
): Promise<void> {
  const roots = defaultRoots();
  requireKernelTrees(roots);
  if (action === "read") return await read(roots, module, words, options);
  const named = moduleOptions(module).find(({ name }) => options[name] !== undefined);
  if (named && (action === "status" || action === "disable" || action === "write")) {
    throw new TypeError(
      `--${named.name} is for enable and commit, not ${action}` +
        (action === "write" ? "; write takes PARAM VALUE pairs" : "; leave it out"),
    );
  }
  if (action !== "write" && words.length > 0) {
    throw new TypeError(`${action} takes no more words; leave out: ${words.join(" ")}`);
  }
  if (action === "status") return await status(roots, module, options);
  const wanted = action === "write" ? writingOf(module, words) : { action, values: valuesOf(module, options) };
  const request = {
    module,
    ...wanted,
    force: options.force === true,
    command: ["damo", ...Deno.args.map(shellWord)].join(" "),
  };
  if (options.dry_run) {
    const { writes } = await planModule(roots, request);
    for (const { path, text } of writes) console.log(`echo ${shellWord(text)} > ${roots.modules}/${path}`);
    return;
  }
  const { plan, after } = await changeModule(roots, request);
  for (const line of linesOf(wanted.action, plan, after)) console.log(line);
}

async function read(
  roots: Roots,
  module: DamonModule,
  words: readonly string[],
  options: ModuleCommandOptions,
): Promise<void> {
  if (module.short === "stat" && words.some((word) => word.startsWith("idle_time_"))) {
    const { readIdleTimes } = await import("./idle.ts");
    return await readIdleTimes(roots, module, words, options);
  }
  const status = await readModule(roots, module);
  for (const name of words) requireParameter(status, name);
  const shown = words.length > 0 ? words : [...status.values.keys()];
  if (options.json) {
    return console.log(
      JSON.stringify(Object.fromEntries(shown.map((name) => [name, status.values.get(name)])), null, 2),
    );
  }
  for (const name of shown) console.log(`${words.length === 1 ? "" : `${name}: `}${status.values.get(name)}`);
}

async function status(roots: Roots, module: DamonModule, { json }: ModuleCommandOptions): Promise<void> {
  const status = await readModule(roots, module);
  const owner = ownerOf(roots, status);
  if (json) {
    const parameters = [...status.values].map(([name, value]) => {
      const { access, unit, doc } = parameterOf(module, name) ?? {};
      return { name, value, access, unit, doc };
    });
    const { isOn, hasGivenUp, thread } = status;
    return console.log(
      JSON.stringify({ name: module.name, isOn, hasGivenUp, turnedOnBy: owner, thread, parameters }, null, 2),
    );
  }
  const isTerminal = Deno.stdout.isTerminal();
  const width = isTerminal ? Math.min(Math.max(Deno.consoleSize().columns, 80), 110) : 80;
  console.log(formatModule(status, { width, owner, freePermil: freeMemoryPermil(roots) }));
}

/** Who turned it on, in words; absent while it is off. */
function ownerOf(roots: Roots, status: ModuleStatus): "damo" | "somebody else" | undefined {
  if (!status.isOn) return undefined;
  return isOurModule(status, readModuleEntry(roots, status.module)) ? "damo" : "somebody else";
}

function linesOf(action: ModuleAction, { status: before, writes, isOurs }: ModulePlan, after: ModuleStatus): string[] {
  const { module } = after;
  const title = titleOfModule(module);
  const named = `damo module ${module.short}`;
  const changes = [...after.values].filter(([name, text]) =>
    after.inputs.includes(name) && before.values.get(name) !== text
  ).map(([name, text]) => {
    const show = (value: string) => formatModuleValue(parameterOf(module, name) ?? { unit: "text" }, value);
    return `  ${name}: ${show(before.values.get(name) ?? "")} -> ${show(text)}`;
  });
  const thread = after.thread ? ` (kernel thread ${after.thread.pid})` : "";
  switch (action) {
    case "enable":
      return [`Turned on ${title}${thread}.`, ...changes, `To turn it off, and all back as it was: ${named} disable`];
    case "disable":
      if (writes.length === 0) return [`${title} is off already.`];
      return [
        before.isOn ? `Turned off ${title}.` : `${title} is off already; its parameters were put back.`,
        ...changes,
      ];
    case "commit":
      return [`${title}${thread} has read its parameters.`, ...changes];
    default: {
      const said = changes.length > 0 ? changes : ["  nothing changed: it had these values already"];
      if (!after.isOn) return [`Wrote to ${title}, which is off.`, ...said];
      return [`Wrote to ${title}.`, ...said, `In force after: ${named} commit${isOurs ? "" : " --force"}`];
    }
  }
}
