import type { Profile, ProfileCounts, ProfileFrame, ProfileStack, RecordItem } from "../damon/mod.ts";
import { openProfiler, type Profiler, type ProfileSample } from "../ffi/profiler.ts";
import type { Roots } from "./roots.ts";
import { Symbols } from "./symbols.ts";

/** Samples what the recorded processes run, for the record. `await using` it. */
export class ProfileSource implements AsyncDisposable {
  readonly #symbols: Symbols;
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
    this.#symbols = new Symbols(roots);
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

  /** What a monitor sees, and after each snapshot what ran in its time. */
  async *with(items: AsyncIterable<RecordItem>): AsyncGenerator<RecordItem> {
    for await (const item of items) {
      yield item;
      // A child that is followed is first heard of by what it has mapped.
      if (item.kind === "mappings" && this.#watched.size > 0) this.#watch(item.mappings.pid);
      if (item.kind === "snapshot") yield* this.#until(item.snapshot.endNs);
    }
    yield* this.#until(Infinity);
  }

  counts(): ProfileCounts {
    const { dropped } = this.#profiler?.counters() ?? { dropped: 0 };
    return { hz: this.#hz, samples: this.#samples, dropped, ...(this.#leftOut > 0 && { leftOut: this.#leftOut }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#profiler?.[Symbol.asyncDispose]();
  }

  #watch(pid: number): void {
    if (this.#watched.has(pid)) return;
    this.#watched.add(pid);
    if (!this.#profiler!.watch(pid)) this.#leftOut++;
    this.#symbols.see(pid);
  }

  /** The samples up to this time, a profile for each process. Those after it are of the next snapshot's time. */
  *#until(endNs: number): Generator<RecordItem> {
    this.#waiting.push(...this.#profiler!.drain());
    // Those of several processors are nearly, but not quite, in the order of time.
    const due = this.#waiting.filter(({ timeNs }) => timeNs < endNs);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ timeNs }) => timeNs >= endNs);
    const lastNs = due.reduce((last, { timeNs }) => Math.max(last, timeNs), 0);
    const startNs = Math.min(this.#lastNs, lastNs);
    this.#lastNs = Number.isFinite(endNs) ? endNs : lastNs;
    this.#samples += due.length;
    for (const [pid, samples] of Map.groupBy(due, ({ pid }) => pid)) {
      this.#symbols.see(pid);
      const profile: Profile = { startNs, endNs: this.#lastNs, pid, hz: this.#hz, stacks: this.#stacksOf(samples) };
      yield { kind: "profile", profile };
    }
  }

  #stacksOf(samples: readonly ProfileSample[]): ProfileStack[] {
    const stacks = new Map<string, ProfileStack>();
    for (const sample of samples) {
      const frames = this.#framesOf(sample);
      const key = JSON.stringify(frames);
      const stack = stacks.get(key);
      if (stack) stack.count++;
      else stacks.set(key, { frames, count: 1 });
    }
    return [...stacks.values()];
  }

  #framesOf({ pid, kernel, user }: ProfileSample): ProfileFrame[] {
    const frames = kernel.map((address, i) => this.#symbols.kernelFrameOf(address, i > 0));
    for (const [i, address] of user.entries()) {
      const frame = this.#symbols.frameOf(pid, address, i > 0);
      // Programs are mostly built without frame pointers: the stack then ends with something that is no code.
      if (!frame && i > 0) break;
      frames.push(frame ?? { function: "", file: "" });
    }
    return frames.length > 0 ? frames : [{ function: "", file: "" }];
  }
}
