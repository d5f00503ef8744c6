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
