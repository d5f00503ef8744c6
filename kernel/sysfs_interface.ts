import {
  type Intervals,
  type Kdamond,
  KernelError,
  type Operations,
  type PlanLayout,
  planOf,
  SYSFS_FEATURES,
  UnsupportedError,
  type Write,
} from "../damon/mod.ts";
import { readKernelTypes } from "./doctor_btf.ts";
import { exists } from "./doctor_row.ts";
import { findFeature, requireSysfsFeatures } from "./features.ts";
import type { DamonInterface, HintedWrite } from "./interface.ts";
import { requireMemcgs } from "./memcg.ts";
import { dropEntry, type OwnEntry } from "./ours.ts";
import { readOptional, type Roots } from "./roots.ts";
import { kdamondsDir, type KdamondStatus, readKdamonds, writeKernel } from "./sysfs.ts";
import { tuneWrites } from "./sysfs_tune.ts";

const ON_HINT = "the target may have ended, or another user of DAMON (debugfs) is on";

/** DAMON through sysfs, from Linux 5.18 on. */
export class SysfsInterface implements DamonInterface {
  readonly name = "sysfs";
  readonly #dir: string;
  #layout: PlanLayout | undefined;

  /** @param write Does one write; tests of the writes themselves give one that answers as the kernel does. */
  constructor(readonly roots: Roots, readonly write: typeof writeKernel = writeKernel) {
    this.#dir = kdamondsDir(roots);
  }

  read(): KdamondStatus[] {
    return readKdamonds(this.roots);
  }

  require(kdamonds: readonly Kdamond[]): void {
    requireSysfsFeatures(this.roots, kdamonds);
    requireMemcgs(this.roots, kdamonds);
  }

