import { messageOf } from "../terminal/mod.ts";
import { openRecord } from "../../format/mod.ts";
import { RECORD } from "./options.ts";

const DEFAULT_MS = 2000;

/**
 * Makes a report again whenever its records have grown, until they are complete or `signal` aborts.
 *
 * @param records The records that are named; the default one where none is.
 * @param run Makes it once.
 * @throws {RangeError} where a record can be read only once.
 */
export async function followReport(
  records: readonly string[],
  run: () => Promise<void>,
  { everyMs = DEFAULT_MS, signal }: { everyMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const paths = records.length > 0 ? records : [RECORD];
  const pipe = paths.find((path) => path === "-" || isStream(path));
  if (pipe !== undefined) {
    throw new RangeError(
      `${pipe === "-" ? "Standard input" : pipe} can be read only once: write the record to a file, and --follow that`,
    );
  }
  const isTerminal = Deno.stdout.isTerminal();
  const stateNow = () => paths.map(stateOf).join(" ");
  let shown = "";
  while (!signal?.aborted) {
    const now = stateNow();
    if (now === shown) {
      // What was written while that was found out is to be shown yet.
      if (now !== "" && await areComplete(paths) && stateNow() === shown) return;
    } else if (paths.every((path) => stateOf(path) !== "")) {
      shown = now;
      if (isTerminal) Deno.stdout.writeSync(new TextEncoder().encode("\x1b[H\x1b[2J\x1b[3J"));
      try {
        await run();
      } catch (error) {
        // It has just begun: there is nothing to show yet.
        if (await areComplete(paths)) throw error;
        console.error(`damo: waiting: ${messageOf(error)}`);
      }
    } else if (shown === "") {
      shown = "waiting";
      console.error(`damo: waiting for ${paths.join(", ")}`);
    }
    await sleep(everyMs, signal);
  }
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

async function areComplete(paths: readonly string[]): Promise<boolean> {
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

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
