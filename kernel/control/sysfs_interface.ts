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
} from "../../damon/mod.ts";
import { writeFiles } from "../../ffi/mod.ts";
import {
  exists,
  readDamonText,
  readKernelTypes,
  readOptional,
  requireMemcgs,
  type Roots,
  showsThreads,
  threadOf,
  writeDamon,
  type WriteKernel,
} from "../machine/mod.ts";
import { findFeature, requireSysfsChange, requireSysfsFeatures } from "./features.ts";
import type { DamonInterface, HintedWrite, Refreshed } from "./interface.ts";
import type { OwnEntry } from "./ours.ts";
import { patiently } from "./patience.ts";
import { inTurn } from "./request_lock.ts";
import { restoreSysfs, turnOffSysfs } from "./sysfs_restore.ts";
import { kdamondsDir, type KdamondStatus, readKdamonds } from "./sysfs.ts";
import { tuneWrites } from "./sysfs_tune.ts";

/** Why a kdamond was not turned on, by what the kernel says. */
function onHint(errno: number): string {
  return errno === EBUSY
    ? "another user of DAMON (debugfs, a module) is on"
    : "this kernel does not take one of the settings, or a target has ended";
}

/** DAMON through sysfs, from Linux 5.18 on. */
export class SysfsInterface implements DamonInterface {
  readonly name = "sysfs";
  readonly #dir: string;
  #layout: PlanLayout | undefined;

  /** @param write Does one write; tests of the writes themselves give one that answers as the kernel does. */
  constructor(readonly roots: Roots, readonly write: WriteKernel = writeDamon) {
    this.#dir = kdamondsDir(roots);
  }

  read(): Promise<KdamondStatus[]> {
    return readKdamonds(this.roots);
  }

  require(kdamonds: readonly Kdamond[]): void {
    requireSysfsFeatures(this.roots, kdamonds);
    requireMemcgs(this.roots, kdamonds);
  }

