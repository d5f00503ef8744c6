import { withOrigins } from "./rereadable.ts";

/** Thrown by a command that has said all there is to say and wants this exit code. */
export class ExitCode extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** One sentence for a person; a bug in the program itself says so. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return `${error.message}; run as root, or give Deno the permission`;
  }
  if ((error as { code?: string }).code === "ENOSPC" && !/^Cannot /.test(error.message)) {
    return "Cannot write all of the output: no space is left; make some, or write elsewhere";
  }
  // What Deno adds names the call and the path once more.
  const message = error.message.replace(/ \(os error \d+\)(: \w+ '[^']*')?/, "");
  return withOrigins(/^Cannot /.test(message) ? message : `${message} (set DAMO_DEBUG=1 to see where)`);
}

/** 128 + the signal's number, as shells have it. */
export function exitCodeOf(signal: Deno.Signal): number {
  return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal as string] ?? 1;
}
