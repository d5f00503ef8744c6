import { formatBytes, formatNs } from "../../damon/mod.ts";
import { type Distribution, meanOf, percentilesOf, type RecordedTarget } from "../record/mod.ts";
import { SEPARATOR } from "../text/mod.ts";

/** The window of a working set where none is asked for, ns. */
export const WINDOW_NS = 1e9;

/** How a working set was found: measured by the page sampler, or estimated from what snapshots saw. */
export type WorkingSetMethod = "exact" | "panel" | "snapshots";

/** What was touched in one window. */
export interface WorkingSetSample {
  /** Its start, ns of the record's clock. */
  startNs: number;
  /** Its end. */
  endNs: number;
  /** Bytes touched in it. */
  bytes: number;
  /** At least, but for chance. */
  lowBytes: number;
  /** At most, but for chance. */
  highBytes: number;
  /** Variance of {@linkcode bytes} as not all was looked at, bytes². */
  variance: number;
  /** Bytes in memory; absent where the record does not say. */
  residentBytes?: number;
  /** Bytes of it that other processes may share, by what stands for them. */
  shared?: ReadonlyMap<string, number>;
}

/** The working sets of a target, or of all together, window after window. */
export interface WorkingSetCourse {
  /** Whose it is; absent for all together. */
  target?: RecordedTarget;
  /** The window that was asked for, ns. */
  wantedNs: number;
  /** How it was found. */
  method: WorkingSetMethod;
  /** Ascending, not overlapping. */
  samples: readonly WorkingSetSample[];
}

/** The working set of a record or of a part of it: what was touched within a window, in its distribution over time. */
export interface WorkingSetFigures {
  /** How long the windows are, mean, ns. */
  windowNs: number;
  /** The window that was asked for, ns. */
  wantedNs: number;
  /** How it was found. */
  method: WorkingSetMethod;
  /** Windows. */
  count: number;
  /** Mean over time, bytes, as all other figures. */
  meanBytes: number;
  /** The true mean is no smaller, as far as the record can tell (95 %). */
  lowBytes: number;
  /** The true mean is no larger, likewise. */
  highBytes: number;
  /** Of all windows. */
  smallestBytes: number;
  /** As large or smaller for half of the time. */
  medianBytes: number;
  /** As large or smaller for 95 % of the time. */
  p95Bytes: number;
  /** Of all windows. */
  largestBytes: number;
  /** In memory, mean over time; absent where the record does not say. */
  residentBytes?: number;
}

/** A course's figures; `undefined` where there is no window. */
export function figuresOf(course: WorkingSetCourse): WorkingSetFigures | undefined {
  const { samples, wantedNs, method } = course;
  if (samples.length === 0) return undefined;
  const spans = samples.map(({ startNs, endNs }) => Math.max(1, endNs - startNs));
  const allNs = spans.reduce((sum, ns) => sum + ns, 0);
  const meanOver = (valueOf: (sample: WorkingSetSample) => number) =>
    samples.reduce((sum, sample, i) => sum + valueOf(sample) * spans[i] / allNs, 0);
  const distribution = distributionOf(course, "", 0);
  const at = (percentile: number) => percentilesOf(distribution, [percentile], "size")[0].value;
  const meanBytes = meanOf(distribution);
  // Chance evens out over windows; what is not known of all of them does not.
  const deviation = Math.sqrt(samples.reduce((sum, { variance }, i) => sum + variance * (spans[i] / allNs) ** 2, 0));
  const residents = samples.filter(({ residentBytes }) => residentBytes !== undefined);
  const residentBytes = residents.length < samples.length ? undefined : meanOver((sample) => sample.residentBytes!);
  const highBytes = meanOver((sample) => sample.highBytes) + 1.96 * deviation;
  return {
    ...{ windowNs: allNs / samples.length, wantedNs, method, count: samples.length, meanBytes },
    lowBytes: Math.max(0, Math.min(meanBytes, meanOver((sample) => sample.lowBytes) - 1.96 * deviation)),
    highBytes: Math.max(meanBytes, Math.min(residentBytes ?? Infinity, highBytes)),
    ...{ smallestBytes: at(0), medianBytes: at(50), p95Bytes: at(95), largestBytes: at(100) },
    ...(residentBytes !== undefined && { residentBytes }),
  };
}

/** A course as the distribution of a figure over time. */
export function distributionOf({ samples }: WorkingSetCourse, name: string, originNs: number): Distribution {
  return {
    name,
    timesNs: Float64Array.from(samples, ({ endNs }) => endNs - originNs),
    values: Float64Array.from(samples, ({ bytes }) => bytes),
    spansNs: Float64Array.from(samples, ({ startNs, endNs }) => Math.max(1, endNs - startNs)),
  };
}

/** `1 s`; where the windows are not as long as was asked for, how long they are. */
export function windowText({ windowNs, wantedNs }: Pick<WorkingSetFigures, "windowNs" | "wantedNs">): string {
  const isNear = Math.abs(windowNs / wantedNs - 1) <= 0.1;
  return isNear ? formatNs(wantedNs) : formatNs(Number(windowNs.toPrecision(2)));
}

/** `90.1 MiB ± 4.5 MiB`, `12 MiB (8 to 20 MiB)`, or `90.1 MiB` where all was looked at. */
export function withError({ meanBytes, lowBytes, highBytes }: WorkingSetFigures): string {
  const [below, above] = [meanBytes - lowBytes, highBytes - meanBytes];
  const text = formatBytes(meanBytes);
  if (Math.max(below, above) < meanBytes * 0.0005) return text;
  if (Math.abs(below - above) <= 0.05 * (below + above)) return `${text} ± ${formatBytes((below + above) / 2)}`;
  return `${text} (${formatBytes(lowBytes)} to ${formatBytes(highBytes)})`;
}

const METHODS: Record<WorkingSetMethod, string> = {
  exact: "every resident page was looked at",
  panel: "measured at a random panel of resident pages",
  snapshots: "estimated from snapshots",
};

/** One line about a working set: its window, size, error and what is in memory. */
export function workingSetLine(figures: WorkingSetFigures | undefined): string {
  if (!figures) return "Working set: not known";
  const resident = figures.residentBytes === undefined ? "" : ` of ${formatBytes(figures.residentBytes)} resident`;
  return [
    `Working set of ${windowText(figures)}: ${withError(figures)}${resident}`,
    methodText(figures),
  ].join(SEPARATOR);
}

/** How it was found. */
export function methodText({ method }: Pick<WorkingSetFigures, "method">): string {
  return METHODS[method];
}
