import type { RecordedProcess } from "../../damon/mod.ts";
import { commOf, processOf } from "./process.ts";
import type { Roots } from "./roots.ts";

/** Looks for another name this often, ms. */
const LOOK_MS = 1000;

/** Recorded processes that got another name, as by an exec: a shell that becomes the program that it starts. */
export class RenamedProcesses {
  readonly #roots: Roots;
  readonly #known: Map<number, RecordedProcess>;
  readonly #renamed = new Map<number, RecordedProcess>();
  #lookedMs = performance.now();

  /** @param processes As they were when the recording began. */
  constructor(roots: Roots, processes: readonly RecordedProcess[]) {
    this.#roots = roots;
    this.#known = new Map(processes.map((process) => [process.pid, process]));
  }

  /** Looks for other names, at most once a second unless `now`. */
  look(now = false): void {
    if (!now && performance.now() - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = performance.now();
    for (const [pid, { comm }] of this.#known) {
      if ((commOf(this.#roots, pid) ?? comm) === comm) continue;
      const process = processOf(this.#roots, pid);
      // One that has ended has no command line any more.
      if (!process.cmdline[0]) continue;
      this.#known.set(pid, process);
      this.#renamed.set(pid, process);
    }
  }

  /** Those with another name than at the beginning, by their last one. */
  all(): RecordedProcess[] {
    return [...this.#renamed.values()];
  }
}
