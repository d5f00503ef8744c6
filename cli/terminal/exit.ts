import { cleanLines, isEngineMessage } from "../../damon/text/mod.ts";
import { CommandEndedError, failureOf, sentenceOf } from "../../damon/model/mod.ts";
import { nameOnCommandLine } from "./naming.ts";
import { withOrigins } from "./rereadable.ts";

/** Thrown by a command that has said all there is to say and wants this exit code. */
export class ExitCode extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** Where to say that damo itself is wrong. */
const REPORT = "this is a fault of damo itself: please report it with the command line and, if you can, the file; " +
  "DAMO_DEBUG=1 shows where it was";

/** One sentence for a person; a fault of the program itself says so, and never in the words of JavaScript. */
export function messageOf(error: unknown): string {
  return error instanceof SuppressedError ? messageOfAll(errorsOf(error)) : cleanLines(wordsOf(error));
}

/** All that failed, in that order: where tidying up failed as well, its error holds the one before. */
export function errorsOf(error: unknown): unknown[] {
  return error instanceof SuppressedError ? [...errorsOf(error.suppressed), ...errorsOf(error.error)] : [error];
}

/** The failures of {@linkcode errorsOf} in words: each once. */
export function messageOfAll(errors: readonly unknown[]): string {
  return [...new Set(errors.map(messageOf))].join(". Then: ");
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return `${error.message}; run as root, or give Deno the permission`;
  }
  if ((error as { code?: string }).code === "ENOSPC" && !/^Cannot /.test(error.message)) {
    return "Cannot write all of the output: no space is left; make some, or write elsewhere";
  }
  if (isOutOfFiles(error)) return "Cannot open one more file: raise the limit of open files, as in: ulimit -n 1024";
  if (isEngineMessage(error.message)) return `Something went wrong (${error.name}); ${REPORT}`;
  const failure = failureOf(error);
  const library = failure && sentenceOf(failure);
  // What was added to the message since goes on behind it.
  const words = library !== undefined && error.message.startsWith(library)
    ? sentenceOf(failure!, nameOnCommandLine) + error.message.slice(library.length)
    : error.message;
  // What Deno adds names the call and the path once more.
  const message = words.replace(/ \(os error \d+\)(: \w+ '[^']*')?/, "");
  return withOrigins(message);
}

/** Whether damo itself is wrong, and not how it was called. */
function isFault(error: unknown): boolean {
  return error instanceof Error && isEngineMessage(error.message);
}

/** Whether the limit of open files was met; Deno says so in the words of whatever it wanted. */
function isOutOfFiles(error: Error): boolean {
  return error.name !== "KernelError" && /\(os error 2[34]\)|Too many open files/.test(error.message);
}

/** The exit code for an error: 2 where the command line, or a value in it, was not understood. */
export function exitCodeFor(given: unknown): number {
  const [error] = errorsOf(given);
  if (error instanceof CommandEndedError) return error.exitCode || 1;
  const isUsage = error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError;
  return isUsage && !isFault(error) && !isOutOfFiles(error) ? 2 : 1;
}

/** Text of several lines as it goes to the terminal: colours of ours stay where there are any. */
export function terminalText(text: string, isTerminal: boolean): string {
  if (!isTerminal) return cleanLines(text);
  // deno-lint-ignore no-control-regex
  return text.split(/(\x1b\[[\d;]*m)/).map((part, i) => i % 2 ? part : cleanLines(part)).join("");
}

/** 128 + the signal's number, as shells have it. */
export function exitCodeOf(signal: Deno.Signal): number {
  return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal as string] ?? 1;
}
