import { formatNs } from "../../damon/mod.ts";
import { IDLE_CLASSES, IDLE_NS, type MemoryClassesFold } from "./memory_classes.ts";
import type { WorkingSetCourse } from "../working_set/mod.ts";

/** Memory of one class in a bin of time. */
export interface IdleBar {
  /** Its class. */
  label: string;
  /** Begin of the bin, ns of the record's clock. */
  startNs: number;
  /** Mean of the bytes over {@linkcode ns}. */
  bytes: number;
  /** For how long of the bin that is known, ns. */
  ns: number;
}

/**
 * All memory that was there in each bin: the working set, and the rest by how long it is idle. Snapshots are shorter than a
 * window, and of a region that is used in part they do not tell since when the rest is idle: what windows show to be idle
 * for longer is so.
 */
export function idleBarsOf(
  { samples, wantedNs }: Pick<WorkingSetCourse, "samples" | "wantedNs">,
  { time, ns, idle }: Pick<MemoryClassesFold, "time" | "ns" | "idle">,
): { labels: string[]; bars: IdleBar[] } {
  const window = formatNs(wantedNs);
  const used = `working set of ${window}`;
  const untold = `${window} or more, not told`;
  // The oldest first; classes that end within the window are in the working set.
  const isLonger = (at: number) => at > IDLE_NS.length || IDLE_NS[at - 1] > wantedNs;
  const older = IDLE_CLASSES.map((_, at) => at).slice(1).filter(isLonger).reverse();
  const bars: IdleBar[] = [];
  const found = new Set<string>();
  const end = samples.reduce((last, { endNs }) => Math.max(last, endNs), 0);
  // Where some pages are looked at, there may be no snapshot in a bin: then the one before tells.
  let classes = idle.map(() => 0);
  for (let bin = 0; time.startNs + bin * time.binNs < end; bin++) {
    const startNs = time.startNs + bin * time.binNs;
    const seen = seenIn(samples, startNs, startNs + time.binNs);
    if (ns[bin] > 0) classes = idle.map((row) => row[bin] / ns[bin]);
    if (seen.ns === 0) continue;
    const all = classes.reduce((sum, bytes) => sum + bytes, 0);
    const resident = seen.residentBytes ?? all;
    let rest = Math.max(0, resident - seen.bytes);
    const put = (label: string, bytes: number) => {
      if (bytes >= 1) found.add(label);
      bars.push({ label, startNs, bytes, ns: seen.ns });
    };
    put(used, resident - rest);
    for (const at of older) {
      // Memory that several processes share is in the classes of each.
      const bytes = all === 0 ? 0 : Math.min(rest, classes[at] / all * resident);
      rest -= bytes;
      put(IDLE_CLASSES[at], bytes);
    }
    put(untold, rest);
  }
  const unknown = IDLE_CLASSES.at(-1)!;
  const order = [used, untold, ...older.toReversed().map((at) => IDLE_CLASSES[at])];
  const labels = order.filter((label) => (label !== untold && label !== unknown) || found.has(label));
  return { labels, bars: bars.filter(({ label }) => labels.includes(label)) };
}

/** The windows in a part of the time, mean. */
function seenIn(samples: WorkingSetCourse["samples"], startNs: number, endNs: number) {
  const sums = { ns: 0, bytes: 0, resident: 0 };
  let isKnown = true;
  for (const sample of samples) {
    const ns = Math.min(endNs, sample.endNs) - Math.max(startNs, sample.startNs);
    if (ns <= 0) continue;
    sums.ns += ns;
    sums.bytes += sample.bytes * ns;
    sums.resident += (sample.residentBytes ?? 0) * ns;
    isKnown &&= sample.residentBytes !== undefined;
  }
  return {
    ns: sums.ns,
    bytes: sums.bytes / sums.ns,
    ...(isKnown && { residentBytes: sums.resident / sums.ns }),
  };
}