  startPlan(kdamonds: readonly Kdamond[]): HintedWrite[] {
    const layout = kdamonds.some(hasFilters) ? this.#layoutHere() : { hasCoreFilters: true };
    const writes: HintedWrite[] = kdamonds.flatMap((kdamond, index) => this.#full(planOf(kdamond, index, layout)));
    const found = Number(readOptional(`${this.#dir}/nr_kdamonds`) ?? 0);
    if (found < kdamonds.length) {
      writes.unshift({ path: `${this.#dir}/nr_kdamonds`, text: String(kdamonds.length) });
    }
    return [
      ...writes,
      ...kdamonds.map((_, index) => ({ path: `${this.#dir}/${index}/state`, text: "on", hint: ON_HINT })),
    ];
  }

  tunePlan(index: number, wanted: Kdamond): HintedWrite[] {
    const writes = this.#full(tuneWrites(this.#dir, index, planOf(wanted, index, this.#layoutHere())));
    if (writes.length === 0) return [];
    // Goals alone have a word of their own, which leaves all else as it runs.
    const text = writes.every(({ path }) => GOALS.test(path)) ? "commit_schemes_quota_goals" : "commit";
    return [...writes, { path: `${this.#dir}/${index}/state`, text, hint: "the settings stay as they were" }];
  }

  targetsPlan(index: number, wanted: Kdamond, word: "commit" | "on"): HintedWrite[] {
    // All of them, whatever is there: their number makes their folders anew.
    const writes = planOf(wanted, index).filter(({ path }) => TARGETS.test(path));
    const path = `${this.#dir}/${index}/state`;
    const off = word === "on" && readOptional(path) === "on" ? [{ path, text: "off" }] : [];
    return [...off, ...this.#full(writes), { path, text: word, hint: "a target may have ended" }];
  }

  refreshPlan(index: number): HintedWrite[] {
    const dir = `${this.#dir}/${index}`;
    if (Number(readOptional(`${dir}/refresh_ms`) ?? 0) > 0) return [];
    const has = (path: string) => exists(`${dir}/contexts/0/${path}`);
    const hasSchemes = has("schemes/0");
    const words = [
      ...(hasSchemes ? ["update_schemes_stats"] : []),
      ...(hasSchemes && has("schemes/0/quotas/effective_bytes") ? ["update_schemes_effective_quotas"] : []),
      ...(hasSchemes && has("schemes/0/tried_regions/total_bytes") ? ["update_schemes_tried_bytes"] : []),
      ...(Number(readOptional(`${dir}/contexts/0/monitoring_attrs/intervals/intervals_goal/aggrs`) ?? 0) > 0
        ? ["update_tuned_intervals"]
        : []),
    ];
    return words.map((text) => ({ path: `${dir}/state`, text }));
  }

  run(plan: readonly HintedWrite[]): void {
    for (const { path, text, hint } of plan) {
      if (/\/contexts\/\d+\/operations$/.test(path)) {
        requireOperations(path.replace(/operations$/, ""), text as Operations);
      }
      try {
        this.write(path, text, hint);
      } catch (error) {
        // A kdamond that rests, by request or by watermarks, has nothing new to say: its files are as it left them.
        const isResting = text.startsWith("update_") && error instanceof KernelError && error.errno === ECANCELED;
        if (!isResting) throw error;
      }
    }
  }

  isOn(index: number, pid: number): boolean {
    const dir = `${this.#dir}/${index}`;
    return readOptional(`${dir}/pid`) === String(pid) && readOptional(`${dir}/state`) === "on";
  }

  intervalsOf(index: number): Pick<Intervals, "sampleUs" | "aggrUs"> | undefined {
    const dir = `${this.#dir}/${index}/contexts/0/monitoring_attrs/intervals`;
    const [sampleUs, aggrUs] = ["sample_us", "aggr_us"].map((file) => Number(readOptional(`${dir}/${file}`)));
    return sampleUs > 0 && aggrUs > 0 ? { sampleUs, aggrUs } : undefined;
  }

  before(): Pick<OwnEntry, "nrKdamondsBefore"> {
    return { nrKdamondsBefore: Number(readOptional(`${this.#dir}/nr_kdamonds`) ?? 0) };
  }

  restore(entry: OwnEntry): void {
    const attempt = (path: string, text: string) => {
      for (let left = BUSY_TRIES;; left--) {
        try {
          return this.write(path, text);
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          // The kernel does not wait for its own lock: whoever else reads or writes DAMON's files right now is done soon.
          if (error.errno !== EBUSY || left === 0) return;
          Atomics.wait(PAUSE, 0, 0, BUSY_MS);
        }
      }
    };
    const dir = `${this.#dir}/${entry.index}`;
    if (readOptional(`${dir}/state`) === "on") attempt(`${dir}/state`, "off");
    attempt(`${dir}/contexts/nr_contexts`, "0");
    if (Number(readOptional(`${dir}/refresh_ms`) ?? 0) > 0) attempt(`${dir}/refresh_ms`, "0");
    dropEntry(this.roots, entry.index);
    // Only what we added is taken away: more directories than ours, or one in use, mean that somebody else came since.
    const now = readKdamonds(this.roots);
    const isUnused = now.every(({ state, contexts }) => state === "off" && contexts.length === 0);
    if (isUnused && now.length === (entry.nrKdamonds ?? 1) && entry.nrKdamondsBefore < now.length) {
      attempt(`${this.#dir}/nr_kdamonds`, String(entry.nrKdamondsBefore));
    }
  }

  #full(writes: readonly Write[]): HintedWrite[] {
    return writes.map(({ path, text }) => ({ path: `${this.#dir}/${path}`, text }));
  }

  #layoutHere(): PlanLayout {
    this.#layout ??= {
      hasCoreFilters: findFeature(this.roots, SYSFS_FEATURES.core_filters, readKernelTypes(this.roots)).has ?? true,
    };
    return this.#layout;
  }
}

const [EBUSY, ECANCELED] = [16, 125];
const [BUSY_TRIES, BUSY_MS] = [50, 10];
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const TARGETS = /^\d+\/contexts\/\d+\/targets\//;
const GOALS = /\/quotas\/goals\//;

const hasFilters = ({ contexts }: Kdamond) =>
  contexts.some(({ schemes }) => schemes?.some(({ filters }) => filters?.length));

/** `avail_operations` exists since 5.19; before that, a refused write says the same. */
function requireOperations(dir: string, operations: Operations): void {
  const available = readOptional(`${dir}avail_operations`);
  if (available === undefined || available.split(/\s+/).includes(operations)) return;
  const option = operations === "paddr" ? "CONFIG_DAMON_PADDR" : "CONFIG_DAMON_VADDR";
  throw new UnsupportedError(
    `Cannot monitor ${operations === "paddr" ? "physical memory" : "a process"} with DAMON as this kernel must have ` +
      `${operations} (${option}=y): it has ${available.replaceAll("\n", ", ") || "none"}`,
    operations,
    option,
  );
}
