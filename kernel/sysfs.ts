import { type Context, type Kdamond, KernelError, type Operations, type Write } from "../damon/mod.ts";
import { readOptional, type Roots } from "./roots.ts";

/** One kdamond directory of the sysfs tree, as it is now. */
export interface KdamondStatus extends Kdamond {
  index: number;
  state: "on" | "off";
  /** Its kernel thread; `undefined` while off. */
  pid: number | undefined;
}

/** `kdamonds/` of the tree. */
export function kdamondsDir(roots: Roots): string {
  return `${roots.damon}/admin/kdamonds`;
}

/**
 * Reads every kdamond of the tree. It writes nothing: what the kernel shows only after a write (statistics, tuned
 * intervals) is as old as the last one who asked.
 *
 * @returns nothing where the tree is not there.
 * @throws {KernelError} where it may not be read: it is for root alone.
 */
export function readKdamonds(roots: Roots): KdamondStatus[] {
  const dir = kdamondsDir(roots);
  let count = 0;
  try {
    count = Number(Deno.readTextFileSync(`${dir}/nr_kdamonds`));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new KernelError("read what DAMON does", 13, `${dir}/nr_kdamonds`, "run as root");
    }
  }
  return Array.from({ length: count }, (_, index) => readKdamond(`${dir}/${index}`, index));
}

function readKdamond(dir: string, index: number): KdamondStatus {
  const pid = Number(readOptional(`${dir}/pid`) ?? -1);
  const nrContexts = Number(readOptional(`${dir}/contexts/nr_contexts`) ?? 0);
  return {
    index,
    state: readOptional(`${dir}/state`) === "on" ? "on" : "off",
    pid: pid > 0 ? pid : undefined,
    contexts: Array.from({ length: nrContexts }, (_, c) => readContext(`${dir}/contexts/${c}`)),
  };
}

function readContext(dir: string): Context {
  const number = (path: string) => Number(readOptional(`${dir}/${path}`) ?? 0);
  const operations = readOptional(`${dir}/operations`) as Operations;
  return {
    operations,
    intervals: {
      sampleUs: number("monitoring_attrs/intervals/sample_us"),
      aggrUs: number("monitoring_attrs/intervals/aggr_us"),
      updateUs: number("monitoring_attrs/intervals/update_us"),
    },
    nrRegions: { min: number("monitoring_attrs/nr_regions/min"), max: number("monitoring_attrs/nr_regions/max") },
    targets: Array.from({ length: number("targets/nr_targets") }, (_, t) => ({
      ...(operations !== "paddr" && { pid: number(`targets/${t}/pid_target`) }),
      regions: Array.from({ length: number(`targets/${t}/regions/nr_regions`) }, (_, r) => ({
        start: number(`targets/${t}/regions/${r}/start`),
        end: number(`targets/${t}/regions/${r}/end`),
      })),
    })),
  };
}

/**
 * Writes one kernel file.
 *
 * @throws {KernelError} naming the file and the kernel's errno.
 */
export function writeKernel(path: string, text: string, hint?: string): void {
  try {
    // Without `create` and `truncate`: a sysfs file takes one write at offset 0, and a missing one must not be made.
    const file = Deno.openSync(path, { write: true });
    try {
      file.writeSync(new TextEncoder().encode(text));
    } finally {
      file.close();
    }
  } catch (error) {
    throw new KernelError(`write ${JSON.stringify(text)}`, errnoOf(error), path, hint);
  }
}

/** Does the writes of a plan, in order. @throws {KernelError} at the first that fails, naming its file. */
export function runPlan(dir: string, writes: readonly Write[]): void {
  for (const { path, text } of writes) writeKernel(`${dir}/${path}`, text);
}

/** The errno of a failed call, 0 if unknown; Deno keeps it in the message only: `Invalid argument (os error 22)`. */
export function errnoOf(error: unknown): number {
  if (error instanceof Deno.errors.NotFound) return 2;
  const found = /os error (\d+)/.exec(String(error));
  return found ? Number(found[1]) : 0;
}

/** A kdamond in a few words, for messages: `kdamond 0 (pid 77, paddr, on)`. */
export function describeKdamond({ index, pid, state, contexts }: KdamondStatus): string {
  const watches = contexts.map(({ operations, targets }) => {
    const pids = targets.flatMap((target) => target.pid ?? []);
    return pids.length ? `${operations} of pid ${pids.join(", ")}` : operations;
  });
  const parts = [
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(watches.length ? watches : ["nothing staged"]),
    state,
  ];
  return `kdamond ${index} (${parts.join(", ")})`;
}
