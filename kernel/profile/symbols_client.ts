import type { ProfileFrame } from "../../damon/mod.ts";
import type { ProfileSample } from "../../ffi/mod.ts";
import type { Roots } from "../machine/mod.ts";
import type { SymbolsAnswer, SymbolsRequest } from "./symbols_worker.ts";

/** How long is waited for names, ms: then samples are without, and the recording goes on. */
const PATIENCE_MS = 5000;
/** The first ones come when the worker has begun, and has read the kernel's names. */
const FIRST_PATIENCE_MS = 15_000;

/** Whoever ends a recording waits no longer for all that are still missing, ms. */
const HURRIED_MS = 100;

/** Names of functions, found by a worker: whatever a process's files are, the recorder waits no longer than a moment. */
export class SymbolsClient implements Disposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: ProfileFrame[][]) => void>();
  #id = 0;
  readonly #begun = Promise.withResolvers<void>();
  /** Whether the last ones did not come in time: the next ones are waited for a moment only. */
  #isLate = false;
  #hasBegun = false;
  #hurry: ReturnType<typeof setTimeout> | undefined;
  readonly #hurried = Promise.withResolvers<undefined>();
  /** Samples that are without names, as those did not come in time. */
  unnamed = 0;

  /** Begins to read the kernel's names. */
  constructor(roots: Roots) {
    this.#worker = new Worker(new URL("./symbols_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<SymbolsAnswer>) => {
      this.#isLate = false;
      this.#hasBegun = true;
      this.#begun.resolve();
      this.#waiting.get(data.id)?.(data.frames);
      this.#waiting.delete(data.id);
    };
    // Samples without names are still samples.
    this.#worker.onerror = (event) => event.preventDefault();
    // Functions cannot be sent to a worker, and are not for this.
    const { say: _say, readText: _readText, ...folders } = roots;
    this.#post({ kind: "begin", roots: folders });
  }

  /** Waits until the kernel's names are read, for some seconds at most, or until `signal`. */
  async begun(signal: AbortSignal): Promise<void> {
    const { resolve, promise } = this.#begun;
    const timer = setTimeout(resolve, FIRST_PATIENCE_MS);
    signal.addEventListener("abort", () => resolve());
    if (!signal.aborted) await promise;
    clearTimeout(timer);
  }

  /** Looks at what is mapped in a process, so that its code is known when it has ended. */
  see(pid: number): void {
    this.#post({ kind: "see", pid });
  }

  /** Somebody wants to end: what does not come now stays without names. */
  hurry(): void {
    const end = () => {
      this.#hurried.resolve(undefined);
      // What it still does would hold up the rest.
      this.#worker.terminate();
    };
    if (this.#hasBegun) this.#hurry ??= setTimeout(end, HURRIED_MS);
    else end();
  }

  /** The frames of each sample, innermost first; without names where those do not come in time. */
  async framesOf(samples: readonly ProfileSample[]): Promise<ProfileFrame[][]> {
    const id = ++this.#id;
    const answer = new Promise<ProfileFrame[][]>((resolve) => this.#waiting.set(id, resolve));
    this.#post({ kind: "frames", id, samples });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) =>
      timer = setTimeout(() => resolve(undefined), this.#isLate ? 1 : this.#hasBegun ? PATIENCE_MS : FIRST_PATIENCE_MS)
    );
    const frames = await Promise.race([answer, late, this.#hurried.promise]);
    clearTimeout(timer);
    this.#isLate = frames === undefined;
    if (frames) return frames;
    this.#waiting.delete(id);
    this.unnamed += samples.length;
    return samples.map(() => [{ function: "", file: "" }]);
  }

  #post(request: SymbolsRequest): void {
    this.#worker.postMessage(request);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#hurry);
    this.#worker.terminate();
  }
}
