import type { RecordItem } from "../../damon/mod.ts";
import type { MemoryScanner } from "../../ffi/mod.ts";
import { MemoryWatch } from "./memory_watch.ts";
import type { Roots } from "./roots.ts";

/** What the processes of a recording have mapped and in memory; what changes comes as items of a record. */
export class MemoryWatches implements Disposable {
  readonly #roots: Roots;
  readonly #scanner: (Pick<MemoryScanner, "scan"> & Disposable) | undefined;
  readonly #watches = new Map<number, MemoryWatch>();
  #items: RecordItem[] = [];

  /**
   * @param clockNs Now, by the clock of the record.
   * @param scanner Without it only what is mapped is looked at. It is disposed of with this.
   */
  constructor(
    roots: Roots,
    readonly clockNs: () => number,
    scanner?: Pick<MemoryScanner, "scan"> & Disposable,
  ) {
    this.#roots = roots;
    this.#scanner = scanner;
  }

  /** Of this process, from now on. */
  of(pid: number): MemoryWatch {
    let watch = this.#watches.get(pid);
    if (!watch) {
      watch = new MemoryWatch(this.#roots, pid, this.clockNs, this.#scanner);
      this.#watches.set(pid, watch);
      this.#items.push(...watch.lookAtMappings());
    }
    return watch;
  }

  /** Looks at all of them, as far as it is time to. */
  async look(): Promise<void> {
    for (const watch of this.#watches.values()) this.#items.push(...await watch.look());
  }

  /** Looks at this one, now. */
  async lookAt(pid: number): Promise<MemoryWatch> {
    const watch = this.of(pid);
    this.#items.push(...await watch.look(true));
    return watch;
  }

  /** No longer at this one. */
  leave(pid: number): void {
    this.#watches.delete(pid);
  }

  /** Those that are looked at. */
  get pids(): number[] {
    return [...this.#watches.keys()];
  }

  /** What has been found since this was called the last time. */
  takeItems(): RecordItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  [Symbol.dispose](): void {
    this.#scanner?.[Symbol.dispose]();
  }
}
