import type { WorkingSetCourse, WorkingSetMethod, WorkingSetSample } from "./working_set.ts";

/**
 * The working sets of several targets together. Between the borders of any window it is the sum of those windows that the
 * time lies in; of memory that several targets may share, the largest part that one of them touched, and at most all parts.
 */
export function togetherOf(courses: readonly WorkingSetCourse[], wantedNs: number): WorkingSetCourse {
  const with_ = courses.filter(({ samples }) => samples.length > 0);
  if (with_.length === 1) return { wantedNs, method: with_[0].method, samples: with_[0].samples };
  const borders = [...new Set(with_.flatMap(({ samples }) => samples.flatMap((one) => [one.startNs, one.endNs])))]
    .sort((a, b) => a - b);
  const at = with_.map(() => 0);
  const samples: WorkingSetSample[] = [];
  for (let i = 1; i < borders.length; i++) {
    const [startNs, endNs] = [borders[i - 1], borders[i]];
    const now = with_.flatMap(({ samples }, k) => {
      while (at[k] < samples.length && samples[at[k]].endNs <= startNs) at[k]++;
      const sample = samples[at[k]];
      return sample && sample.startNs <= startNs ? [sample] : [];
    });
    if (now.length > 0) samples.push({ ...sumOf(now), startNs, endNs });
  }
  return { wantedNs, method: methodOf(with_.map(({ method }) => method)), samples: joined(samples) };
}

function sumOf(samples: readonly WorkingSetSample[]): WorkingSetSample {
  const sum = (of: (sample: WorkingSetSample) => number) => samples.reduce((all, sample) => all + of(sample), 0);
  // What is counted of a key beside its largest part, and so perhaps twice.
  let twice = 0;
  if (samples.length > 1) {
    const parts = new Map<string, { sum: number; most: number }>();
    for (const { shared } of samples) {
      for (const [key, bytes] of shared ?? []) {
        const part = parts.get(key) ?? { sum: 0, most: 0 };
        parts.set(key, { sum: part.sum + bytes, most: Math.max(part.most, bytes) });
      }
    }
    for (const { sum, most } of parts.values()) twice += sum - most;
  }
  const isKnown = samples.every(({ residentBytes }) => residentBytes !== undefined);
  return {
    ...samples[0],
    bytes: sum(({ bytes }) => bytes) - twice,
    lowBytes: Math.max(0, sum(({ lowBytes }) => lowBytes) - twice),
    highBytes: sum(({ highBytes }) => highBytes),
    variance: sum(({ variance }) => variance),
    ...(isKnown && { residentBytes: sum(({ residentBytes }) => residentBytes!) }),
  };
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
