import { ExitCode, exitCodeOf } from "../terminal/mod.ts";

/** What a signal is told to whoever sent it. */
const WORDS =
  "this ends once DAMON has done what it was told, so that nothing is left half done; once more ends it at once";

/**
 * Does a change of what DAMON does as a whole: Ctrl-C, SIGTERM or SIGHUP are answered at once, and end the command when
 * the change is done; a second one ends it there and then, and `damo stop` cleans up.
 *
 * @throws {ExitCode} of the signal, where there was one; and what `change` throws.
 */
export async function wholeChange(change: () => Promise<void>): Promise<void> {
  let first: Deno.Signal | undefined;
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name): [Deno.Signal, () => void] => [name, () => {
    if (first !== undefined) Deno.exit(exitCodeOf(name));
    first = name;
    console.error(`damo: ${name}: ${WORDS}`);
  }]);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  try {
    await change();
  } finally {
    for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
  }
  if (first !== undefined) throw new ExitCode(exitCodeOf(first));
}
