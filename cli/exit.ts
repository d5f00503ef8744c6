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
  const isOurs = /^Cannot /.test(error.message);
  return withOrigins(isOurs ? error.message : `${error.message} (set DAMO_DEBUG=1 to see where)`);
}

/** 128 + the signal's number, as shells have it. */
export function exitCodeOf(signal: Deno.Signal): number {
  return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal as string] ?? 1;
}
