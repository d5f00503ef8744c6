import {
  type AddressRange,
  bytesOutside,
  CLOSED_GAP_BYTES,
  KernelError,
  type Mapping,
  type MappingResidency,
  type PageRun,
  type RecordItem,
  type Residency,
  watchedRangesOf,
} from "../../damon/mod.ts";
import type { MemoryScanner } from "../../ffi/mod.ts";
import { faultsOf, mappingsIn, parseMapsInTurns, processDirOf } from "./process.ts";
import { readOptional, type Roots } from "./roots.ts";

/** Share of one CPU that looking at one process's memory may take: what is large is looked at less often. */
const LOOK_SHARE = 0.015;
/** Shortest time from one look to the next, ms. */
const LEAST_MS = 200;
/** Longest, where nothing seems to have changed: mappings may have moved without a fault. */
const IDLE_MS = 5000;
/** So many looks at the beginning come sooner. */
const HASTY_LOOKS = 4;
/** The kernel's own pages at the end of all addresses, and those that no DAMON sees. */
const FOREIGN = new Set(["[vsyscall]", "[vvar]", "[vvar_vclock]"]);

/**
 * What one process has mapped, and what of it is in memory: looked at where faults or its size say that it may have
 * changed.
 */
export class MemoryWatch {
  /** Bytes in memory and in swap, as of the last look. */
  bytes = 0;
  /** Time that looks took so far, ms. */
  spentMs = 0;
  /** What was in memory that may be accessed, as of the last look. */
  runs: PageRun[] = [];
  #mapsText = "";
  #mappings: Mapping[] = [];
  #faults = "";
  #nextMs = 0;
  #lastMs = -Infinity;
  #looks = 0;

  /** @param scanner Without it only what is mapped is looked at. */
  constructor(
    readonly roots: Roots,
    readonly pid: number,
    readonly clockNs: () => number,
    readonly scanner?: Pick<MemoryScanner, "scan">,
  ) {}

  /** What is mapped, as an item of a record, where that has changed since the last look. */
  lookAtMappings(): RecordItem[] {
    const text = this.#changedMaps();
    return text === undefined ? [] : [this.#learn(mappingsIn(text))];
  }

  #changedMaps(): string | undefined {
    const text = readOptional(`${processDirOf(this.roots, this.pid)}/maps`);
    if (!text || text === this.#mapsText) return undefined;
    this.#mapsText = text;
    return text;
  }

  #learn(mappings: Mapping[]): RecordItem {
    this.#mappings = mappings;
    return { kind: "mappings", mappings: { timeNs: this.clockNs(), pid: this.pid, mappings } };
  }

  /**
   * What has changed since the last look, as items of a record.
   *
   * @param isNow Whatever it costs.
   * @returns nothing too soon after the last look, where nothing has changed, and where the process is gone.
   */
  async look(isNow = false): Promise<RecordItem[]> {
    const beginMs = performance.now();
    if (!isNow && beginMs < this.#nextMs) return [];
    const faults = faultsOf(this.roots, this.pid);
    if (faults === undefined || (!isNow && faults === this.#faults && beginMs < this.#lastMs + IDLE_MS)) return [];
    const text = this.#changedMaps();
    const items = text === undefined ? [] : [this.#learn((await parseMapsInTurns(text))!)];
    if (this.scanner && this.#mappings.length > 0) {
      const residency = await this.#scan(this.scanner);
      if (residency) items.push({ kind: "residency", residency });
    }
    this.#faults = faults;
    const endMs = performance.now();
    this.spentMs += endMs - beginMs;
    this.#lastMs = endMs;
    // What has just begun changes faster than it will.
    const share = LOOK_SHARE * Math.max(1, HASTY_LOOKS / ++this.#looks);
    this.#nextMs = endMs + Math.max(LEAST_MS, (endMs - beginMs) / share);
    return items;
  }

  async #scan(scanner: Pick<MemoryScanner, "scan">): Promise<Residency | undefined> {
    const own = this.#mappings.filter(({ path }) => !FOREIGN.has(path));
    let runs: PageRun[];
    try {
      runs = await scanner.scan(`${processDirOf(this.roots, this.pid)}/pagemap`, own, CLOSED_GAP_BYTES);
    } catch (error) {
      // It ends in this moment.
      if (error instanceof KernelError) return undefined;
      throw error;
    }
    const mappings = residencyOf(own, runs);
    const residentBytes = mappings.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    const swapBytes = mappings.reduce((sum, { swapBytes }) => sum + swapBytes, 0);
    this.runs = accessible(own, runs);
    this.bytes = residentBytes + swapBytes;
    return { timeNs: this.clockNs(), pid: this.pid, residentBytes, swapBytes, mappings };
  }

  /** What is to be watched of it, in at most `most` ranges. */
  ranges(most: number, before: readonly AddressRange[]): AddressRange[] {
    return watchedRangesOf(this.runs, { most, before }).ranges;
  }

  /** Share of what is there that is in none of these ranges, 0 to 1. */
  shareOutside(ranges: readonly AddressRange[]): number {
    const all = this.runs.reduce((sum, { residentBytes, swapBytes }) => sum + residentBytes + swapBytes, 0);
    return all === 0 ? 0 : bytesOutside(this.runs, ranges) / all;
  }

  /** Share of these ranges in which nothing is any more, 0 to 1; the small gaps in them included. */
  shareGone(ranges: readonly AddressRange[]): number {
    const all = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    const there = this.runs.reduce((sum, { start, end }) => sum + end - start, 0) - bytesOutside(this.runs, ranges);
    return all === 0 ? 0 : Math.max(0, 1 - there / all);
  }
}

/** Runs, each of which is in one mapping, added up by mapping. */
function residencyOf(mappings: readonly Mapping[], runs: readonly PageRun[]): MappingResidency[] {
  const found: MappingResidency[] = [];
  eachIn(mappings, runs, (mapping, run) => {
    let last = found.at(-1);
    if (last?.start !== mapping.start) {
      last = { start: mapping.start, end: mapping.end, residentBytes: 0, swapBytes: 0 };
      found.push(last);
    }
    last.residentBytes += run.residentBytes;
    last.swapBytes += run.swapBytes;
  });
  return found;
}

/** Without those that nobody may access. */
function accessible(mappings: readonly Mapping[], runs: readonly PageRun[]): PageRun[] {
  const found: PageRun[] = [];
  eachIn(mappings, runs, ({ perms }, run) => {
    if (!perms.startsWith("---")) found.push(run);
  });
  return found;
}

function eachIn(mappings: readonly Mapping[], runs: readonly PageRun[], take: (of: Mapping, run: PageRun) => void) {
  let i = 0;
  for (const run of runs) {
    while (i < mappings.length && mappings[i].end <= run.start) i++;
    if (i < mappings.length) take(mappings[i], run);
  }
}
