import { describeErrno, failureOf, KernelError, type Naming, type Said, said, textOf } from "../../damon/model/mod.ts";
import type { DoctorSection, SaidSection } from "../machine/mod.ts";

const EACCES = 13;

/** Why something cannot be done, and what helps. */
export function reasonOf(error: unknown): { why: Said; next: Said | null } {
  if (error instanceof KernelError) {
    const { operation, path, errno, hint, isExplanation } = error;
    if (errno === EACCES) return { why: `only root may ${operation}`, next: "run as root" };
    const what = `${operation}${path === undefined ? "" : ` (${path})`}`;
    const why = `the kernel refuses to ${what}: ${describeErrno(errno)}`;
    // What libbpf adds explains; it is nothing that a person could do.
    return isExplanation && hint ? { why: said`${why}; ${hint}`, next: null } : { why, next: hint ?? null };
  }
  const failure = failureOf(error);
  if (failure) return { why: failure.why ?? failure.what, next: failure.help ?? null };
  return { why: error instanceof Error ? error.message : String(error), next: null };
}

/** The same with its commands and options named. */
export function namedSection({ rows, ...section }: SaidSection, naming: Naming): DoctorSection {
  return {
    ...section,
    rows: rows.map((row) => ({
      ...row,
      feature: textOf(row.feature, naming),
      why: textOf(row.why, naming),
      next: row.next && textOf(row.next, naming),
    })),
  };
}
