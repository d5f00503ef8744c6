import type { Intervals, Kdamond, Write } from "../../damon/mod.ts";
import type { OwnEntry } from "./ours.ts";
import type { KdamondStatus } from "./sysfs_read.ts";

/** A write that the kernel can refuse for a reason that a person can do something about. */
export interface HintedWrite extends Write {
  /** Full path. */
  path: string;
  hint?: string;
}

/**
 * What the kernel tells only when it is asked: a scheme's statistics, its quota in force, intervals that it tunes itself,
 * and bytes that a scheme tried, for which it needs up to two of the scheme's intervals.
 */
export type Refreshed = "stats" | "quotas" | "intervals" | "tried";

/**
 * One of the kernel's two ways to drive DAMON. What it does to the kernel is data first: a plan of exact writes, which
 * can be shown, compared and run.
 */
export interface DamonInterface {
  readonly name: "sysfs" | "debugfs";
  /**
   * Every kdamond as it is now, whoever made it. It writes nothing. Where DAMON serves somebody's request it waits.
   *
   * @throws {KernelError} where this user may not look, and where DAMON is busy all the time.
   */
  read(): Promise<KdamondStatus[]>;
  /**
   * Checks, before anything is written, that this kernel can do all that is asked for.
   *
   * @throws {UnsupportedError} naming what is lacking and the first kernel that has it.
   */
  require(kdamonds: readonly Kdamond[]): void;
  /**
   * Checks that a kdamond that is on takes this change of it.
   *
   * @throws {UnsupportedError} where the kernel would leave something as it was, without a word.
   */
  requireChange?(from: Kdamond, to: Kdamond): void;
  /** What stages `kdamonds` where nothing is staged, and turns them on. */
  startPlan(kdamonds: readonly Kdamond[]): HintedWrite[];
  /** What changes a kdamond of ours that is on to `wanted`: only files that hold something else, and what commits them. */
  tunePlan(index: number, wanted: Kdamond): HintedWrite[];
  /**
   * What makes a kdamond of ours watch the targets of `wanted`, nothing else of which is looked at: with `commit` while it
   * runs, where a target without regions keeps those it has; with `on` as another thread, once it is off. Absent
   * where the kernel takes targets only while all is off. With `all` how often and how finely it looks is said as well.
   */
  targetsPlan?(index: number, wanted: Kdamond, word: "commit" | "on", all?: boolean): HintedWrite[];
  /**
   * What makes the kernel write anew into the files of a kdamond of ours what it knows of these, by default
   * of all but what schemes tried; nothing for what it has not, or writes by itself. Each write keeps all others from DAMON for a moment.
   */
  refreshPlan(index: number, wanted?: readonly Refreshed[]): HintedWrite[];
  /**
   * Does a plan; a failure leaves the kernel between two writes. Where DAMON is busy it waits, and so it does until the
   * kernel has done what it was told, off this program's own thread.
   *
   * @throws {KernelError} naming the file.
   */
  run(plan: readonly HintedWrite[]): Promise<void>;
  /** Whether the kernel still runs this very thread; it waits for nothing, and is cheap enough to be asked often. */
  isOn(index: number, pid: number): boolean;
  /** The intervals of a kdamond as its files show them; cheap enough to be asked often. */
  intervalsOf(index: number): Pick<Intervals, "sampleUs" | "aggrUs"> | undefined;
  /** What there is to know before the first write, for {@linkcode restore}. */
  before(): Pick<OwnEntry, "nrKdamondsBefore">;
  /** Turns a kdamond of ours off, and leaves it as it is staged. @throws {KernelError} where it is still on then. */
  turnOff?(entry: OwnEntry): Promise<void>;
  /**
   * Turns a kdamond of ours off and takes back what was made for it. It is forgotten only once it is off.
   *
   * @throws {KernelError} where it is still on, or what was made for it is still there: it is not forgotten then.
   */
  restore(entry: OwnEntry): Promise<void>;
}
