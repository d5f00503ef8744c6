import { messageOf } from "../terminal/mod.ts";
import { RECORD } from "./options.ts";

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
  options: { everyMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const { areComplete, followRecords } = await import("../../live/follow.ts");
  const paths = records.length > 0 ? records : [RECORD];
  const isTerminal = Deno.stdout.isTerminal();
  for await (const growth of followRecords(paths, options)) {
    if (growth === "waiting") {
      console.error(`damo: waiting for ${paths.join(", ")}`);
      continue;
    }
    if (isTerminal) Deno.stdout.writeSync(new TextEncoder().encode("\x1b[H\x1b[2J\x1b[3J"));
    try {
      await run();
    } catch (error) {
      // It has just begun: there is nothing to show yet.
      if (await areComplete(paths)) throw error;
      console.error(`damo: waiting: ${messageOf(error)}`);
    }
  }
}
