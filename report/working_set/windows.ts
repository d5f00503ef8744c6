import type { Snapshot, Source } from "../../damon/mod.ts";
import type { WorkingSetSample } from "./working_set.ts";
import { touchedRegionsOf, withResidency } from "./estimate.ts";
import { type KeptSnapshot, keptSnapshot } from "./kept_snapshot.ts";
import type { AddressLayout } from "./layout.ts";
import type { PartOfSet } from "./measured.ts";
import { uniteTouched } from "./union.ts";

/** How {@linkcode TargetWindows} behaves. */
export interface WindowsOptions {
  /** Only some of the target's memory comes. */
  isPart: boolean;
  /** Takes what was touched of each name in a window. */
  onPart?: (part: PartOfSet, window: WorkingSetSample) => void;
}

/** Cuts a target's snapshots into windows, and makes a working set of each. It holds the snapshots of one. */
export class TargetWindows {
  readonly #samples: WorkingSetSample[] = [];
  #parts: KeptSnapshot[] = [];
  #source: Source = "unknown";
  #usedBytes: number | undefined;

  constructor(readonly windowNs: number, readonly layout: AddressLayout, readonly options: WindowsOptions) {}

  /**
   * Takes the next snapshot. A window ends where it is nearest to the length that is asked for.
   *
   * @param residentBytes Of the whole process, where that is known.
   */
  add(snapshot: Snapshot, source: Source, residentBytes: number | undefined): void {
    this.#usedBytes = residentBytes;
    this.#source = source;
    const { windowNs } = this;
    const first = this.#parts[0];
    if (first) {
      const last = this.#parts.at(-1)!;
      const [nowNs, thenNs] = [last.endNs - first.startNs, snapshot.endNs - first.startNs];
      const isApart = snapshot.startNs < first.startNs || snapshot.startNs - last.endNs > windowNs / 2;
      if (isApart || (thenNs > windowNs && thenNs - windowNs > Math.abs(windowNs - nowNs))) this.#close();
    }
    this.#parts.push(keptSnapshot(snapshot));
    if (snapshot.endNs - this.#parts[0].startNs >= windowNs) this.#close();
  }

  /** All windows; a last one that is too short is left out, but of a record that has no other. */
  finish(): readonly WorkingSetSample[] {
    const [first, last] = [this.#parts[0], this.#parts.at(-1)];
    if (!first || !last) return this.#samples;
    if (this.#samples.length === 0 || last.endNs - first.startNs >= this.windowNs / 2) this.#close();
    return this.#samples;
  }

  #close(): void {
    const { layout, options } = this;
    const { ranges, residency } = layout;
    const touched = this.#parts.map((part) => touchedRegionsOf(part, this.#source));
    const parts = residency ? touched.map((part) => withResidency(part, ranges)) : touched;
    this.#parts = [];
    let [bytes, lowBytes, highBytes, presentBytes] = [0, 0, 0, 0];
    const names = new Map<string, PartOfSet>();
    const shared = new Map<string, number>();
    const isPresentKnown = residency !== undefined || parts.every(({ resident }) => resident);
    uniteTouched(parts, this.windowNs, ranges, (piece) => {
      bytes += piece.bytes;
      lowBytes += piece.lowBytes;
      highBytes += piece.highBytes;
      presentBytes += piece.residentBytes;
      const range = ranges[piece.range];
      if (range?.shared !== undefined) shared.set(range.shared, (shared.get(range.shared) ?? 0) + piece.bytes);
      if (!options.onPart) return;
      const name = range?.name ?? "";
      const part = names.get(name);
      if (!part) {
        names.set(name, { name, bytes: piece.bytes, ...(isPresentKnown && { residentBytes: piece.residentBytes }) });
        return;
      }
      part.bytes += piece.bytes;
      if (isPresentKnown) part.residentBytes! += piece.residentBytes;
    });
    const whole = options.isPart ? undefined : residency?.residentBytes;
    const residentBytes = whole ?? (isPresentKnown ? presentBytes : options.isPart ? undefined : this.#usedBytes);
    // More than there is cannot have been touched.
    const fit = residentBytes !== undefined && bytes > residentBytes ? residentBytes / bytes : 1;
    const count = parts.length;
    // Looks of several snapshots are of the same window; what they miss grows with what is made of them.
    const growth = lowBytes > 0 ? Math.min(10, bytes / lowBytes) : 1;
    const window: WorkingSetSample = {
      ...{ startNs: parts[0].startNs, endNs: parts[count - 1].endNs },
      ...{ bytes: bytes * fit, lowBytes: lowBytes * fit, highBytes: Math.min(residentBytes ?? Infinity, highBytes) },
      variance: parts.reduce((sum, { variance }) => sum + variance, 0) / count ** 2 * growth ** 2,
      ...(residentBytes !== undefined && { residentBytes }),
      ...(shared.size > 0 && { shared }),
    };
    this.#samples.push(window);
    for (const part of names.values()) options.onPart!({ ...part, bytes: part.bytes * fit }, window);
  }
}
