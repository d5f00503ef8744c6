import { openRecord } from "../../format/mod.ts";
import { RECORD } from "./options.ts";

const DEFAULT_MS = 2000;

/**
 * Makes a report anew whenever its record has grown, until the record is complete or `signal` aborts.
 *
 * @param args The words of the command line, `report` first.
 * @param run Makes it once.
 * @throws {RangeError} where no file is to be followed.
 */
export async function followReport(
  args: readonly string[],
  run: (args: string[]) => Promise<void>,
  { everyMs = DEFAULT_MS, signal }: { everyMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const rest = args.filter((word) => word !== "--follow");
  const paths = inputsOf(rest);
  if (paths.some((path) => path === "-" || isStream(path))) {
    throw new RangeError("Cannot follow a pipe as it is read once: write the record to a file, and follow that");
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
        await run(rest);
      } catch (error) {
        // It has just begun: there is nothing to show yet.
        if (await areComplete(paths)) throw error;
        console.error(`damo: waiting: ${(error as Error).message}`);
      }
    } else if (shown === "") {
      shown = "waiting";
      console.error(`damo: waiting for ${paths.join(", ")}`);
    }
    await sleep(everyMs, signal);
  }
}

/** What follows `-i` and `--input`, and what else is a file. */
function inputsOf(args: readonly string[]): string[] {
  const found = args.flatMap((word, i) => {
    if (args[i - 1] === "-i" || args[i - 1] === "--input") return [word];
    return /^(?:-i|--input=)(.+)$/.exec(word)?.[1] ?? [];
  });
  if (found.length > 0) return found;
  const files = args.slice(1).filter((word, i) => !word.startsWith("-") && !/^-/.test(args[i]) && stateOf(word) !== "");
  return files.length > 0 ? files : [RECORD];
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
