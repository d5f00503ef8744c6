import { type Context, type Kdamond, KernelError, SYSFS_FEATURES, UnsupportedError } from "../damon/mod.ts";
import { descendantsOf } from "./children.ts";
import { readKernelTypes } from "./doctor_btf.ts";
import { findFeature } from "./features.ts";
import type { DamonInterface } from "./interface.ts";
import { type RunningKdamond, startKdamonds } from "./kdamond.ts";
import type { Roots } from "./roots.ts";

/**
 * Checks that DAMON takes new targets while it runs.
 *
 * @throws {UnsupportedError} where it does so only while it is off.
 */
export function requireFollowing(roots: Roots, damon: DamonInterface): void {
  if (damon.targetsPlan && findFeature(roots, SYSFS_FEATURES.commit, readKernelTypes(roots)).has !== false) return;
  const isDebugfs = damon.targetsPlan === undefined;
  const why = isDebugfs
    ? "debugfs takes changes only while it is off"
    : `Linux 5.19 and newer do, and this is ${Deno.osRelease()}`;
  throw new UnsupportedError(
    `Cannot follow children with DAMON as it must take targets while it runs: ${why}; ` +
      "the page sampler follows them: --monitor pages",
    "children",
    isDebugfs ? undefined : "5.19",
  );
}

/** With those that are there already; where one of them ends in this moment the kernel refuses all: then they come later. */
export async function startWithChildren(
  roots: Roots,
  kdamonds: readonly Kdamond[],
  damon: DamonInterface,
): Promise<[readonly Kdamond[], RunningKdamond[]]> {
  const all = kdamonds.map((kdamond) => ({
    ...kdamond,
    contexts: kdamond.contexts.map((each) => withChildren(roots, each)),
  }));
  try {
    return [all, await startKdamonds(roots, all, { damon })];
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return [kdamonds, await startKdamonds(roots, kdamonds, { damon })];
  }
}

function withChildren(roots: Roots, context: Context): Context {
  const { operations, targets } = context;
  const children = descendantsOf(roots, targets.flatMap(({ pid }) => pid ?? []));
  const regions = operations === "fvaddr" ? targets[0].regions : [];
  return { ...context, targets: [...targets, ...children.map((pid) => ({ pid, regions }))] };
}

/** Whether a commit gives a target another process, as Linux does from 6.7 on. */
export function isReplacing(): boolean {
  const [major, minor] = Deno.osRelease().split(/[.-]/).map(Number);
  return major > 6 || (major === 6 && minor >= 7);
}
