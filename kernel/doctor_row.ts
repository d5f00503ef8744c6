import { describeErrno, KernelError } from "../damon/mod.ts";
import type { Roots } from "./roots.ts";

/** `busy`: it is there, and somebody else has it now. `unknown`: this user, or this kernel, does not tell. */
export type FeatureState = "yes" | "no" | "busy" | "unknown";

/** One thing that this machine has or lacks. */
export interface FeatureRow {
  /** What it is. */
  feature: string;
  /** Whether it is there. */
  state: FeatureState;
  /** What was found. */
  why: string;
  /** The command or kernel option that would bring it; `null` where nothing is to be done. */
  next: string | null;
  /** The first kernel that has it, as `6.15`, where that is known. */
  since?: string;
}

/** Rows that belong together. */
export interface DoctorSection {
  /** What they are about. */
  title: string;
  /** In the order to read them. */
  rows: FeatureRow[];
  /** Rows that say little each: a text may show them as two lists, of what is there and of what is lacking. */
  isList?: boolean;
}

/** What all tables say that helps where the kernel is the trouble. */
export const LAB = "try DAMON in a virtual machine: damo lab -- ./damo record -- COMMAND";

/** Makes a {@linkcode FeatureRow}. */
export function rowOf(feature: string, state: FeatureState, why: string, next: string | null = null): FeatureRow {
  return { feature, state, why, next };
}

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

/** The root of the sysfs tree, which {@linkcode Roots} has no name for. */
export function sysfsOf(roots: Roots): string {
  return roots.modules.replace(/\/module$/, "");
}

/** Whether there is such a file or folder; one that may not be looked at is as if absent. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The names in a folder, sorted; none where there is no such folder. */
export function namesIn(dir: string): string[] {
  try {
    return [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}
