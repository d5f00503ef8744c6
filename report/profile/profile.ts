import { keyOf, type Profile, type ProfileFrame, type Snapshot, type TargetKey } from "../../damon/mod.ts";
import {
  type Fold,
  foldRecord,
  GrowingTime,
  type OpenRecord,
  type RecordedTarget,
  type RecordSurvey,
  type Selection,
  takesAllRegions,
} from "../record/mod.ts";

/** Bins of time of a {@linkcode ProfileUse}. */
const TIME_BINS = 120;

/** What a profile is divided by: each function, the file that it is in, or whole stacks. */
export type ProfileBy = "function" | "file" | "stack";

/** How often one function, file or stack was found running. */
export interface ProfileUse {
  /** The innermost first; one of a function or a file, whose function is then empty. */
  frames: ProfileFrame[];
  /** Samples in which it ran itself, of the selected time. */
  own: number;
  /** Samples in which it was anywhere on the stack, of the selected time. */
  total: number;
  /** As `own`, of the rest of the time: where no region fitted the filters. */
  ownOtherwise: number;
  /** Share of the selected samples in each bin of time; `undefined` where there are none. */
  overTime: (number | undefined)[];
}

/** What processes ran, while memory was in use as the filters say. */
export interface ProfileReport {
  /** What it was taken from. */
  survey: RecordSurvey;
  /** What it is divided by. */
  by: ProfileBy;
  /** Whether filters of regions divide the time, so that there is a rest. */
  isFiltered: boolean;
  /** Looks a second at each processor; 0 without a sample. */
  hz: number;
  /** Samples of the selected time, and of the rest. */
  samples: number;
  /** Samples of the rest of the time. */
  otherwise: number;
  /** The selected time, ns, over all targets. */
  selectedNs: number;
  /** Bins of {@linkcode ProfileUse.overTime}: the first begins at `startNs` of the record. */
  time: { startNs: number; binNs: number; count: number };
  /** The one that ran most first. */
  uses: ProfileUse[];
}

/**
 * Learns what the processes of a record ran while their memory was in use as the selection says: in snapshots with at
 * least one region that fits. One pass; memory grows with the number of functions, not with the record.
 *
 * @throws {RangeError} where nothing is selected of a record that has snapshots.
 */
export async function profileOf(
  open: OpenRecord,
  selection: Selection = {},
  by: ProfileBy = "function",
): Promise<ProfileReport> {
  let fold = new ProfileFold(by, selection);
  let survey = await foldRecord(open, [fold], selection, true);
  // Children that were followed: whose pid a target is stands at the end only, so once more with that.
  if (survey.targets.some((target) => target.pid !== undefined && fold.unknown.has(keyOf(target)))) {
    fold = new ProfileFold(by, selection, new Map(survey.targets.map((target) => [keyOf(target), target.pid])));
    survey = await foldRecord(open, [fold], selection, true);
  }
  return fold.report(survey);
}

interface Sum {
  frames: ProfileFrame[];
  own: number;
  total: number;
  ownOtherwise: number;
  overTime: Float64Array;
}

interface Window {
  startNs: number;
  endNs: number;
  pid: number | undefined;
  fits: boolean;
}

/** Sums of samples. A profile waits until all snapshots of its time have been seen. */
export class ProfileFold implements Fold {
  /** Targets whose process was not known while they were read. */
  readonly unknown: Set<TargetKey> = new Set();
  readonly #by: ProfileBy;
  readonly #isFiltered: boolean;
  readonly #pids: ReadonlyMap<TargetKey, number | undefined>;
  readonly #sums = new Map<string, Sum>();
  readonly #time = new GrowingTime(TIME_BINS);
  readonly #samplesOverTime = this.#time.newRow();
  #windows: Window[] = [];
  #waiting: Profile[] = [];
  #hz = 0;
  #samples = 0;
  #otherwise = 0;
  #selectedNs = 0;

  /** Takes the processes of targets, where they are known before. */
  constructor(by: ProfileBy, selection: Selection, pids: ReadonlyMap<TargetKey, number | undefined> = new Map()) {
    this.#by = by;
    this.#isFiltered = !takesAllRegions(selection);
    this.#pids = pids;
  }

