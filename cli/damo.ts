import { CommanderError } from "commander";
import { answerTo, makeProgram, oursOf, splitArguments } from "./program/mod.ts";
import { errorsOf, ExitCode, exitCodeFor, messageOfAll, terminalText } from "./terminal/mod.ts";

/** The whole program: arguments in, exit code out. */
export async function main(argv: string[]): Promise<number> {
  const split = splitArguments(argv);
  const { command } = split;
  const args = oursOf(split.args);
  try {
    const program = await makeProgram(command, args);
    const answer = answerTo(args, program);
    if (answer !== undefined) throw new TypeError(answer);
    await program.run(args);
    return 0;
  } catch (caught) {
    const errors = errorsOf(caught);
    // That a signal or a reader ended it does not cover what failed then.
    const failures = errors.filter((each) => !isEnd(each));
    const error = failures[0] ?? errors[0];
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ExitCode) return error.code;
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    if (Deno.env.get("DAMO_DEBUG")) console.error(caught);
    console.error(`damo: ${messageOfAll(failures)}`);
    return exitCodeFor(error);
  }
}

/** No failure: a command has said all, or a reader went away (`| head`). */
function isEnd(error: unknown): boolean {
  return error instanceof ExitCode || error instanceof Deno.errors.BrokenPipe;
}

/** Names that are somebody else's words go by here, to the terminal: it obeys none of them. */
function cleanConsole(): void {
  for (const [name, to] of [["log", Deno.stdout], ["error", Deno.stderr]] as const) {
    const put = console[name];
    const isTerminal = to.isTerminal() && !Deno.noColor;
    console[name] = (...values: unknown[]) =>
      put(...values.map((value) => typeof value === "string" ? terminalText(value, isTerminal) : value));
  }
}

if (import.meta.main) {
  // ./damo looks before it starts Deno; `deno install` and `deno run` do not.
  const [major, minor] = Deno.version.deno.split(".").map(Number);
  if (major < 2 || major === 2 && minor < 9) {
    console.error(
      `damo: Deno 2.9 or newer is needed; this is ${Deno.version.deno}. Install a newer one with: deno upgrade`,
    );
    Deno.exit(1);
  }
  cleanConsole();
  // The only place that exits.
  Deno.exit(await main(Deno.args));
}
