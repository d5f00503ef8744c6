import { type AddressRange, KernelError, Regions } from "../damon/model/mod.ts";
import { NativeHandle } from "./native_handle.ts";
import type {
  Clearing,
  PageInterval,
  PageIntervalDone,
  PageSamplerCounters,
  PageSamplerFacts,
  PanelStratum,
  PartRegions,
  SampledArea,
  SampledProcess,
  SampledRegions,
  SpanColumns,
} from "./page_sampling.ts";
import { PAGES_STRUCTS, type PAGES_SYMBOLS } from "./pages_symbols.ts";
import { StructMemory } from "./struct_memory.ts";

type PagesLibrary = Deno.DynamicLibrary<typeof PAGES_SYMBOLS>;

const ENOENT = 2;
const ESRCH = 3;
const ENOSPC = 28;
const ECANCELED = 125;

/** Bits of what {@linkcode PageSampler.look} gives; the level where the walk ended follows from bit 12 on. */
export const PageFlag = { present: 1, accessed: 1 << 5, dirty: 1 << 6, huge: 1 << 7 } as const;

/**
 * Reads and clears the accessed bits of processes' pages. Sampling runs off the main thread, one call at a time.
 *
 * `await using` it: disposing ends a pending call and waits for it.
 */
export class PageSampler implements AsyncDisposable {
  readonly facts: PageSamplerFacts;
  readonly #library: PagesLibrary;
  readonly #handle: NativeHandle;
  readonly #counters = new StructMemory(PAGES_STRUCTS.pagesCounters);

