/** How bad it is: the scheme cannot work as written; it most likely does not do what is wanted; good to know. */
export type FindingSeverity = "error" | "warning" | "note";

/** Something that a person should know of a scheme before it acts. */
export interface SchemeFinding {
  /** How bad it is. */
  severity: FindingSeverity;
  /** Index of the context in its kdamond. */
  context: number;
  /** Index of the scheme in its context. */
  scheme: number;
  /** Which part of the scheme, as its YAML names it: `age`, `quota`, `filters`. */
  field: string;
  /** What is the matter, a sentence without its full stop. */
  why: string;
  /** What to do about it, likewise. */
  hint: string;
}

/** What is known of the machine; what is absent is not known, and nothing is said of it. */
export interface SchemeFacts {
  /** All swap areas that are on, bytes; 0 where there is none. */
  swapBytes?: number;
  /** Of it what is free, bytes. */
  swapFreeBytes?: number;
  /** Where huge pages are made by themselves; `none` where the kernel cannot. */
  hugepages?: "always" | "madvise" | "never" | "none";
  /** NUMA nodes that have memory. */
  nodes?: readonly number[];
  /** Memory cgroups that schemes name: whether each is there. */
  memcgs?: Readonly<Record<string, boolean>>;
  /** Whether the kernel measures memory pressure (PSI). */
  hasPressure?: boolean;
  /** Free memory, per thousand, as watermarks count it. */
  freePermil?: number;
  /** What the context watches, bytes. */
  monitoredBytes?: number;
}

/** What a rule finds, without its place. */
export type FoundAt = Omit<SchemeFinding, "context" | "scheme">;

/** A finding, made short. */
export function found(severity: FindingSeverity, field: string, why: string, hint: string): FoundAt {
  return { severity, field, why, hint };
}
