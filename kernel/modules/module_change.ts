import {
  BusyError,
  checkModuleInputs,
  command,
  type DamonModule,
  failed,
  KernelError,
  option,
  said,
  titleOfModule,
  type Write,
} from "../../damon/mod.ts";
import { describeKdamond, readAllKdamonds, readOwned, withLock } from "../control/mod.ts";
import { bootIdOf, readOptional, type Roots, writeKernel } from "../machine/mod.ts";
import { dropModuleEntry, isOurModule, keepModuleEntry, type ModuleEntry, readModuleEntry } from "./module_entry.ts";
import { modulesOn, type ModuleStatus, parametersDir, readModule, requireInput, requireParameter } from "./modules.ts";

/** What is asked of a module. */
export interface ModuleRequest {
  module: DamonModule;
  action: "enable" | "disable" | "commit" | "write";
  /** Texts as the kernel takes them, by parameter. */
  values: ReadonlyMap<string, string>;
  /** Changes also what somebody else turned on. */
  force?: boolean;
  /** How a person asks for it, for messages. */
  command: string;
}

/** What is done for a request, and what it found. */
export interface ModulePlan {
  /** In this order; a path is below the folder of all modules. */
  writes: Write[];
  /** As it was. */
  status: ModuleStatus;
  /** Whether the module is on, and we turned it on. */
  isOurs: boolean;
  entry: ModuleEntry | undefined;
}

/**
 * Looks at a module and says what would be written for a request. It changes nothing.
 *
 * @throws {UnsupportedError} where this kernel lacks the module or a parameter.
 * @throws {BusyError} where somebody else's DAMON is in the way, or it is somebody else's to change.
 * @throws {RangeError} for values that do not go together.
 * @throws {KernelError} where this user may not read it.
 */
export async function planModule(roots: Roots, request: ModuleRequest): Promise<ModulePlan> {
  const { module, action, values, force = false, command: words } = request;
  const status = await readModule(roots, module);
  const title = titleOfModule(module);
  for (const name of values.keys()) requireInput(status, name);
  // What does not fit is no reason to leave a module on.
  if (action !== "disable") checkModuleInputs(new Map([...status.values, ...values]));
  const entry = readModuleEntry(roots, module);
  const isOurs = isOurModule(status, entry);
  const write = (name: string, text: string) => ({ path: `${module.name}/parameters/${name}`, text });
  const writes = [...values].map(([name, text]) => write(name, text));
  if (status.isOn && !isOurs && !force && action !== "enable") {
    throw new BusyError({
      what: `Somebody else turned on ${title}: it was left untouched`,
      help: said`to ${action} it all the same, add ${option("force")} to: ${words}`,
    });
  }
  const switchOf = () => {
    if (status.switchName === undefined) requireParameter(status, "enabled");
    return status.switchName!;
  };
  switch (action) {
    case "enable":
      await refuseEnable(roots, status, isOurs, module);
      writes.push(write(switchOf(), "Y"));
      break;
    case "disable":
      if (status.isOn) writes.push(write(switchOf(), "N"));
      if (entry) writes.push(...restoring(entry, status, isOurs).map(([name, text]) => write(name, text)));
      break;
    case "commit":
      requireParameter(status, "commit_inputs");
      if (!status.isOn) {
        throw failed(TypeError, {
          what: `${title} is off, and reads its parameters when it is turned on`,
          help: said`use ${moduleCommand(module, "enable")}`,
        });
      }
      if (status.hasGivenUp) {
        throw failed(TypeError, {
          what: `The kernel thread of ${title} has ended, as it read parameters that do not fit`,
          help: said`turn it off and on: ${moduleCommand(module, "disable")}, then ${moduleCommand(module, "enable")}`,
        });
      }
      writes.push(write("commit_inputs", "Y"));
      break;
  }
  return { writes, status, isOurs, entry };
}

