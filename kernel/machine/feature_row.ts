import { command, type Said, said } from "../../damon/model/mod.ts";

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

/** A {@linkcode FeatureRow} whose options and commands nobody has named yet. */
export interface SaidRow extends Omit<FeatureRow, "feature" | "why" | "next"> {
  feature: Said;
  why: Said;
  next: Said | null;
}

/** A {@linkcode DoctorSection} of them. */
export interface SaidSection extends Omit<DoctorSection, "rows"> {
  rows: SaidRow[];
}

/** What all tables say that helps where the kernel is the trouble. */
export const LAB: Said = said`try DAMON in a virtual machine: ${
  command("lab", { words: ["--", "./damo", "record", "--", "COMMAND"] })
}`;

/** Makes a row. */
export function rowOf(feature: string, state: FeatureState, why: string, next?: string | null): FeatureRow;
export function rowOf(feature: Said, state: FeatureState, why: Said, next?: Said | null): SaidRow;
export function rowOf(feature: Said, state: FeatureState, why: Said, next: Said | null = null): SaidRow {
  return { feature, state, why, next };
}
