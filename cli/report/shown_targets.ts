import { formatBytes, formatNr, type Snapshot } from "../../damon/mod.ts";
import type { RecordedTarget } from "../../report/mod.ts";

/**
 * Which targets a report shows that is written while it is read: the first ones. Of the others it counts how much memory
 * was monitored, and which was the largest.
 */
export class ShownTargets {
  readonly #shown = new Set<RecordedTarget>();
  readonly #left = new Map<RecordedTarget, number>();

  /** So many are shown. */
  constructor(readonly most: number) {}

  /** Whether the snapshot is of one that is shown. */
  has({ regions: { length, start, end } }: Snapshot, target: RecordedTarget): boolean {
    if (this.#shown.has(target)) return true;
    if (this.#shown.size < this.most) return this.#shown.add(target) !== undefined;
    let bytes = 0;
    for (let i = 0; i < length; i++) bytes += end[i] - start[i];
    this.#left.set(target, Math.max(bytes, this.#left.get(target) ?? 0));
    return false;
  }

  /** What is left out; no line where nothing is. */
  lines(): string[] {
    if (this.#left.size === 0) return [];
    let [sum, most, largest] = [0, -1, undefined as RecordedTarget | undefined];
    for (const [target, bytes] of this.#left) {
      sum += bytes;
      if (bytes > most) [most, largest] = [bytes, target];
    }
    const { kdamond, index } = largest!;
    return [
      `${formatNr(this.#left.size)} targets more, with ${formatBytes(sum)} monitored, are left out; the largest has ` +
      `${formatBytes(most)}: --kdamond ${kdamond} --target ${index} shows it, --top all shows all`,
    ];
  }
}
