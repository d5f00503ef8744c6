import type { RecordItem } from "../../damon/mod.ts";
import type { PagesMonitorOptions } from "../../kernel/monitor/pages_monitor_options.ts";
import { openPagesMonitor, type PagesMonitor } from "../../kernel/monitor/pages_monitor.ts";
import { defaultRoots } from "../../kernel/machine/roots.ts";

/** How a page sampler may be told to look. */
export type Mode = PagesMonitorOptions["mode"];

/** A monitor of processes with short intervals and a budget that does not stretch them. */
export function monitorOf(mode: Mode, pids: number[], options: Partial<PagesMonitorOptions> = {}): PagesMonitor {
  return openPagesMonitor(defaultRoots(), {
    mode,
    maxOverhead: 1,
    context: {
      operations: "vaddr",
      intervals: { sampleUs: 10_000, aggrUs: 100_000, updateUs: 100_000 },
      nrRegions: { min: 10, max: 1000 },
      targets: pids.map((pid) => ({ pid, regions: [] })),
    },
    ...options,
  });
}

/** Items until `isEnough`, or the monitor ends by itself. */
export async function itemsUntil(
  monitor: PagesMonitor,
  isEnough: (item: RecordItem) => boolean,
): Promise<RecordItem[]> {
  const abort = new AbortController();
  const items: RecordItem[] = [];
  for await (const item of monitor.items(abort.signal)) {
    items.push(item);
    if (isEnough(item)) abort.abort();
  }
  return items;
}

/** The snapshots among them. */
export const snapshotsOf = (items: RecordItem[]) =>
  items.flatMap((item) => item.kind === "snapshot" ? [item.snapshot] : []);

/** The working sets among them. */
export const workingSetsOf = (items: RecordItem[]) =>
  items.flatMap((item) => item.kind === "working_set" ? [item.workingSet] : []);