  requireChange(from: Kdamond, to: Kdamond): void {
    requireSysfsChange(this.roots, from, to);
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
      ...kdamonds.map((_, index) => ({ path: `${this.#dir}/${index}/state`, text: "on" })),
    ];
  }

  tunePlan(index: number, wanted: Kdamond): HintedWrite[] {
    const writes = this.#full(tuneWrites(this.#dir, index, planOf(wanted, index, this.#layoutHere())));
    if (writes.length === 0) return [];
    // Goals alone have a word of their own, which leaves all else as it runs.
    const text = writes.every(({ path }) => GOALS.test(path)) ? "commit_schemes_quota_goals" : "commit";
    return [...writes, { path: `${this.#dir}/${index}/state`, text, hint: "the settings stay as they were" }];
  }

  targetsPlan(index: number, wanted: Kdamond, word: "commit" | "on", all = false): HintedWrite[] {
    // All of them, whatever is there: their number makes their folders anew.
    const writes = planOf(wanted, index).filter(({ path }) => TARGETS.test(path) || (all && ATTRIBUTES.test(path)));
    const path = `${this.#dir}/${index}/state`;
    return [...this.#full(writes), { path, text: word, ...(word === "commit" && { hint: "a target may have ended" }) }];
  }

  refreshPlan(index: number, wanted: readonly Refreshed[] = ALL): HintedWrite[] {
    const dir = `${this.#dir}/${index}`;
    const number = (path: string) => Number(readOptional(`${dir}/${path}`) ?? 0);
    if (number("refresh_ms") > 0) return [];
    const nrSchemes = number("contexts/0/schemes/nr_schemes");
    const quotasOf = (scheme: number) => `contexts/0/schemes/${scheme}/quotas`;
    const hasQuota = (scheme: number) =>
      exists(`${dir}/${quotasOf(scheme)}/effective_bytes`) &&
      ["ms", "bytes", "goals/nr_goals"].some((file) => number(`${quotasOf(scheme)}/${file}`) > 0);
    const isTold: Record<Refreshed, boolean> = {
      stats: nrSchemes > 0,
      quotas: Array.from({ length: nrSchemes }, (_, scheme) => scheme).some(hasQuota),
      tried: nrSchemes > 0 && exists(`${dir}/contexts/0/schemes/0/tried_regions/total_bytes`),
      intervals: number("contexts/0/monitoring_attrs/intervals/intervals_goal/aggrs") > 0,
    };
    return wanted.filter((each) => isTold[each]).map((each) => ({ path: `${dir}/state`, text: REFRESH[each] }));
  }

  async run(plan: readonly HintedWrite[]): Promise<void> {
    for (let i = 0; i < plan.length; i++) {
      i += await this.#writeMany(plan.slice(i));
      if (i === plan.length) return;
      const { path, text, hint } = plan[i];
      if (/\/contexts\/\d+\/operations$/.test(path)) {
        requireOperations(path.replace(/operations$/, ""), text as Operations);
      }
      const isRequest = path.endsWith("/state");
      const write = () => patiently(this.roots, purposeOf(text, isRequest), () => this.write(path, text, hint));
      try {
        await (isRequest ? inTurn(this.roots, write) : write());
      } catch (error) {
        // A kdamond that rests, by request or by watermarks, has nothing new to say: its files are as it left them.
        const isResting = text.startsWith("update_") && error instanceof KernelError && error.errno === ECANCELED;
        if (isRequest && text === "on" && error instanceof KernelError) {
          throw new KernelError(error.operation, error.errno, path, onHint(error.errno));
        }
        if (!isResting) throw error;
      }
    }
  }

  /**
   * Writes what comes first of a plan and waits for nobody at once, where it is much: a thousand ranges are two thousand
   * writes. How many were done; what is next is to be done with patience.
   */
  async #writeMany(plan: readonly HintedWrite[]): Promise<number> {
    if (this.write !== writeDamon) return 0;
    const end = plan.findIndex(({ path }) => !TARGETS.test(path.slice(this.#dir.length + 1)));
    const many = end < 0 ? plan : plan.slice(0, end);
    return many.length < MANY ? 0 : (await writeFiles(many)).done;
  }

  isOn(index: number, pid: number): boolean {
    if (showsThreads(this.roots)) return threadOf(this.roots, pid) !== undefined;
    try {
      return readDamonText(this.roots, `${this.#dir}/${index}/pid`)?.trim() === String(pid);
    } catch {
      // It serves somebody, so that it runs; or nothing tells that it does not.
      return true;
    }
  }

  intervalsOf(index: number): Pick<Intervals, "sampleUs" | "aggrUs"> | undefined {
    const dir = `${this.#dir}/${index}/contexts/0/monitoring_attrs/intervals`;
    const [sampleUs, aggrUs] = ["sample_us", "aggr_us"].map((file) => Number(readOptional(`${dir}/${file}`)));
    return sampleUs > 0 && aggrUs > 0 ? { sampleUs, aggrUs } : undefined;
  }

  before(): Pick<OwnEntry, "nrKdamondsBefore"> {
    return { nrKdamondsBefore: Number(readOptional(`${this.#dir}/nr_kdamonds`) ?? 0) };
  }

  async turnOff(entry: OwnEntry): Promise<void> {
    await turnOffSysfs(this.roots, entry, this.write);
  }

  async restore(entry: OwnEntry): Promise<void> {
    await restoreSysfs(this.roots, entry, this.write);
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
const ALL = ["stats", "quotas", "intervals"] as const;
const REFRESH: Record<Refreshed, string> = {
  stats: "update_schemes_stats",
  quotas: "update_schemes_effective_quotas",
  intervals: "update_tuned_intervals",
  tried: "update_schemes_tried_bytes",
};
const TARGETS = /^\d+\/contexts\/\d+\/targets\//;
/** From so many writes on they are done at once. */
const MANY = 8;
const ATTRIBUTES = /^\d+\/contexts\/\d+\/monitoring_attrs\/(intervals|nr_regions)\/\w+$/;
const GOALS = /\/quotas\/goals\//;

const hasFilters = ({ contexts }: Kdamond) =>
  contexts.some(({ schemes }) => schemes?.some(({ filters }) => filters?.length));

/** What a write is for, as in "waiting for DAMON to ...". */
function purposeOf(text: string, isRequest: boolean): string {
  if (!isRequest) return "take settings";
  if (text === "on" || text === "off") return `turn ${text}`;
  return text.startsWith("commit") ? "take the settings, with its next aggregation" : "tell what its schemes did";
}

/** `avail_operations` exists since 5.19; before that, a refused write says the same. */
function requireOperations(dir: string, operations: Operations): void {
  const available = readOptional(`${dir}avail_operations`);
  if (available === undefined || available.split(/\s+/).includes(operations)) return;
  const option = operations === "paddr" ? "CONFIG_DAMON_PADDR" : "CONFIG_DAMON_VADDR";
  throw new UnsupportedError(
    {
      what: `DAMON cannot watch ${operations === "paddr" ? "physical memory" : "a process"} here`,
      why: `this kernel does not have ${operations} (${option}=y), only ${
        available.replaceAll("\n", ", ") || "nothing"
      }`,
    },
    operations,
    option,
  );
}
