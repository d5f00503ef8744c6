import type { RecordedKdamond, RecordItem, SchemeStats } from "../damon/mod.ts";
import { KernelError } from "../damon/mod.ts";
import type { DamonInterface } from "./interface.ts";
import type { Roots } from "./roots.ts";
import type { SchemeStatus } from "./sysfs.ts";
import { usageOf } from "./usage.ts";

/** A kdamond with schemes, as {@linkcode SchemeWatch} needs to know it. */
export interface WatchedSchemes {
  recorded: RecordedKdamond;
  /** Its schemes with what they have done by now; absent where nothing tells. */
  schemes?(): readonly SchemeStatus[] | undefined;
}

/** Takes what schemes have counted, and what memory their targets, or the machine, have, when it is asked. */
export class SchemeWatch {
  readonly #watched: readonly WatchedSchemes[];
  readonly #pids: readonly number[];

  /** @param watched Those without schemes are not looked at. */
  constructor(readonly roots: Roots, watched: readonly WatchedSchemes[]) {
    this.#watched = watched.filter(({ recorded }) => hasSchemes(recorded));
    this.#pids = pidsWithSchemes(this.#watched.map(({ recorded }) => recorded));
  }

  /** Whether there is a scheme at all. */
  get hasSchemes(): boolean {
    return this.#watched.length > 0;
  }

  /** How it is now; what is gone is left out. */
  items(timeNs: number): RecordItem[] {
    const usages = this.#pids.flatMap((pid): RecordItem[] => {
      const usage = usageOf(this.roots, pid, timeNs);
      return usage ? [{ kind: "usage", usage }] : [];
    });
    const counts = this.#watched.flatMap(({ recorded, schemes }) =>
      (schemes?.() ?? []).flatMap(({ stats, effectiveBytes }, scheme): RecordItem[] => {
        if (stats === undefined) return [];
        const quota = effectiveBytes === undefined ? {} : { effectiveBytes };
        return [{
          kind: "scheme_stats",
          counts: { timeNs, kdamond: recorded.pid, context: 0, scheme, stats: known(stats), ...quota },
        }];
      })
    );
    return [...usages, ...counts];
  }
}

function hasSchemes({ contexts }: RecordedKdamond): boolean {
  return contexts.some(({ schemes }) => schemes?.length);
}

/** Whose memory is looked at for schemes: that of the targets, or of the machine, as pid 0. */
export function pidsWithSchemes(kdamonds: readonly RecordedKdamond[]): number[] {
  const pids = kdamonds.filter(hasSchemes).flatMap(({ contexts }) =>
    contexts.flatMap(({ operations, targets }) =>
      operations === "paddr" ? [0] : targets.flatMap(({ pid }) => pid ?? [])
    )
  );
  return [...new Set(pids)];
}

/** Without what a kernel does not keep. */
function known(stats: SchemeStats): SchemeStats {
  return Object.fromEntries(Object.entries(stats).filter(([, value]) => value !== undefined)) as unknown as SchemeStats;
}

/**
 * The schemes of a kdamond with what they have done.
 *
 * @param refreshes Whether the kernel is asked to write it anew: only of a kdamond of ours.
 */
export function schemesNow(
  damon: DamonInterface,
  index: number,
  refreshes: boolean,
): readonly SchemeStatus[] | undefined {
  if (refreshes) {
    // Bytes tried and tuned intervals are asked for by nobody here, and each word waits for the kdamond.
    const plan = damon.refreshPlan(index).filter(({ text }) => /_(stats|effective_quotas)$/.test(text));
    try {
      damon.run(plan);
    } catch (error) {
      // Its targets may have ended in this moment: its files say what they said before.
      if (!(error instanceof KernelError)) throw error;
    }
  }
  return damon.read()[index]?.contexts[0]?.schemes;
}
