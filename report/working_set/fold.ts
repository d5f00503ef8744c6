import {
  keyOf,
  type Mappings,
  type MemoryUsage,
  type Residency,
  type Snapshot,
  type TargetKey,
  type WorkingSet,
} from "../../damon/mod.ts";
import {
  type Fold,
  foldRecord,
  type NamedRange,
  type OpenRecord,
  type RecordedTarget,
  type RecordStart,
  type RecordSurvey,
  type Selection,
} from "../record/mod.ts";
import { WINDOW_NS, type WorkingSetCourse, type WorkingSetSample } from "./working_set.ts";
import { AddressLayout } from "./layout.ts";
import { measuredPart, type PartOfSet } from "./measured.ts";
import { togetherOf } from "./together.ts";
import { TargetWindows } from "./windows.ts";

/** What counts as a working set, and of what. */
export interface WorkingSetOptions {
  /** What was touched within this time, ns. Default {@linkcode WINDOW_NS}. */
  windowNs?: number;
  /** What is selected of the record; the figures of whole processes are not used for parts. */
  selection?: Selection;
  /** Processes of targets by {@linkcode keyOf}, where they are known before. */
  pids?: ReadonlyMap<TargetKey, number | undefined>;
  /** Takes what was touched of each mapping in a window; whether it was measured comes with it. */
  onPart?: (target: RecordedTarget, part: PartOfSet, window: WorkingSetSample, isMeasured: boolean) => void;
}

interface Tracked {
  target: RecordedTarget;
  pid: number | undefined;
  windows: TargetWindows;
}

/**
 * The working set of each target and of all together: what was touched within a window of time. Where the page sampler
 * measured it, that is it; else it is the union of what snapshots saw, at the borders of their regions, never more than is in
 * memory. Keeps a few numbers a window.
 *
 * @example
 * ```ts ignore
 * const fold = new WorkingSetFold();
 * await foldRecord(() => openRecord("damon.arrow"), [fold]);
 * figuresOf(fold.all())?.meanBytes;
 * ```
 */
export class WorkingSetFold implements Fold {
  /** Targets whose process was not known while they were read. */
  readonly unknown: Set<TargetKey> = new Set();
  readonly #windowNs: number;
  readonly #selection: Selection;
  readonly #options: WorkingSetOptions;
  readonly #targets = new Map<RecordedTarget, Tracked>();
  readonly #layouts = new Map<number, AddressLayout>();
  readonly #usages = new Map<number, number>();
  /** By pid; 0: all together. */
  readonly #measured = new Map<number, { method: "exact" | "panel"; samples: WorkingSetSample[] }>();

  /** Keeps nothing yet. */
  constructor(options: WorkingSetOptions = {}) {
    this.#windowNs = options.windowNs ?? WINDOW_NS;
    this.#selection = options.selection ?? {};
    this.#options = options;
  }

