import type { ProfileCounts, ProfileStack, RecordItem } from "../../damon/mod.ts";
import { openProfiler, type Profiler, type ProfileSample } from "../../ffi/mod.ts";
import type { Roots } from "../machine/mod.ts";
import { SymbolsClient } from "./symbols_client.ts";

export { hidesKernelFunctions } from "./symbols.ts";

/** Samples what the recorded processes run, for the record. `await using` it. */
export class ProfileSource implements AsyncDisposable {
  readonly #symbols: SymbolsClient;
  #profiler: Profiler | undefined;
  readonly #hz: number;
  readonly #watched = new Set<number>();
  #waiting: ProfileSample[] = [];
  #samples = 0;
  #leftOut = 0;
  #lastNs = 0;

  /**
   * Prepares what takes a moment; nothing is sampled yet.
   *
   * @param hz Looks a second at each processor.
   */
  constructor(roots: Roots, hz: number) {
    this.#hz = hz;
    this.#symbols = new SymbolsClient(roots);
  }

  /**
   * Begins to sample.
   *
   * @param pids Whose code; none: everybody's.
   * @param nowNs Now, ns of CLOCK_BOOTTIME.
   * @throws {UnsupportedError} or {KernelError} where it cannot be done.
   */
  start(pids: readonly number[], nowNs: number): void {
    this.#lastNs = nowNs;
    this.#profiler = openProfiler({ hz: this.#hz, everyone: pids.length === 0 });
    for (const pid of pids) this.#watch(pid);
  }

  /**
   * What a monitor sees, and after each snapshot what ran in its time. What waits for names holds up nothing: the monitor is
   * read on, and its items come a moment later.
   */
  async *with(items: AsyncIterable<RecordItem>): AsyncGenerator<RecordItem> {
    const source = items[Symbol.asyncIterator]();
    const queue: (RecordItem | Promise<RecordItem[]>)[] = [];
    let wake = () => {};
    let end: { error?: unknown } | undefined;
    const read = async () => {
      for (let next = await source.next(); !next.done; next = await source.next()) {
        const item = next.value;
        queue.push(item);
        // A child that is followed is first heard of by what it has mapped.
        if (item.kind === "mappings" && this.#watched.size > 0) this.#watch(item.mappings.pid);
        if (item.kind === "snapshot") queue.push(this.#until(item.snapshot.endNs));
        wake();
      }
      queue.push(this.#until(Infinity));
    };
    read().then(() => end = {}, (error) => end = { error }).finally(() => wake());
    try {
      for (;;) {
        const next = queue.shift();
        if (next === undefined) {
          if (end) break;
          await new Promise<void>((resolve) => wake = resolve);
        } else if (next instanceof Promise) yield* await next;
        else yield next;
      }
      if (end && "error" in end) throw end.error;
    } finally {
      await source.return?.();
    }
  }

  /** Waits until names can be found, or until `signal`: what is sampled from then on does not wait for them at the end. */
  begun(signal: AbortSignal): Promise<void> {
    return this.#symbols.begun(signal);
  }

  /** Somebody wants to end: names that are still missing are not waited for. */
  hurry(): void {
    this.#symbols.hurry();
  }

  counts(): ProfileCounts {
    const { dropped } = this.#profiler?.counters() ?? { dropped: 0 };
    return { hz: this.#hz, samples: this.#samples, dropped, ...(this.#leftOut > 0 && { leftOut: this.#leftOut }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#symbols[Symbol.dispose]();
    await this.#profiler?.[Symbol.asyncDispose]();
  }

  #watch(pid: number): void {
    if (this.#watched.has(pid)) return;
    this.#watched.add(pid);
    if (!this.#profiler!.watch(pid)) this.#leftOut++;
    this.#symbols.see(pid);
  }

  /** The samples up to this time, a profile for each process. Those after it are of the next snapshot's time. */
  async #until(endNs: number): Promise<RecordItem[]> {
    this.#waiting.push(...this.#profiler!.drain());
    // Those of several processors are nearly, but not quite, in the order of time.
    const due = this.#waiting.filter(({ timeNs }) => timeNs < endNs);
    if (due.length === 0) return [];
    this.#waiting = this.#waiting.filter(({ timeNs }) => timeNs >= endNs);
    const lastNs = due.reduce((last, { timeNs }) => Math.max(last, timeNs), 0);
    const startNs = Math.min(this.#lastNs, lastNs);
    const until = Number.isFinite(endNs) ? endNs : lastNs;
    this.#lastNs = until;
    this.#samples += due.length;
    return await Promise.all(
      Array.from(Map.groupBy(due, ({ pid }) => pid), async ([pid, samples]): Promise<RecordItem> => {
        const stacks = await this.#stacksOf(samples);
        return { kind: "profile", profile: { startNs, endNs: until, pid, hz: this.#hz, stacks } };
      }),
    );
  }

  async #stacksOf(samples: readonly ProfileSample[]): Promise<ProfileStack[]> {
    const stacks = new Map<string, ProfileStack>();
    for (const frames of await this.#symbols.framesOf(samples)) {
      const key = JSON.stringify(frames);
      const stack = stacks.get(key);
      if (stack) stack.count++;
      else stacks.set(key, { frames, count: 1 });
    }
    return [...stacks.values()];
  }
}