/** @throws {BusyError} naming who has DAMON: a module takes it alone. */
async function refuseEnable(
  roots: Roots,
  { isOn }: ModuleStatus,
  isOurs: boolean,
  module: DamonModule,
): Promise<void> {
  const title = titleOfModule(module);
  if (isOn) {
    const commit = moduleCommand(module, "commit");
    throw new BusyError({
      what: `${title} is on already, turned on by ${isOurs ? "damo" : "somebody else"}`,
      help: isOurs
        ? said`to change its parameters: ${commit}`
        : said`to change its parameters: ${commit} with ${option("force")}`,
    });
  }
  const other = modulesOn(roots).find(({ name }) => name !== module.name);
  if (other) {
    throw new BusyError({
      what: `${title} needs DAMON for itself, and ${titleOfModule(other)} is on: it was left untouched`,
      help: said`if it is yours, turn it off: ${moduleCommand(other, "disable")}`,
    });
  }
  const kdamond = (await readAllKdamonds(roots)).find(({ state }) => state === "on");
  if (!kdamond) return;
  throw new BusyError({
    what: `${title} needs DAMON for itself, and ${describeKdamond(kdamond)} has it`,
    ...(readOwned(roots, kdamond)
      ? { why: "damo started it", help: said`turn it off with: ${command("stop")}` }
      : { why: "damo did not start it and left it untouched", help: "stop it with the tool that started it" }),
  });
}

function moduleCommand({ short }: DamonModule, action: string) {
  return command("module", { words: [short, action] });
}

/** The inputs to put back. Where somebody else turned it off meanwhile, only what still is as we set it. */
function restoring({ before, set }: ModuleEntry, { values }: ModuleStatus, isOurs: boolean): [string, string][] {
  return Object.entries(before).filter(([name, text]) =>
    values.has(name) && values.get(name) !== text && (isOurs || values.get(name) === set[name])
  );
}

/**
 * Does what {@linkcode planModule} says, and waits until the kernel has done it. Where a write fails, or the kernel does
 * not come along, what was written is taken back.
 *
 * @returns The plan that was done, and the module as it is then.
 * @throws What {@linkcode planModule} throws, and {KernelError} where the kernel refuses.
 */
export async function changeModule(
  roots: Roots,
  request: ModuleRequest,
): Promise<{ plan: ModulePlan; after: ModuleStatus }> {
  return await withLock(roots, async () => {
    const plan = await planModule(roots, request);
    const { module, action } = request;
    // Kept before the first write: whenever this process is killed from here on, disabling knows what was before.
    if (action === "enable") keepModuleEntry(roots, { ...newEntry(roots, plan), set: setOf(request) });
    try {
      for (const { path, text } of plan.writes) {
        writeKernel(`${roots.modules}/${path}`, text, hintOf(path, plan.status));
      }
      await settle(roots, request, plan);
    } catch (error) {
      await takeBack(roots, request, plan);
      throw error;
    }
    const after = await readModule(roots, module);
    const { thread } = after;
    if (action === "disable") dropModuleEntry(roots, module);
    if (action === "enable") {
      keepModuleEntry(roots, { ...newEntry(roots, plan), ...(thread && { thread }), set: setOf(request) });
    } else if (plan.isOurs && plan.entry && action !== "disable") {
      keepModuleEntry(roots, { ...plan.entry, set: { ...plan.entry.set, ...setOf(request) } });
    }
    return { plan, after };
  });
}

const setOf = ({ values }: ModuleRequest) => Object.fromEntries(values);

/** Where somebody else turned ours off, what is still as we set it was before as it was before us. */
function newEntry(roots: Roots, { status: { module, values, inputs }, entry }: ModulePlan): ModuleEntry {
  const before = inputs.map((name): [string, string] => {
    const text = values.get(name)!;
    return [name, entry?.set[name] === text ? entry.before[name] ?? text : text];
  });
  return { module: module.name, bootId: bootIdOf(roots), before: Object.fromEntries(before), set: {} };
}

