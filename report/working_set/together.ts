import { WorkingSetSum } from "./sum.ts";
import type { WorkingSetCourse, WorkingSetMethod, WorkingSetSample } from "./working_set.ts";

/**
 * The working sets of several targets together. Between the borders of any window it is the sum of those windows that the
 * time lies in; of memory that several targets may share, the largest part that one of them touched, and at most all parts.
 */
export function togetherOf(courses: readonly WorkingSetCourse[], wantedNs: number): WorkingSetCourse {
  const with_ = courses.filter(({ samples }) => samples.length > 0);
  if (with_.length === 1) return { wantedNs, method: with_[0].method, samples: with_[0].samples };
  const all = with_.flatMap(({ samples }) => samples).filter(({ startNs, endNs }) => endNs > startNs);
  const starting = all.toSorted((a, b) => a.startNs - b.startNs);
  const ending = all.toSorted((a, b) => a.endNs - b.endNs);
  const borders = Float64Array.from(new Set(all.flatMap(({ startNs, endNs }) => [startNs, endNs]))).sort();
  const sum = new WorkingSetSum();
  const samples: WorkingSetSample[] = [];
  for (let i = 1, begun = 0, ended = 0; i < borders.length; i++) {
    const [startNs, endNs] = [borders[i - 1], borders[i]];
    for (; ended < all.length && ending[ended].endNs <= startNs; ended++) sum.remove(ending[ended]);
    for (; begun < all.length && starting[begun].startNs <= startNs; begun++) sum.add(starting[begun]);
    if (sum.size > 0) samples.push(sum.sample(startNs, endNs));
  }
  return { wantedNs, method: methodOf(with_.map(({ method }) => method)), samples: joined(samples) };
}

/** Moments between windows that end almost together are none of their own. */
function joined(samples: readonly WorkingSetSample[]): WorkingSetSample[] {
  const longest = samples.reduce((most, { startNs, endNs }) => Math.max(most, endNs - startNs), 0);
  return samples.filter(({ startNs, endNs }) => endNs - startNs >= longest / 100);
}

function methodOf(methods: readonly WorkingSetMethod[]): WorkingSetMethod {
  if (methods.length === 0 || methods.includes("snapshots")) return "snapshots";
  return methods.includes("panel") ? "panel" : "exact";
}
