import {
  failed,
  type Intervals,
  type Kdamond,
  option,
  type RecordedKdamond,
  type RecordItem,
  Regions,
  said,
  type Scheme,
  type Snapshot,
  SYSFS_FEATURES,
  UnsupportedError,
} from "../../damon/mod.ts";
import {
  isAlive,
  MappingsWatch,
  namesIn,
  readKernelTypes,
  readOptional,
  type Roots,
  writeDamon,
  type WriteKernel,
} from "../machine/mod.ts";
import { type DamonInterface, findFeature, inTurn, patiently, stopAll } from "../control/mod.ts";
import { type Monitor, type MonitorCounts, pidsOf } from "./monitor.ts";

/** A kdamond of ours, the last scheme of whose contexts is a {@linkcode snapshotScheme}. */
export interface TriedKdamond {
  recorded: RecordedKdamond;
  isOn(): boolean;
  intervals(): Pick<Intervals, "sampleUs" | "aggrUs"> | undefined;
  /** Turns it off, or takes back what was added to it. */
  stop(): Promise<void>;
}

/** When to look, and how often. */
export interface SnapshotTimes {
  /** Before each, the first too, ms. */
  delayMs: number;
  /** How many; at least 1. */
  count: number;
}

/** The scheme that tells of all regions, and does nothing to them; filters say which of their pages it counts. */
export function snapshotScheme(filters: Scheme["filters"] = []): Scheme {
  const any = { min: 0, max: 2 ** 64 };
  return {
    action: "stat",
    accessPattern: { szBytes: any, nrAccesses: any, age: any },
    ...(filters.length > 0 && { filters }),
  };
}

/**
 * Checks that snapshots of these kdamonds can be told apart, and taken at all.
 *
 * @throws {UnsupportedError} where the kernel does not tell what schemes try.
 * @throws {TypeError} for several targets: regions that a scheme tried do not say whose they are.
 */
export function requireSnapshots(roots: Roots, damon: DamonInterface, kdamonds: readonly Kdamond[]): void {
  const { name, since } = SYSFS_FEATURES.tried_regions;
  if (
    damon.name !== "sysfs" || findFeature(roots, SYSFS_FEATURES.tried_regions, readKernelTypes(roots)).has === false
  ) {
    throw new UnsupportedError(
      {
        what: `Snapshots need the ${name}`,
        why: damon.name === "sysfs"
          ? `the first kernel with them is Linux ${since}`
          : "DAMON's debugfs interface has none",
        help: said`record every interval instead, without ${option("snapshot")}`,
      },
      name,
    );
  }
  const many = kdamonds.findIndex(({ contexts }) => contexts.length > 1 || contexts[0]?.targets.length !== 1);
  if (many >= 0) {
    throw failed(TypeError, {
      what: `Kdamond ${many} has several targets, and a snapshot does not tell their regions apart`,
      help: said`give each target its own kdamond with ${option("nr_targets", "1 1")}, or record without ${
        option("snapshot")
      }`,
    });
  }
}

/** Takes snapshots now and then, by what a scheme tried, where nothing listens to events: it needs no BPF. */
export class TriedMonitor implements Monitor {
  ended: string | undefined;
  readonly kdamonds: RecordedKdamond[];
  readonly #watches: MappingsWatch[];
  readonly #counts: MonitorCounts = { events: 0, received: 0, dropped: 0, torn: 0 };

  constructor(
    readonly roots: Roots,
    readonly watched: readonly TriedKdamond[],
    readonly times: SnapshotTimes,
    readonly write: WriteKernel = writeDamon,
  ) {
    this.kdamonds = watched.map(({ recorded }) => recorded);
    this.#watches = [...new Set(this.kdamonds.flatMap(pidsOf))].map((pid) => new MappingsWatch(roots, pid));
  }

  async *items(signal: AbortSignal): AsyncGenerator<RecordItem> {
    try {
      for (let n = 0; n < this.times.count && !signal.aborted && this.ended === undefined; n++) {
        await sleep(this.times.delayMs, signal);
        if (signal.aborted) return;
        yield* this.#changedMappings();
        for (const each of this.watched) {
          const snapshot = await this.#snapshotOf(each);
          if (snapshot) yield { kind: "snapshot", snapshot };
        }
        this.ended = this.#reasonToEnd();
      }
      if (!signal.aborted) this.ended ??= "all snapshots taken";
    } finally {
      await stopAll(this.watched);
    }
  }

  counts(): MonitorCounts {
    return { ...this.#counts };
  }

  *#changedMappings(): Generator<RecordItem> {
    for (const watch of this.#watches) {
      const mappings = watch.changed();
      if (mappings) yield { kind: "mappings", mappings: { timeNs: uptimeNs(this.roots), pid: watch.pid, mappings } };
    }
  }

  /** `undefined` where it has stopped since. */
  async #snapshotOf(
    { recorded: { index, pid, contexts: [context] }, isOn, intervals }: TriedKdamond,
  ): Promise<Snapshot | undefined> {
    const dir = `${this.roots.damon}/admin/kdamonds/${index}`;
    const scheme = (context.schemes?.length ?? 1) - 1;
    const files = `${dir}/contexts/0/schemes/${scheme}/tried_regions`;
    if (!isOn()) return undefined;
    try {
      // It waits until the scheme has been applied once more.
      const write = () => this.write(`${dir}/state`, "update_schemes_tried_regions");
      await inTurn(this.roots, () => patiently(this.roots, "tell its regions", write));
    } catch (error) {
      if (isOn()) throw error;
      return undefined;
    }
    const endNs = uptimeNs(this.roots);
    const number = (path: string) => Number(readOptional(`${files}/${path}`));
    const names = namesIn(files).filter((name) => /^\d+$/.test(name)).map(Number).toSorted((a, b) => a - b);
    const rows = names.map((name) => ({
      start: number(`${name}/start`),
      end: number(`${name}/end`),
      nrAccesses: number(`${name}/nr_accesses`),
      age: number(`${name}/age`),
      passed: readOptional(`${files}/${name}/sz_filter_passed`),
      hits: (context.probes ?? []).map((_, probe) => readOptional(`${files}/${name}/probes/${probe}/hits`)),
    })).toSorted((a, b) => a.start - b.start);
    const { sampleUs, aggrUs } = intervals() ?? context.intervals;
    const hits = rows.flatMap(({ hits }) => hits);
    const hasHits = hits.length > 0 && hits.every((each) => each !== undefined);
    const hasPassed = rows.length > 0 && rows.every(({ passed }) => passed !== undefined);
    this.#counts.events = this.#counts.received += rows.length;
    return {
      kdamond: pid,
      targetId: 0n,
      startNs: endNs - aggrUs * 1e3,
      endNs,
      sampleUs,
      aggrUs,
      regions: Regions.from(rows),
      ...(hasHits && { probeHits: Uint32Array.from(hits, Number) }),
      scheme: {
        index: scheme,
        ...(hasPassed && { passedBytes: Float64Array.from(rows, ({ passed }) => Number(passed)) }),
      },
    };
  }

  #reasonToEnd(): string | undefined {
    const pids = this.#watches.map(({ pid }) => pid);
    if (pids.length > 0 && pids.every((pid) => !isAlive(this.roots, pid))) return "target exited";
    return this.watched.every((each) => !each.isOn()) ? "kdamond stopped" : undefined;
  }
}

/** CLOCK_BOOTTIME, ns; exact to 10 ms. */
export function uptimeNs(roots: Roots): number {
  return Number(readOptional(`${roots.proc}/uptime`)?.split(" ")[0] ?? 0) * 1e9;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
