import { KernelError, type RecordedKdamond, type RecordItem, type SchemeStats } from "../../damon/mod.ts";
import type { DamonInterface, SchemeStatus } from "../control/mod.ts";
import { isBusy, type Roots, usageOf } from "../machine/mod.ts";

/** A kdamond with schemes, as {@linkcode SchemeWatch} needs to know it. */
export interface WatchedSchemes {
  recorded: RecordedKdamond;
  /** Its schemes with what they have done by now; absent where nothing tells. */
  schemes?(): Promise<readonly SchemeStatus[] | undefined>;
}

/** How long the end waits for what schemes came to, ms. */
const LAST_MS = 500;

/** Takes what schemes have counted, and what memory their targets, or the machine, have, when it is asked. */
export class SchemeWatch {
  readonly #watched: readonly WatchedSchemes[];
  readonly #pids: readonly number[];
  readonly #told: RecordItem[] = [];
  #asking: Promise<void> | undefined;

  /** @param watched Those without schemes are not looked at. */
  constructor(readonly roots: Roots, watched: readonly WatchedSchemes[]) {
    this.#watched = watched.filter(({ recorded }) => hasSchemes(recorded));
    this.#pids = pidsWithSchemes(this.#watched.map(({ recorded }) => recorded));
  }

  /** Whether there is a scheme at all. */
  get hasSchemes(): boolean {
    return this.#watched.length > 0;
  }

  /** Begins to ask how it is now, unless the last answer has not come yet: the kernel may be busy with others. */
  look(timeNs: number): void {
    if (this.#asking) return;
    this.#told.push(...this.#usages(timeNs));
    this.#asking = this.#counts(timeNs).then((counts) => {
      this.#told.push(...counts);
      this.#asking = undefined;
    });
  }

  /** What has come since the last call; what is gone is left out. */
  take(): RecordItem[] {
    return this.#told.splice(0);
  }

  /** How it is in the end, where that is told within a moment; else what was told last stays. */
  async last(timeNs: number): Promise<RecordItem[]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((done) => timer = setTimeout(done, LAST_MS));
    const ask = async () => {
      await this.#asking;
      this.look(timeNs);
      await this.#asking;
    };
    await Promise.race([ask(), late]);
    clearTimeout(timer);
    return this.take();
  }

  #usages(timeNs: number): RecordItem[] {
    return this.#pids.flatMap((pid): RecordItem[] => {
      const usage = usageOf(this.roots, pid, timeNs);
      return usage ? [{ kind: "usage", usage }] : [];
    });
  }

  async #counts(timeNs: number): Promise<RecordItem[]> {
    const told: (readonly SchemeStatus[])[] = [];
    for (const { schemes } of this.#watched) told.push(await schemes?.() ?? []);
    return this.#watched.flatMap(({ recorded }, i) =>
      told[i].flatMap(({ stats, effectiveBytes }, scheme): RecordItem[] => {
        if (stats === undefined) return [];
        const quota = effectiveBytes === undefined ? {} : { effectiveBytes };
        return [{
          kind: "scheme_stats",
          counts: { timeNs, kdamond: recorded.pid, context: 0, scheme, stats: known(stats), ...quota },
        }];
      })
    );
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
export async function schemesNow(
  damon: DamonInterface,
  index: number,
  refreshes: boolean,
): Promise<readonly SchemeStatus[] | undefined> {
  if (refreshes) {
    try {
      await damon.run(damon.refreshPlan(index, ["stats", "quotas"]));
    } catch (error) {
      // Its targets may have ended in this moment: its files say what they said before.
      if (!(error instanceof KernelError)) throw error;
    }
  }
  try {
    return (await damon.read())[index]?.contexts[0]?.schemes;
  } catch (error) {
    // Others keep it busy all the time.
    if (!isBusy(error)) throw error;
    return undefined;
  }
}
