import { failed, option, said } from "../damon/mod.ts";
import { openRecord } from "../format/record/mod.ts";

/** How records are followed. */
export interface FollowOptions {
  /** How often it is looked whether they have grown, ms; 2000 by default. */
  everyMs?: number | undefined;
  /** Ends it. */
  signal?: AbortSignal | undefined;
}

/** What is to be said of records that are followed: one of them is not there yet, or all are and one has grown. */
export type Growth = "waiting" | "grown";

const DEFAULT_MS = 2000;

/**
 * Tells whenever records have grown, first of all when all are there; ends when they are complete or `signal` aborts.
 *
 * @throws {RangeError} where a record can be read only once.
 */
export async function* followRecords(
  paths: readonly string[],
  { everyMs = DEFAULT_MS, signal }: FollowOptions = {},
): AsyncGenerator<Growth> {
  const pipe = paths.find((path) => path === "-" || isStream(path));
  if (pipe !== undefined) {
    throw failed(RangeError, {
      what: said`${pipe === "-" ? "Standard input" : pipe} can be read only once`,
      help: said`write the record to a file, and ${option("follow")} that`,
    });
  }
  const stateNow = () => paths.map(stateOf).join(" ");
  let told = "";
  while (!signal?.aborted) {
    const now = stateNow();
    if (now === told) {
      // What was written while that was found out is to be told yet.
      if (now !== "" && await areComplete(paths) && stateNow() === told) return;
    } else if (paths.every((path) => stateOf(path) !== "")) {
      told = now;
      yield "grown";
    } else if (told === "") {
      told = "waiting";
      yield "waiting";
    }
    await sleep(everyMs, signal);
  }
}

/** Whether each record can be read to its footer, or to an end that says that none will come. */
export async function areComplete(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    try {
      await using reader = await openRecord(path);
      let hasFooter = false;
      for await (const { kind } of reader.items()) hasFooter ||= kind === "footer";
      if (!hasFooter && reader.incomplete !== undefined) return false;
    } catch {
      return false;
    }
  }
  return true;
}

/** Changes with its content; empty where there is no such file, or nothing in it. */
function stateOf(path: string): string {
  try {
    const { size, ino, mtime } = Deno.statSync(path);
    return size > 0 ? `${size}.${ino}.${mtime?.getTime()}` : "";
  } catch {
    return "";
  }
}

function isStream(path: string): boolean {
  try {
    const { isFifo, isCharDevice } = Deno.statSync(path);
    return isFifo === true || isCharDevice === true;
  } catch {
    return false;
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
