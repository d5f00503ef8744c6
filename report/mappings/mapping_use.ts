import type { RecordedTarget } from "../record/mod.ts";

/** What is known of a mapping's accesses: where none was seen, whether there were enough looks to say so. */
export type Seen = "accessed" | "never accessed" | "not seen accessed" | "not resident";

/** How a mapping, or all of one name, was used. */
export interface MappingUse {
  /** Whose it is. */
  target: RecordedTarget;
  /** Its name: `heap`, `libc.so.6`, `anonymous`; empty where the record does not say. */
  name: string;
  /** The most bytes that were monitored of it at once. */
  bytes: number;
  /** Bytes of it in memory, mean over time; absent where the record does not say. */
  residentBytes?: number;
  /** Its part of the working set, mean over time, bytes. */
  meanWssBytes: number;
  /** Its largest part of the working set of a window, bytes. */
  maxWssBytes: number;
  /** Share of samples that found its memory accessed, 0 to 1. */
  accessed: number;
  /** Its part of all accesses (bytes × time) to the target, 0 to 1. */
  share: number;
  /** From its last access to the last snapshot of its target, ns; `undefined` where none was seen. */
  idleNs: number | undefined;
  /** Looks at pages of it that were in memory, as far as that is known. */
  looks: number;
  /** What these say. */
  seen: Seen;
  /** Share of samples that found it accessed in each bin of time; `undefined` where it was not monitored. */
  overTime: (number | undefined)[];
  /** Mean working set in each bin, bytes, likewise. */
  wssOverTime: (number | undefined)[];
}
