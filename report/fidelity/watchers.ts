import { command, failed, option, said } from "../../damon/mod.ts";
import type { RecordHeader } from "../../damon/mod.ts";
import { type Watcher, watcherOf } from "./fidelity.ts";
import type { Truth } from "./truth.ts";

/** Who watched the same memory in two records. */
export interface CommonWatchers {
  /** The process; `undefined` for physical memory. */
  pid: number | undefined;
  /** In the record. */
  watcher: Watcher;
  /** In the reference. */
  referenceWatcher: Watcher;
}

/**
 * What two records have in common, for {@linkcode fidelityBetween}: the one process that both watched, or physical
 * memory.
 *
 * @param pid Which process, where they have several in common.
 * @throws {RangeError} where they are not of the same boot of one machine by the same clock, or have no target in common,
 * or several.
 */
export function watchersOf(record: RecordHeader, reference: RecordHeader, pid?: number): CommonWatchers {
  checkSameTime(record, reference);
  const [ours, theirs] = [pidsOf(record), pidsOf(reference)];
  const common = ours.filter((one) => theirs.includes(one) && (pid === undefined || one === pid));
  if (common.length > 1) {
    throw failed(RangeError, {
      what: `Both records watched several processes: ${common.join(", ")}`,
      help: said`choose one with ${option("pid")}`,
    });
  }
  const [watcher, referenceWatcher] = common.length === 1
    ? [watcherOf(record, common[0]), watcherOf(reference, common[0])]
    : pid === undefined
    ? [physicalOf(record), physicalOf(reference)]
    : [];
  if (watcher && referenceWatcher) return { pid: common.at(0), watcher, referenceWatcher };
  throw failed(RangeError, {
    what: `The records did not both watch ${pid === undefined ? "the same process" : `process ${pid}`}`,
    why: `one watched ${watchedOf(record)}, the other ${watchedOf(reference)}`,
    help: NEXT,
  });
}

/**
 * Who watched the workload of a truth, for {@linkcode FidelityOptions}.
 *
 * @throws {RangeError} where the record watched other memory, or has its times by another clock.
 */
export function truthWatcherOf(record: RecordHeader, truth: Truth): Watcher {
  const watcher = watcherOf(record, truth.pid);
  if (!watcher) {
    throw new RangeError(
      `The record watched ${watchedOf(record)}, and the truth is about process ${truth.pid}; take both from one run`,
    );
  }
  if (record.clock.name !== "boottime") {
    throw failed(RangeError, {
      what: `The record has its times by the clock ${record.clock.name}, and the truth by boottime`,
      help: said`record it with ${command("record")}`,
    });
  }
  return watcher;
}

const NEXT = said`compare each with its own workload's truth: ${
  command("report", { words: ["fidelity", "RECORD", "TRUTH"] })
}`;

function checkSameTime(record: RecordHeader, reference: RecordHeader): void {
  const [ours, theirs] = [record.host, reference.host];
  const bootOf = ({ hostname, bootId }: RecordHeader["host"]) =>
    `boot ${bootId || "unknown"} of ${hostname || "an unknown host"}`;
  // Times and addresses of another boot, even of the same program, mean other things.
  if (ours.bootId === "" || ours.bootId !== theirs.bootId) {
    throw failed(RangeError, {
      what: "The records are not of the same boot of one machine",
      why: `one is of ${bootOf(ours)}, the other of ${bootOf(theirs)}`,
      help: NEXT,
    });
  }
  if (record.clock.name === "unknown" || record.clock.name !== reference.clock.name) {
    throw failed(RangeError, {
      what: `The records have their times by different clocks: ${record.clock.name} and ${reference.clock.name}`,
      help: NEXT,
    });
  }
}

function pidsOf({ kdamonds }: RecordHeader): number[] {
  const targets = kdamonds.flatMap(({ contexts }) =>
    contexts.flatMap(({ operations, targets }) => operations === "paddr" ? [] : targets)
  );
  return [...new Set(targets.flatMap(({ pid }) => pid === undefined ? [] : [pid]))];
}

function physicalOf({ kdamonds }: RecordHeader): Watcher | undefined {
  const found = kdamonds.find(({ contexts }) => contexts.some(({ operations }) => operations === "paddr"));
  return found && { kdamond: found.pid };
}

function watchedOf(header: RecordHeader): string {
  const pids = pidsOf(header);
  if (pids.length > 0) return `${pids.length === 1 ? "process" : "processes"} ${pids.join(", ")}`;
  return physicalOf(header) ? "physical memory" : "nothing that it names";
}
