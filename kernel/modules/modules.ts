import {
  command,
  type DamonModule,
  failed,
  KernelError,
  moduleOf,
  parameterOf,
  said,
  titleOfModule,
  UnsupportedError,
} from "../../damon/mod.ts";
import {
  errnoOf,
  type KernelThread,
  readKernelConfig,
  readOptional,
  type Roots,
  showsThreads,
  threadOf,
  threadsOf,
} from "../machine/mod.ts";

/** One DAMON module as it is now. */
export interface ModuleStatus {
  module: DamonModule;
  /** Whether its switch is on. */
  isOn: boolean;
  /** Its switch's file; absent for one that has none. */
  switchName: string | undefined;
  /** Texts of all its parameters: those of the table in its order, then the others by name. */
  values: ReadonlyMap<string, string>;
  /** Names of those that can be set; the switch and `commit_inputs` are not among them. */
  inputs: readonly string[];
  /** Its kernel thread, where it can be seen. */
  thread: KernelThread | undefined;
  /** Whether its thread has ended while the switch is on, as it does when it reads parameters that do not fit. */
  hasGivenUp: boolean;
}

/** Where a module's parameters are. */
export function parametersDir(roots: Roots, { name }: Pick<DamonModule, "name">): string {
  return `${roots.modules}/${name}/parameters`;
}

/** Names of the DAMON modules that this kernel has, sorted. */
export function moduleNames(roots: Roots): string[] {
  const names = namesIn(roots.modules) ?? [];
  return names.filter((name) => name.startsWith("damon_") && namesIn(`${roots.modules}/${name}/parameters`)).sort();
}

/** The modules that are on; one that this user may not read is not among them. */
export function modulesOn(roots: Roots): DamonModule[] {
  return moduleNames(roots).map(moduleOf).filter((module) => {
    const dir = parametersDir(roots, module);
    return SWITCH_NAMES.some((name) => isYes(readOptional(`${dir}/${name}`)));
  });
}

/**
 * Reads a module.
 *
 * @throws {UnsupportedError} where this kernel does not have it, naming what brings it.
 * @throws {KernelError} where this user may not read it.
 */
export async function readModule(roots: Roots, module: DamonModule): Promise<ModuleStatus> {
  const dir = parametersDir(roots, module);
  const files = namesIn(dir);
  if (files === undefined) throw await moduleMissing(roots, module);
  const known = module.parameters.map(({ name }) => name).filter((name) => files.includes(name));
  const others = files.filter((name) => !known.includes(name)).sort();
  const values = new Map([...known, ...others].map((name) => [name, readText(`${dir}/${name}`, module)]));
  const switchName = SWITCH_NAMES.find((name) => values.has(name));
  const isOn = switchName !== undefined && isYes(values.get(switchName));
  const inputs = [...values.keys()].filter((name) => {
    const access = parameterOf(module, name)?.access;
    return access === undefined ? isWritable(`${dir}/${name}`) && name !== switchName : access === "input";
  });
  const pid = values.get("kdamond_pid");
  // A module runs alone, so that with one on there is but one thread.
  const thread = !isOn ? undefined : pid === undefined ? threadsOf(roots)[0] : threadOf(roots, Number(pid));
  const hasGivenUp = isOn && pid !== undefined && thread === undefined && showsThreads(roots);
  return { module, isOn, switchName, values, inputs, thread, hasGivenUp };
}

function isWritable(path: string): boolean {
  return ((Deno.statSync(path).mode ?? 0) & 0o200) !== 0;
}

/** Samples of the kernel's tree call it `enable`. */
const SWITCH_NAMES = ["enabled", "enable"] as const;

const isYes = (text: string | undefined) => /^[Yy1]/.test(text ?? "");

function readText(path: string, module: DamonModule): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new KernelError(`read ${titleOfModule(module)}`, 13, path, "run as root");
    }
    throw new KernelError(`read ${titleOfModule(module)}`, errnoOf(error), path);
  }
}

/** Why there is no such module here, and what would bring it. */
async function moduleMissing(roots: Roots, module: DamonModule): Promise<UnsupportedError> {
  const title = titleOfModule(module);
  const { option, since } = module;
  if (option === undefined) {
    const names = moduleNames(roots).map((name) => name.slice("damon_".length));
    const there = names.length > 0 ? `it has ${names.join(", ")}` : "it has no DAMON module at all";
    return new UnsupportedError(`This kernel has no ${title} (${roots.modules}/${module.name}): ${there}`, module.name);
  }
  const config = await readKernelConfig(roots);
  const why = config === undefined || config.has(option) ? undefined : `it is built without ${option}=y`;
  const boot = `boot Linux ${since} or newer built with ${option}=y`;
  const status = command("lab", { words: ["--", "./damo", "module", module.short, "status"] });
  return new UnsupportedError(
    {
      what: `This kernel (${Deno.osRelease()}) has no ${title}`,
      ...(why && { why }),
      help: IN_LAB.includes(module.short)
        ? said`${boot}, as Debian's 6.12 is, or try it in a virtual machine: ${status}`
        : boot,
    },
    module.name,
    option,
  );
}

/** Modules of the kernel that the lab boots. */
const IN_LAB = ["reclaim", "lru_sort"];

/**
 * Checks that a module here has a parameter.
 *
 * @throws {UnsupportedError} naming the first kernel that has it, where that is known.
 */
export function requireParameter({ module, values }: ModuleStatus, name: string): void {
  if (values.has(name)) return;
  const known = parameterOf(module, name);
  const since = known?.since ?? module.since;
  const title = titleOfModule(module);
  throw known && since
    ? new UnsupportedError(
      {
        what: `This kernel's ${title} has no parameter ${name}`,
        why: `this is ${Deno.osRelease()}`,
        help: `the first with it is ${kernelNameOf(since)}`,
      },
      name,
      since,
    )
    : new UnsupportedError(`${title} has no parameter ${name}: it has ${[...values.keys()].join(", ")}`, name);
}

/** Not every feature has come with a release. */
function kernelNameOf(since: string): string {
  return since.startsWith("after") ? `a kernel ${since}` : `Linux ${since}`;
}

/**
 * Checks that a module here has a parameter that can be set.
 *
 * @throws {UnsupportedError} as {@linkcode requireParameter}.
 * @throws {TypeError} for one that can only be read, or that has a command of its own.
 */
export function requireInput(status: ModuleStatus, name: string): void {
  requireParameter(status, name);
  if (status.inputs.includes(name)) return;
  const { module, switchName } = status;
  const own = name === switchName ? "enable or disable" : name === "commit_inputs" ? "commit" : undefined;
  throw failed(TypeError, {
    what: `${name} of ${titleOfModule(module)} ${own ? "has a command of its own" : "can only be read"}`,
    help: said`use ${command("module", { words: [module.short, own ?? `read ${name}`] })}`,
  });
}

function namesIn(dir: string): string[] | undefined {
  try {
    return [...Deno.readDirSync(dir)].map(({ name }) => name);
  } catch {
    return undefined;
  }
}