  /** Takes the next snapshot, with the regions that fit. */
  snapshot({ startNs, endNs, regions }: Snapshot, target: RecordedTarget): void {
    const pid = target.pid ?? this.#pids.get(keyOf(target));
    if (pid === undefined) this.unknown.add(keyOf(target));
    const fits = !this.#isFiltered || regions.length > 0;
    if (fits) this.#selectedNs += endNs - startNs;
    this.#windows.push({ startNs, endNs, pid, fits });
    this.#settle(startNs);
  }

  /** Takes what a process ran. */
  profile(profile: Profile): void {
    this.#hz = profile.hz;
    this.#waiting.push(profile);
    // Where nothing more is selected no snapshot comes that would let them go.
    if (this.#waiting.length > 2 * MOST_KEPT) this.#settle(this.#waiting[MOST_KEPT].startNs);
  }

  /** What was summed up. */
  report(survey: RecordSurvey): ProfileReport {
    this.#settle(Infinity);
    const { startNs, binNs, used } = this.#time;
    const uses = [...this.#sums.values()].map(({ frames, own, total, ownOtherwise, overTime }): ProfileUse => ({
      ...{ frames, own, total, ownOtherwise },
      overTime: Array.from({ length: used }, (_, bin) => {
        const all = this.#samplesOverTime[bin];
        return all > 0 ? overTime[bin] / all : undefined;
      }),
    }));
    return {
      survey,
      by: this.#by,
      isFiltered: this.#isFiltered,
      hz: this.#hz,
      samples: this.#samples,
      otherwise: this.#otherwise,
      selectedNs: this.#selectedNs,
      time: { startNs: startNs - survey.originNs, binNs, count: used },
      uses: uses.sort((a, b) => b.own - a.own || b.total - a.total || b.ownOtherwise - a.ownOtherwise),
    };
  }

  /** Adds up what no later snapshot can be about. */
  #settle(untilNs: number): void {
    const isDue = ({ endNs }: Profile) => endNs <= untilNs;
    if (this.#waiting.some(isDue)) {
      for (const profile of this.#waiting.filter(isDue)) this.#add(profile);
      this.#waiting = this.#waiting.filter((profile) => !isDue(profile));
    }
    if (this.#windows.length < 2 * MOST_KEPT) return;
    const neededNs = this.#waiting[0]?.startNs ?? Infinity;
    const first = this.#windows.length - MOST_KEPT;
    this.#windows = this.#windows.filter(({ endNs }, i) => i >= first || endNs > neededNs);
  }

  #add({ startNs, endNs, pid, stacks }: Profile): void {
    const middle = (startNs + endNs) / 2;
    const about = this.#windows.filter((one) =>
      one.startNs <= middle && middle < one.endNs && (one.pid === undefined || one.pid === pid)
    );
    if (about.length === 0) return;
    const fits = about.some((one) => one.fits);
    for (const { frames, count } of stacks) {
      if (fits) this.#samples += count;
      else this.#otherwise += count;
      this.#count(frames, count, fits, startNs, endNs);
    }
  }

  #count(frames: readonly ProfileFrame[], count: number, fits: boolean, startNs: number, endNs: number): void {
    const innermost = this.#sumOf(frames);
    if (!fits) {
      innermost.ownOtherwise += count;
      return;
    }
    innermost.own += count;
    // A function that calls itself is on the stack once.
    const all = this.#by === "stack" ? [innermost] : new Set(frames.map((_, i) => this.#sumOf(frames.slice(i))));
    for (const sum of all) sum.total += count;
    const length = Math.max(1, endNs - startNs);
    this.#time.spread(startNs, startNs + length, (bin, ns) => {
      innermost.overTime[bin] += count * ns / length;
      this.#samplesOverTime[bin] += count * ns / length;
    });
  }

  /** The sum that the innermost of these counts for. */
  #sumOf(frames: readonly ProfileFrame[]): Sum {
    const named = this.#by === "stack"
      ? [...frames]
      : [{ function: this.#by === "file" ? "" : frames[0].function, file: frames[0].file }];
    const key = named.map((frame) => `${frame.function}\0${frame.file}`).join("\n");
    let sum = this.#sums.get(key);
    if (!sum) {
      sum = { frames: named, own: 0, total: 0, ownOtherwise: 0, overTime: this.#time.newRow() };
      this.#sums.set(key, sum);
    }
    return sum;
  }
}

/** Snapshots that are remembered, and profiles that wait, at the least: those of one time come one after the other. */
const MOST_KEPT = 256;