  /** For {@linkcode openPageSampler}. */
  constructor(library: PagesLibrary, address: bigint) {
    this.#library = library;
    this.#handle = new NativeHandle(address, "page sampler", {
      stop: (pointer) => library.symbols.damo_pages__stop(pointer),
      close: (pointer) => {
        library.symbols.damo_pages__close(pointer);
        library.close();
      },
    });
    const facts = new StructMemory(PAGES_STRUCTS.pagesFacts);
    library.symbols.damo_pages__facts(this.#handle.pointer, facts.bytes);
    this.facts = {
      base: facts.exact("base"),
      limit: facts.u64("limit"),
      levels: facts.u32("levels"),
      byIterator: facts.u32("byIterator") !== 0,
      canFlush: facts.u32("canFlush") !== 0,
    };
  }

  /**
   * Takes a process in; returns its slot.
   *
   * @throws {Deno.errors.NotFound} where there is no such process, or it was stopped.
   * @throws {KernelError} where its bits may not be cleared.
   * @throws {RangeError} for more than 1024.
   */
  add(pid: number): number {
    const result = this.#library.symbols.damo_pages__add(this.#open(), pid);
    if (result >= 0) return result;
    if (isEnd(result)) throw new Deno.errors.NotFound(`There is no process ${pid}`);
    if (result === -ENOSPC) throw new RangeError("A sampler takes 1024 processes, and has that many");
    throw new KernelError(
      `sample process ${pid}`,
      -result,
      undefined,
      -result === ENOENT
        ? "use a kernel with CONFIG_PROC_PAGE_MONITOR=y"
        : "run as its owner, or as root with CAP_DAC_OVERRIDE and CAP_SYS_PTRACE",
    );
  }

  /** Tells what to watch of what is mapped, now and later; ascending. Without ranges in `only` it is everything. */
  watch(slot: number, { only, without }: { only?: readonly AddressRange[]; without?: readonly AddressRange[] }): void {
    [only, without].forEach((ranges, what) => {
      if (!ranges) return;
      const start = Float64Array.from(ranges, (range) => range.start);
      const end = Float64Array.from(ranges, (range) => range.end);
      const result = this.#library.symbols.damo_pages__watch(this.#open(), slot, what, start, end, start.length);
      if (result < 0) throw new KernelError("take in ranges to watch", -result);
    });
  }

  /**
   * Looks at what is mapped: where `must`, or where the size of it has changed; at `share` of one CPU at most. Sampling does
   * it as well. `undefined` where the process has ended.
   */
  update(slot: number, must: boolean, share: number): SampledProcess | undefined {
    const state = new StructMemory(PAGES_STRUCTS.pagesProcess);
    const { damo_pages__update } = this.#library.symbols;
    const result = damo_pages__update(this.#open(), slot, Number(must), Math.ceil(share * 1000), state.bytes);
    if (result === -ESRCH) return undefined;
    if (result < 0) throw new KernelError("look at what the process has mapped", -result);
    return {
      residentPages: state.u64("resident"),
      mapsBytes: state.u64("mapsSize"),
      mapsVersion: state.u32("mapsVersion"),
      nrAreas: state.u32("nrAreas"),
    };
  }

  /** The text of `/proc/PID/maps` as {@linkcode update} read it last. */
  maps(slot: number, { mapsBytes }: Pick<SampledProcess, "mapsBytes">): string {
    const text = new Uint8Array(mapsBytes);
    this.#library.symbols.damo_pages__maps(this.#open(), slot, text, text.length);
    return new TextDecoder().decode(text);
  }

  /** Learns which pages are in memory, for {@linkcode areas}; `false` where the process has ended. Half of it if stopped. */
  async survey(slot: number): Promise<boolean> {
    const result = await this.#handle.track(this.#library.symbols.damo_pages__survey(this.#open(), slot));
    if (result < 0 && !isEnd(result)) throw new KernelError("read page tables", -result);
    return result !== -ESRCH;
  }

  /**
   * The mappings with memory or swap behind them, as of the last look at all of them; at most `most`, with neighbours joined.
   *
   * @param endsWindow Begins the next window, for `usedBytes`.
   */
  areas(slot: number, most: number, endsWindow = false): SampledArea[] {
    const [start, end, resident, used, swapped] = Array.from({ length: 5 }, () => new Float64Array(most));
    const { damo_pages__areas } = this.#library.symbols;
    const ends = Number(endsWindow);
    const nr = damo_pages__areas(this.#open(), slot, ends, start, end, resident, used, swapped, most);
    if (nr < 0) throw new KernelError("add up pages", -nr);
    return Array.from({ length: nr }, (_, i) => ({
      start: start[i],
      end: end[i],
      residentBytes: resident[i],
      usedBytes: used[i],
      swapBytes: swapped[i],
    }));
  }

  /**
   * Stretches of mappings with something in memory, as of the last look at all of them: as fine as a last-level table, none of
   * two mappings.
   */
  spans(slot: number): SpanColumns {
    for (let room = 1024;;) {
      const [start, end, residentBytes] = Array.from({ length: 3 }, () => new Float64Array(room));
      const nr = this.#library.symbols.damo_pages__spans(this.#open(), slot, start, end, residentBytes, room);
      if (nr <= room) {
        return {
          start: start.subarray(0, nr),
          end: end.subarray(0, nr),
          residentBytes: residentBytes.subarray(0, nr),
        };
      }
      room = nr;
    }
  }

  /** Bytes in memory of ranges, as of the last look at all of them. */
  residentBytes(slot: number, { start, end }: { start: Float64Array; end: Float64Array }): Float64Array {
    const resident = new Float64Array(start.length);
    if (start.length === 0) return resident;
    const { damo_pages__resident } = this.#library.symbols;
    damo_pages__resident(
      this.#open(),
      slot,
      start as Float64Array<ArrayBuffer>,
      end as Float64Array<ArrayBuffer>,
      start.length,
      resident,
    );
    return resident;
  }

  /**
   * Draws about `wanted` pages in memory at random, at least 8 of each mapping, as of the last look at all of them, and clears
   * them; `undefined` where the process has ended, or it was stopped. Exact sampling until {@linkcode endPanel} would spoil it.
   */
  async beginPanel(slot: number, wanted: number, clearing: Clearing): Promise<number | undefined> {
    const { damo_pages__begin_panel } = this.#library.symbols;
    const isCold = Number(clearing === "cold");
    const result = await this.#handle.track(damo_pages__begin_panel(this.#open(), slot, wanted, isCold));
    if (isEnd(result)) return undefined;
    if (result < 0) throw new KernelError("draw pages", -result, undefined, "run as root or with CAP_SYS_NICE");
    return result;
  }

  /**
   * What was found of these pages, by mapping; `undefined` where the process has ended, or it was stopped.
   *
   * @param strata What {@linkcode beginPanel} returned.
   */
  async endPanel(slot: number, strata: number): Promise<PanelStratum[] | undefined> {
    const [start, end, resident] = Array.from({ length: 3 }, () => new Float64Array(strata + 1));
    const [looks, hits] = [new Uint32Array(strata + 1), new Uint32Array(strata + 1)];
    const { damo_pages__end_panel } = this.#library.symbols;
    const result = await this.#handle.track(
      damo_pages__end_panel(this.#open(), slot, start, end, resident, looks, hits),
    );
    if (isEnd(result)) return undefined;
    if (result < 0) throw new KernelError("look at pages", -result);
    return Array.from({ length: strata }, (_, i) => ({
      start: start[i],
      end: end[i],
      residentBytes: resident[i],
      looks: looks[i],
      hits: hits[i],
    }));
  }

  /** Bytes in memory of all processes together, and accessed in the window, each page of the machine counted once. */
  union(): { residentBytes: number; usedBytes: number } {
    const [resident, used] = [new Float64Array(1), new Float64Array(1)];
    this.#library.symbols.damo_pages__union(this.#open(), resident, used);
    return { residentBytes: resident[0], usedBytes: used[0] };
  }

  /** Forgets the process of a slot. */
  remove(slot: number): void {
    this.#library.symbols.damo_pages__remove(this.#open(), slot);
  }

  /** Clears the accessed bits of all pages of a process; `false` where it has ended, or it was stopped. */
  async clear(slot: number): Promise<boolean> {
    const result = await this.#handle.track(this.#library.symbols.damo_pages__clear(this.#open(), slot));
    if (result < 0 && !isEnd(result)) throw new KernelError("clear accessed bits", -result);
    return result >= 0;
  }

  /** The {@linkcode PageFlag}s of single pages now; `undefined` where the process has ended. */
  look(slot: number, addresses: Float64Array): Uint32Array | undefined {
    const entries = new Uint32Array(addresses.length);
    const { damo_pages__look } = this.#library.symbols;
    const result = damo_pages__look(this.#open(), slot, addresses, addresses.length, entries);
    if (result === -ESRCH) return undefined;
    if (result < 0) throw new KernelError("read page tables", -result);
    return entries;
  }

  /** Samples; `undefined` if {@linkcode stop}ped before the end. */
  async sample(wanted: PageInterval): Promise<PageIntervalDone | undefined> {
    const { beginNs, sampleUs, samples, untilNs, exact, picks, clearing, countsUnion, mapsShare, parts } = wanted;
    if (!(Number.isSafeInteger(samples) && samples >= 1 && samples <= 65535)) {
      throw new RangeError(`samples is ${samples}; it must be 1 to 65535`);
    }
    const interval = new StructMemory(PAGES_STRUCTS.pagesInterval);
    interval.setU64({ nextNs: beginNs, sampleNs: sampleUs * 1e3, untilNs: untilNs ?? 0 });
    interval.setU32({ nrSamples: samples, nrParts: parts.length, exact: Number(exact), picks });
    interval.setU32({ frames: Number(countsUnion ?? false), permil: Math.ceil(mapsShare * 1000) });
    const regions = exact ? [] : parts.map((part) => part.regions ?? NO_REGIONS);
    const { pagesPart } = PAGES_STRUCTS;
    const partBytes = new Uint8Array(pagesPart.bytes * parts.length);
    const partsOf = parts.map((_, i) => new StructMemory(pagesPart, partBytes, i * pagesPart.bytes));
    partsOf.forEach((part, i) => {
      const nrRegions = regions[i]?.start.length ?? 0;
      part.setU32({ slot: parts[i].slot, nrRegions, clear: Number(clearing === "cold") });
    });
    const [start, end] = [joined(regions.map((part) => part.start)), joined(regions.map((part) => part.end))];
    const [hits, looks] = [new Uint32Array(start.length), new Uint32Array(start.length)];
    const call = this.#library.symbols.damo_pages__sample;
    const result = await this.#handle.track(call(this.#open(), interval.bytes, partBytes, start, end, hits, looks));
    if (result === -ECANCELED) return undefined;
    if (result < 0) throw new KernelError("sample pages", -result);
    let at = 0;
    for (const part of regions) {
      for (let i = 0; i < part.hits.length; i++, at++) {
        part.hits[i] += hits[at];
        part.looks[i] += looks[at];
      }
    }
    return {
      startNs: interval.u64("startNs"),
      endNs: interval.u64("endNs"),
      nextNs: interval.u64("nextNs"),
      samples: interval.u32("samples"),
      stuck: interval.u32("stuck"),
      hasEnded: partsOf.map((part) => part.u32("result") !== 0),
    };
  }

  /**
   * Ends an exact aggregation interval of `samples`: the runs of pages of each mapping that were accessed equally often, or
   * about equally often if there would be more than `most` of them and more than twice the mappings. `undefined` if stopped.
   */
  async aggregate(slot: number, samples: number, most: number): Promise<SampledRegions | undefined> {
    const { damo_pages__aggregate, damo_pages__runs } = this.#library.symbols;
    const length = await this.#handle.track(damo_pages__aggregate(this.#open(), slot, samples, most));
    if (length === -ECANCELED) return undefined;
    if (length < 0) throw new KernelError("aggregate pages", -length);
    const regions = Regions.alloc(length);
    const [residentBytes, usedBytes, looks] = [
      new Float64Array(length),
      new Float64Array(length),
      new Uint32Array(length),
    ];
    const { start, end, nrAccesses, age } = regions;
    if (length > 0) {
      damo_pages__runs(this.#open(), samples, start, end, nrAccesses, age, residentBytes, usedBytes, looks);
    }
    return { regions, evidence: { residentBytes, usedBytes, looks } };
  }

  counters(): PageSamplerCounters {
    const counters = this.#counters;
    this.#library.symbols.damo_pages__counters(this.#open(), counters.bytes);
    const { bytes: _, ...fields } = PAGES_STRUCTS.pagesCounters;
    const names = Object.keys(fields) as (keyof typeof fields)[];
    return Object.fromEntries(names.map((name) => [name, counters.u64(name)])) as unknown as PageSamplerCounters;
  }

  /** Ends at once what takes long, now and later; for good. */
  stop(): void {
    this.#handle.stop();
  }

  /** Now: ns of CLOCK_BOOTTIME. */
  clockNs(): number {
    return Number(this.#library.symbols.damo_clock_boottime_ns());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle[Symbol.asyncDispose]();
  }

  #open(): Deno.PointerObject {
    const { pointer, isBusy } = this.#handle;
    if (isBusy) throw new TypeError("The page sampler does one call at a time; wait for the one under way");
    return pointer;
  }
}

/** Nothing more is to be had: the process has ended, or the sampler was stopped. */
function isEnd(result: number): boolean {
  return result === -ESRCH || result === -ECANCELED;
}

const NO_REGIONS: PartRegions = {
  start: new Float64Array(0),
  end: new Float64Array(0),
  hits: new Uint32Array(0),
  looks: new Uint32Array(0),
};

function joined(columns: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const all = new Float64Array(Math.max(1, columns.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}
