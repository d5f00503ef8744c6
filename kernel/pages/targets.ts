import type { AddressRange, Context, RecordedProcess, RecordItem } from "../../damon/mod.ts";
import type { PageSampler, SampledArea } from "../../ffi/mod.ts";
import { descendantsOf, livingThreadOf, processOf, residentPagesOf, type Roots } from "../machine/mod.ts";
import type { MethodFacts } from "./method.ts";
import { PagesTarget } from "./target.ts";
import type { ObjectOf } from "./union.ts";

/** How often a list of changed mappings is in the record at most, ns. */
const LISTED_NS = 100e6;

/** The processes that are sampled, by target id; those that have ended are taken out. */
export class PagesTargets implements Iterable<[number, PagesTarget]> {
  /** Pids by target id, of those that have ended too. */
  readonly pids: number[] = [];
  /** The children that were followed, as they were when they were taken in. */
  readonly children: RecordedProcess[] = [];
  /** Most bytes of hugetlbfs that were mapped. */
  hugetlbBytes = 0;
  /** Share of one CPU that looking at what is mapped may take. */
  readonly mapsShare: number;
  readonly #roots: Roots;
  readonly #sampler: PageSampler;
  readonly #context: Context;
  readonly #targets = new Map<number, PagesTarget>();
  /** Through which thread each is looked at, by target id: its main one, while that has not ended. */
  readonly #threads = new Map<number, number>();
  #mappingsNs = 0;

  constructor(roots: Roots, sampler: PageSampler, context: Context, mapsShare: number) {
    this.#roots = roots;
    this.#sampler = sampler;
    this.#context = context;
    this.mapsShare = mapsShare;
    for (const { pid } of context.targets) this.#add(pid!);
  }

  get size(): number {
    return this.#targets.size;
  }

  [Symbol.iterator](): Iterator<[number, PagesTarget]> {
    return this.#targets[Symbol.iterator]();
  }

  /** Nothing is left of the thread through which it was looked at: the target goes, unless another thread goes on. */
  end(id: number): void {
    if (this.#replaceThread(id)) return;
    this.#sampler.remove(this.#targets.get(id)!.slot);
    this.#targets.delete(id);
    this.#share();
  }

  /** Takes in what they have forked. */
  followForks(): void {
    for (const child of descendantsOf(this.#roots, [...this.#targets.values()].map(({ pid }) => pid))) {
      this.children.push(processOf(this.#roots, child));
      this.#add(child);
    }
  }

  /** What is mapped now where that has changed, until `signal`; `must` looks even where the size of it has not. */
  async *changedMappings(must: boolean, signal?: AbortSignal): AsyncGenerator<RecordItem> {
    const timeNs = this.#sampler.clockNs();
    if (!must && timeNs < this.#mappingsNs) return;
    this.#mappingsNs = timeNs + LISTED_NS;
    let hugetlbBytes = 0;
    if (must) this.#replaceThreads();
    for (const target of this.#targets.values()) {
      if (signal?.aborted) return;
      const mappings = await target.update(must, this.mapsShare, signal);
      if (mappings) yield { kind: "mappings", mappings: { timeNs, pid: target.pid, mappings } };
      hugetlbBytes += target.hugetlbBytes;
    }
    this.hugetlbBytes = Math.max(this.hugetlbBytes, hugetlbBytes);
  }

  /** Pages in memory of all of them. */
  residentPages(): number {
    return [...this.#targets.keys()].reduce((sum, id) => sum + residentPagesOf(this.#roots, this.#threads.get(id)!), 0);
  }

  /** How much there is to look at. */
  facts(): MethodFacts {
    const mappings = [...this.#targets.values()].reduce((sum, { nrAreas }) => sum + nrAreas, 0);
    return { pages: this.residentPages(), mappings };
  }

  /** What the mappings of each map, where several processes may map it: the same memory has the same name. */
  objects(): ObjectOf {
    const byPid = new Map([...this.#targets.values()].map((target) => [target.pid, target.objects]));
    return (pid, start) => byPid.get(pid)?.get(start);
  }

  /** What was in memory of each at the last look at all of it; see {@linkcode PageSampler.areas}. */
  areas(endsWindow: boolean): { pid: number; areas: SampledArea[] }[] {
    return [...this.#targets.values()].map((target) => ({ pid: target.pid, areas: target.areas(endsWindow) }));
  }

  #add(pid: number, fixed = this.#context.targets.find((target) => target.pid === pid)?.regions ?? []): void {
    const thread = livingThreadOf(this.#roots, pid);
    let slot: number;
    try {
      slot = this.#sampler.add(thread);
    } catch (error) {
      // It ended in this moment.
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    const id = this.pids.push(pid) - 1;
    this.#put(id, thread, { pid, slot, fixed });
    this.#share();
  }

  #put(id: number, thread: number, of: { pid: number; slot: number; fixed: readonly AddressRange[] }): void {
    const { nrRegions } = this.#context;
    this.#threads.set(id, thread);
    this.#targets.set(id, new PagesTarget({ roots: this.#roots, sampler: this.#sampler, thread, nrRegions, ...of }));
  }

  /** A process goes on when its main thread ends, but nothing is to be seen through that any more. */
  #replaceThreads(): void {
    for (const id of this.#targets.keys()) this.#replaceThread(id);
  }

  /** Whether another thread now stands for the one through which this target was looked at. */
  #replaceThread(id: number): boolean {
    const target = this.#targets.get(id)!;
    const thread = this.#threads.get(id)!;
    const living = livingThreadOf(this.#roots, target.pid, thread);
    if (living === thread || living === target.pid) return false;
    let slot: number;
    try {
      slot = this.#sampler.add(living);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    this.#sampler.remove(target.slot);
    this.#put(id, living, { pid: target.pid, slot, fixed: target.fixed });
    this.#share();
    return true;
  }

  /** The bounds of regions are of all targets together. */
  #share(): void {
    const { min, max } = this.#context.nrRegions;
    const each = (bound: number) => Math.max(3, Math.floor(bound / Math.max(1, this.#targets.size)));
    for (const target of this.#targets.values()) target.nrRegions = { min: each(min), max: each(max) };
  }
}
