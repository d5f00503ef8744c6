import { formatNs, KernelError } from "../../damon/mod.ts";
import { isBusy, namesIn, readOptional, type Roots } from "../machine/mod.ts";

/** Between two tries, ms: who asks DAMON again and again leaves hardly more than that between two requests. */
const PAUSE_MS = 1;
/** What takes longer than this is said, ms. */
const SAY_MS = 1000;
/** Least and most that is waited, ms. */
const [LEAST_MS, MOST_MS] = [5000, 60_000];

/**
 * How long DAMON may be busy with one request: up to two of the longest interval of any kdamond, and a little more.
 *
 * @returns ms, 5 s to a minute.
 */
export function patienceMs(roots: Roots): number {
  const dir = `${roots.damon}/admin/kdamonds`;
  const us = (path: string) => Number(readOptional(path) ?? 0);
  const longest = namesIn(dir).filter((name) => /^\d+$/.test(name)).flatMap((kdamond) => {
    const context = `${dir}/${kdamond}/contexts/0`;
    const schemes = namesIn(`${context}/schemes`).filter((name) => /^\d+$/.test(name));
    return [
      us(`${context}/monitoring_attrs/intervals/aggr_us`),
      us(`${context}/monitoring_attrs/intervals/sample_us`),
      ...schemes.map((scheme) => us(`${context}/schemes/${scheme}/apply_interval_us`)),
    ];
  });
  return Math.min(MOST_MS, Math.max(0, ...longest) / 1000 * 2 + LEAST_MS);
}

/**
 * Does `attempt`, once more and again for as long as DAMON is busy ({@linkcode patienceMs}), and says what is waited for
 * where it takes longer than a second. Other work goes on meanwhile.
 *
 * @param what As in "waiting for DAMON to ...".
 * @throws {KernelError} that it is busy, where it still is then; and what `attempt` throws else.
 */
export async function patiently<T>(roots: Roots, what: string, attempt: () => T | Promise<T>): Promise<T> {
  const beginMs = performance.now();
  let boundMs: number | undefined;
  const say = setTimeout(() => {
    boundMs ??= patienceMs(roots);
    roots.say?.(`waiting for DAMON to ${what}, which can take ${formatNs(Math.round(boundMs / 1000) * 1e9)} here`);
  }, SAY_MS);
  try {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isBusy(error)) throw error;
        boundMs ??= patienceMs(roots);
        if (performance.now() - beginMs > boundMs) throw stillBusy(error, what, performance.now() - beginMs);
        await new Promise((done) => setTimeout(done, PAUSE_MS));
      }
    }
  } finally {
    clearTimeout(say);
  }
}

function stillBusy({ errno, path }: KernelError, what: string, ms: number): KernelError {
  const hint =
    `for ${formatNs(Math.round(ms / 1000) * 1e9)} it has served others who ask it without a pause: let them ` +
    "pause, and try again";
  return new KernelError(what, errno, path, hint);
}