  /** Takes the next snapshot. */
  snapshot(snapshot: Snapshot, target: RecordedTarget, { header }: RecordStart): void {
    let tracked = this.#targets.get(target);
    if (!tracked) this.#targets.set(target, tracked = this.#begin(target));
    const { pid, windows } = tracked;
    if (pid !== undefined && this.#measured.has(pid)) return;
    windows.add(snapshot, header.source, pid === undefined ? undefined : this.#usages.get(pid));
  }

  /** Takes what the addresses of a process are from now on. */
  mappings(mappings: Mappings): void {
    this.#layoutOf(mappings.pid).map(mappings);
  }

  /** What is mapped where in a process, or was, as far as the record has told; ascending. */
  namesOf(pid: number): readonly NamedRange[] {
    return this.#layouts.get(pid)?.named ?? [];
  }

  /** Takes which memory of a process is there from now on. */
  residency(residency: Residency): void {
    this.#layoutOf(residency.pid).reside(residency);
  }

  /** Takes memory in use. */
  usage({ pid, residentBytes }: MemoryUsage): void {
    this.#usages.set(pid, residentBytes);
  }

  /** Takes a measured working set. */
  workingSet(measured: WorkingSet): void {
    const ratio = (measured.endNs - measured.startNs) / this.#windowNs;
    if (!(ratio >= 0.6 && ratio <= 1.7)) return;
    const { pid, method } = measured;
    const found = measuredPart(measured, this.#layoutOf(pid), this.#selection);
    if (!found) return;
    let course = this.#measured.get(pid);
    if (!course) this.#measured.set(pid, course = { method, samples: [] });
    // Some pages were looked at only: so it is for all.
    if (method === "panel") course.method = method;
    course.samples.push(found.sample);
    const { onPart } = this.#options;
    if (!onPart) return;
    for (const { target, pid: own } of this.#targets.values()) {
      if (own === pid) { for (const part of found.parts) onPart(target, part, found.sample, true); }
    }
  }

  /** Whether the figures of a target are measured, not estimated from its snapshots. */
  isMeasured(target: RecordedTarget): boolean {
    return this.#courseOf(target).method !== "snapshots";
  }

  /** The working sets of each target. */
  perTarget(): WorkingSetCourse[] {
    return [...this.#targets.keys()].map((target) => this.#courseOf(target));
  }

  /** The working sets of all targets together, memory that they share counted once. */
  all(): WorkingSetCourse {
    const courses = this.perTarget();
    const together = this.#measured.get(0);
    const { target, kdamond } = this.#selection;
    if (courses.length > 1 && together && target === undefined && kdamond === undefined) {
      return { wantedNs: this.#windowNs, ...together };
    }
    return togetherOf(courses, this.#windowNs);
  }

  #courseOf(target: RecordedTarget): WorkingSetCourse {
    const { pid, windows } = this.#targets.get(target)!;
    const measured = pid === undefined ? undefined : this.#measured.get(pid);
    const common = { target, wantedNs: this.#windowNs };
    return measured ? { ...common, ...measured } : { ...common, method: "snapshots", samples: windows.finish() };
  }

  #begin(target: RecordedTarget): Tracked {
    const pid = target.pid ?? this.#options.pids?.get(keyOf(target));
    if (pid === undefined) this.unknown.add(keyOf(target));
    const layout = pid === undefined ? new AddressLayout() : this.#layoutOf(pid);
    const { onPart } = this.#options;
    const windows = new TargetWindows(this.#windowNs, layout, {
      isPart: isPartOf(this.#selection),
      ...(onPart && { onPart: (part, window) => onPart(target, part, window, false) }),
    });
    return { target, pid, windows };
  }

  #layoutOf(pid: number): AddressLayout {
    let layout = this.#layouts.get(pid);
    if (!layout) this.#layouts.set(pid, layout = new AddressLayout());
    return layout;
  }
}

/** Reads a record for its working set; twice where a target is a child that was followed, which the record's end tells. */
export async function workingSetOf(
  open: OpenRecord,
  selection: Selection = {},
  windowNs?: number,
): Promise<{ survey: RecordSurvey; fold: WorkingSetFold }> {
  const read = async (pids?: ReadonlyMap<TargetKey, number | undefined>) => {
    const fold = new WorkingSetFold({ selection, ...(windowNs !== undefined && { windowNs }), ...(pids && { pids }) });
    return { survey: await foldRecord(open, [fold], selection), fold };
  };
  const first = await read();
  const { targets } = first.survey;
  if (!targets.some((target) => target.pid !== undefined && first.fold.unknown.has(keyOf(target)))) return first;
  return await read(new Map(targets.map((target) => [keyOf(target), target.pid])));
}

/** Whether some of a process's memory is selected only. */
function isPartOf({ addressRanges, mappings, regionBytes, accessPercent, ageNs, temperatures }: Selection): boolean {
  return Boolean(addressRanges ?? mappings ?? regionBytes ?? accessPercent ?? ageNs ?? temperatures);
}
