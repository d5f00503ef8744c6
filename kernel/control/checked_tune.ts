import { command, failed, said } from "../../damon/mod.ts";
import type { Context, Kdamond } from "../../damon/mod.ts";
import { exists, type Roots, startTicksOf } from "../machine/mod.ts";
import type { DamonInterface } from "./interface.ts";
import { isThreadOn, type OwnEntry } from "./ours.ts";

/** What came of a change. */
export interface Tuned {
  /** As it is now. */
  kdamond: Kdamond;
  /** Whether the kernel turned it off for the change, so that it was turned on anew and knows nothing yet. */
  isRestarted: boolean;
  /** Pids of targets that had ended and were taken out. */
  ended: number[];
}

/** A kdamond that the kernel ends for a commit is gone within this time, ms. */
const GRACE_MS = 50;

/** Whether it is on, and not about to end for what it was just told. */
export async function staysOn(kdamond: { isOn(): boolean }): Promise<boolean> {
  if (!kdamond.isOn()) return false;
  await new Promise((done) => setTimeout(done, GRACE_MS));
  return kdamond.isOn();
}

/**
 * Changes a kdamond of ours to `to`, without targets that have ended: for one of them many kernels end the kdamond and
 * report success. Where it ends all the same it is turned on again.
 *
 * @param kept What is noted of it, as asked for; of targets it says those that `to` has.
 * @throws {RangeError} where all targets have ended.
 * @throws {KernelError} where the kernel refuses.
 */
export async function tuneOne(roots: Roots, damon: DamonInterface, entry: OwnEntry, to: Kdamond, kept: Kdamond) {
  const { index } = entry;
  const first = withoutEnded(roots, index, to);
  const done = (ended: number[], isRestarted: boolean): Tuned => ({
    kdamond: ended.length > 0 ? withoutEnded(roots, index, kept).kdamond : kept,
    isRestarted,
    ended,
  });
  const isOn = () => isThreadOn(roots, entry) ?? damon.isOn(index, entry.kdamondPid!);
  // By debugfs each change turns it off and on, whatever there is to change.
  if (damon.name === "debugfs") {
    await damon.run(damon.tunePlan(index, first.kdamond));
    return done(first.ended, false);
  }
  const plan = damon.tunePlan(index, first.kdamond);
  if (plan.length === 0 && isOn()) return done(first.ended, false);
  if (isOn()) {
    await damon.run(plan);
    if (await staysOn({ isOn })) return done(first.ended, false);
  }
  const second = withoutEnded(roots, index, first.kdamond);
  const staging = damon.tunePlan(index, second.kdamond).filter(({ path }) => !path.endsWith("/state"));
  await damon.run([...staging, ...damon.startPlan([second.kdamond]).slice(-1).map((on) => atIndex(on, index))]);
  return done([...first.ended, ...second.ended], true);
}

function atIndex<T extends { path: string }>(write: T, index: number): T {
  return { ...write, path: write.path.replace(/\/\d+\/state$/, `/${index}/state`) };
}

/** Whether a target's process is gone, so that no kernel finds it any more. */
export function hasEnded(roots: Roots, pid: number): boolean {
  // A `/proc` that does not have ourselves tells nothing.
  return startTicksOf(roots, pid) === undefined && exists(`${roots.proc}/${Deno.pid}/stat`);
}

function withoutEnded(roots: Roots, index: number, kdamond: Kdamond): { kdamond: Kdamond; ended: number[] } {
  const ended: number[] = [];
  const isGone = (pid: number | undefined) => pid !== undefined && hasEnded(roots, pid);
  const contexts = kdamond.contexts.map((context): Context => {
    const targets = context.targets.filter(({ pid }) => !isGone(pid));
    if (targets.length === context.targets.length) return context;
    ended.push(...context.targets.flatMap(({ pid }) => isGone(pid) ? pid! : []));
    if (targets.length > 0) return { ...context, targets };
    throw failed(RangeError, {
      what: `The targets of kdamond ${index} have ended`,
      why: "there is nothing left to change",
      help: said`turn it off with: ${command("stop")}`,
    });
  });
  return { kdamond: ended.length > 0 ? { ...kdamond, contexts } : kdamond, ended };
}
