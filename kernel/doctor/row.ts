import { describeErrno, KernelError } from "../../damon/mod.ts";

const EACCES = 13;

/** Why something cannot be done, and what helps, out of an error's one sentence. */
export function reasonOf(error: unknown): { why: string; next: string | null } {
  if (error instanceof KernelError) {
    const { operation, path, errno, hint } = error;
    if (errno === EACCES) return { why: `only root may ${operation}`, next: "run as root" };
    const what = `${operation}${path === undefined ? "" : ` (${path})`}`;
    const why = `the kernel refuses to ${what}: ${describeErrno(errno)}`;
    // What libbpf adds explains; it is nothing that a person could do.
    return hint?.startsWith("libbpf says") ? { why: `${why}; ${hint}`, next: null } : { why, next: hint ?? null };
  }
  const message = error instanceof Error ? error.message : String(error);
  const [, why, next] = /^(?:Cannot .*? as )?(.*?)(?:; (.*))?$/s.exec(message)!;
  return { why, next: next?.replace(/^it was left untouched\. S/, "s") ?? null };
}
