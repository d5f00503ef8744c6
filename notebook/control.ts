import type { Kdamond, Write } from "../damon/mod.ts";
import type { InterfaceName, KdamondStatus, RunningKdamond, Stopped } from "../kernel/control/mod.ts";
import type { Diagnosis } from "../kernel/doctor/mod.ts";
import { defaultRoots, requireKernelFiles } from "../kernel/machine/mod.ts";

/** How DAMON is driven. */
export interface ControlOptions {
  /** Which of the kernel's interfaces to DAMON; by default sysfs where it is there. */
  interface?: InterfaceName;
}

async function damonOf({ interface: name }: ControlOptions) {
  requireKernelFiles(defaultRoots());
  const { chooseInterface } = await import("../kernel/control/choose_interface.ts");
  return chooseInterface(defaultRoots(), name);
}

/** What this machine has and lacks for each feature, why, and what would bring it. It writes nothing to the kernel. */
export async function diagnoseMachine(): Promise<Diagnosis> {
  requireKernelFiles(defaultRoots());
  const { diagnose } = await import("../kernel/doctor/doctor.ts");
  return await diagnose(defaultRoots());
}

/**
 * The exact writes that {@linkcode start} would do, in order, each with its full path.
 *
 * @throws {UnsupportedError} naming what this kernel lacks, and the first that has it.
 */
export async function planStart(kdamonds: readonly Kdamond[], options: ControlOptions = {}): Promise<Write[]> {
  const damon = await damonOf(options);
  damon.require(kdamonds);
  return damon.startPlan(kdamonds);
}

/**
 * Turns DAMON on; all of it, or nothing is changed. It is off again, and the kernel's files are as they were, when the
 * kdamonds are disposed; with `stays` it goes on until {@linkcode stop}, beyond the end of this program.
 *
 * @example
 * ```ts ignore
 * const [kdamond] = await start(await parseKdamonds(yaml, "damon.yaml"));
 * await using _off = kdamond;
 * ```
 *
 * @throws {RangeError} for values that no kernel takes.
 * @throws {UnsupportedError} naming what this kernel lacks, before anything is written.
 * @throws {BusyError} where somebody else uses DAMON.
 * @throws {KernelError} naming the file that refused; what was written before is taken back.
 */
export async function start(
  kdamonds: readonly Kdamond[],
  { stays, ...options }: ControlOptions & { stays?: boolean } = {},
): Promise<RunningKdamond[]> {
  const { startKdamonds } = await import("../kernel/control/kdamond.ts");
  return await startKdamonds(defaultRoots(), kdamonds, { damon: await damonOf(options), ...(stays && { stays }) });
}

/**
 * Makes of kdamonds that damo started what is wanted now, while they run; only what differs is written.
 *
 * @param wanted By the index of the kdamond.
 * @throws {BusyError} where somebody else started it. The others as {@linkcode start}.
 */
export async function tune(wanted: ReadonlyMap<number, Kdamond>, options: ControlOptions = {}): Promise<void> {
  const { tuneKdamonds } = await import("../kernel/control/kdamond.ts");
  await tuneKdamonds(defaultRoots(), wanted, await damonOf(options));
}

/** Every kdamond as it is now, whoever started it: parameters, statistics, quotas in force. It writes nothing. */
export async function status(options: ControlOptions = {}): Promise<KdamondStatus[]> {
  return (await damonOf(options)).read();
}

/** Turns off what damo started, and cleans up after recorders that were killed. Nobody else's DAMON is touched. */
export async function stop(): Promise<Stopped[]> {
  requireKernelFiles(defaultRoots());
  const { stopOurs } = await import("../kernel/control/kdamond.ts");
  return await stopOurs(defaultRoots());
}