function hintOf(path: string, { isOn, hasGivenUp }: ModuleStatus): string | undefined {
  if (!/\/enabled?$/.test(path)) return undefined;
  if (hasGivenUp) return "its kernel thread ended by itself, and this kernel lets go of it only by a reboot";
  return isOn
    ? undefined
    : "another user of DAMON may be on (by debugfs, or a program in the kernel), or the parameters do not go together";
}

/** How long the kernel may take to start or stop a thread, ms. */
const PATIENCE_MS = 10_000;

/** Waits until the kernel has done what it was told. */
async function settle(roots: Roots, { module, action }: ModuleRequest, { status }: ModulePlan): Promise<void> {
  const dir = parametersDir(roots, module);
  const title = titleOfModule(module);
  const runs = async () => {
    const { isOn, hasGivenUp } = await readModule(roots, module);
    return isOn && !hasGivenUp;
  };
  switch (action) {
    case "enable":
      return await waitFor(runs, `turn ${title} on`, dir);
    case "disable": {
      const { thread } = status;
      const hasEnded = () => thread === undefined || readOptional(`${roots.proc}/${thread.pid}/comm`) === undefined;
      return await waitFor(hasEnded, `turn ${title} off`, dir);
    }
    case "commit": {
      // Read after the current aggregation interval, or where it rests at its next look at free memory.
      const us = ["aggr_interval", "wmarks_interval"].map((name) => Number(status.values.get(name) ?? 0));
      const hasRead = () => /^[Nn0]/.test(readOptional(`${dir}/commit_inputs`) ?? "N");
      await waitFor(hasRead, `commit ${title}`, dir, PATIENCE_MS + 2 * Math.max(...us) / 1e3);
      // It says so a moment before its thread ends, where the parameters do not fit.
      await new Promise((done) => setTimeout(done, 100));
      if (await runs()) return;
      const hint = "its kernel thread ended, as the parameters do not go together; they were put back as they were";
      throw new KernelError(`commit ${title}`, EINVAL, dir, hint);
    }
  }
}

const [EINVAL, ETIMEDOUT] = [22, 110];

async function waitFor(
  isDone: () => boolean | Promise<boolean>,
  operation: string,
  path: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!await isDone()) {
    if (performance.now() > until) {
      throw new KernelError(
        operation,
        ETIMEDOUT,
        path,
        "what was written was taken back; the kernel's log may say why",
      );
    }
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Brings back what was there before; every step is tried, whatever became of the one before. */
async function takeBack(roots: Roots, { module, action }: ModuleRequest, plan: ModulePlan): Promise<void> {
  const { switchName, values, inputs, isOn, hasGivenUp } = plan.status;
  const attempt = (name: string | undefined, text: string) => {
    if (name === undefined) return;
    try {
      writeKernel(`${parametersDir(roots, module)}/${name}`, text);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  };
  const now = await readModule(roots, module);
  // A module whose thread has ended is on by name only: it must be off to be turned on again.
  const isLost = now.hasGivenUp && !hasGivenUp;
  if (now.isOn && (!isOn || isLost)) attempt(switchName, "N");
  if (isLost) await waitFor(async () => !(await readModule(roots, module)).hasGivenUp, "", "", 500).catch(() => {});
  for (const name of [...inputs].reverse()) {
    if (now.values.get(name) !== values.get(name)) attempt(name, values.get(name)!);
  }
  if (isOn && (!now.isOn || isLost)) attempt(switchName, "Y");
  else if (action === "commit") attempt("commit_inputs", "Y");
  if (action === "enable") {
    if (plan.entry) keepModuleEntry(roots, plan.entry);
    else dropModuleEntry(roots, module);
  } else if (plan.isOurs && plan.entry) {
    const { thread } = await readModule(roots, module);
    keepModuleEntry(roots, { ...plan.entry, ...(thread && { thread }) });
  }
}
