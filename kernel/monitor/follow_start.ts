import {
  type Context,
  type Kdamond,
  KernelError,
  option,
  said,
  SYSFS_FEATURES,
  type Target,
  UnsupportedError,
} from "../../damon/mod.ts";
import { descendantsOf, readKernelTypes, type Roots } from "../machine/mod.ts";
import {
  type DamonInterface,
  findFeature,
  fixedByDebugfs,
  type FollowedRanges,
  type RunningKdamond,
  startKdamonds,
} from "../control/mod.ts";

/**
 * Checks that DAMON takes new targets while it runs.
 *
 * @throws {UnsupportedError} where it does so only while it is off.
 */
export function requireFollowing(roots: Roots, damon: DamonInterface): void {
  if (damon.targetsPlan && findFeature(roots, SYSFS_FEATURES.commit, readKernelTypes(roots)).has !== false) return;
  const isDebugfs = damon.targetsPlan === undefined;
  throw new UnsupportedError(
    {
      what: "DAMON cannot follow children here",
      why: isDebugfs
        ? "its debugfs interface takes new targets only while it is off"
        : `it takes new targets while it runs from Linux 5.19 on, and this is ${Deno.osRelease()}`,
      help: said`the page sampler follows them: ${option("monitor", "pages")}`,
    },
    "children",
    isDebugfs ? undefined : "5.19",
  );
}

/** What {@linkcode startFollowed} follows. */
export interface FollowedStart {
  /** Whether what the targets fork is watched. */
  children: boolean;
  /** By kdamond: what each target is watched of where that follows its memory. */
  ranges: readonly (FollowedRanges | undefined)[];
}

/** A kdamond as a record has it, and as the kernel is told. */
interface Staged {
  recorded: Kdamond;
  staged: Kdamond;
}

/**
 * Starts kdamonds whose targets or ranges are to be followed: with the children that are there already. Where one of them
 * ends in this moment the kernel refuses all: then they come later.
 *
 * @returns the kdamonds as a record has them, and those that run.
 */
export async function startFollowed(
  roots: Roots,
  kdamonds: readonly Kdamond[],
  damon: DamonInterface,
  { children, ranges }: FollowedStart,
): Promise<[Kdamond[], RunningKdamond[]]> {
  const start = async (asked: readonly Kdamond[]): Promise<[Kdamond[], RunningKdamond[]]> => {
    const all: Staged[] = [];
    for (const [i, kdamond] of asked.entries()) all.push(await stage(kdamond, ranges[i]));
    const beginMs = performance.now();
    if (damon.name === "debugfs") {
      // Its ranges stay as they are: a record has them as any others.
      const fixed = all.map(({ staged }) => fixedByDebugfs(staged));
      return [fixed, await startKdamonds(roots, fixed, { damon })];
    }
    const running = await startKdamonds(roots, all.map(({ staged }) => staged), { damon });
    for (const each of ranges) each?.took(true, performance.now() - beginMs, true);
    return [all.map(({ recorded }) => recorded), running];
  };
  if (!children) return await start(kdamonds);
  try {
    return await start(
      kdamonds.map((kdamond) => ({
        ...kdamond,
        contexts: kdamond.contexts.map((each) => withChildren(roots, each)),
      })),
    );
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return await start(kdamonds);
  }
}

async function stage(kdamond: Kdamond, ranges: FollowedRanges | undefined): Promise<Staged> {
  if (!ranges) return { recorded: kdamond, staged: kdamond };
  const [context] = kdamond.contexts;
  const targets: Target[] = [];
  for (const { pid } of context.targets) {
    const regions = await ranges.begin(pid!, context.targets.length);
    // It ends, or a child of it does, in this moment.
    if (regions.length === 0) {
      throw new KernelError("watch a process", ESRCH, undefined, `process ${pid} has no memory`);
    }
    targets.push({ pid: pid!, regions });
  }
  const recorded = { ...context, ...ranges.attributes() };
  return {
    recorded: { ...kdamond, contexts: [recorded] },
    staged: { ...kdamond, contexts: [{ ...recorded, targets }] },
  };
}

const ESRCH = 3;

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
