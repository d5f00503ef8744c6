import { EVENT } from "./event.ts";
import { AGE_UNKNOWN, type Region } from "../model/mod.ts";

/** DAMON tuned its intervals; those given here begin with the next aggregation. */
export interface IntervalsTuned {
  /** Pid of the kernel thread. */
  kdamond: number;
  /** ns of the tracer's clock. */
  timeNs: number;
  /** Sampling interval from now on, µs. */
  sampleUs: number;
  /** Aggregation interval from now on, µs. */
  aggrUs: number;
}

/** A scheme is about to act on a region. */
export interface SchemeApplied {
  /** Pid of the kernel thread. */
  kdamond: number;
  /** ns of the tracer's clock. */
  timeNs: number;
  /** Index of the context in its kdamond. */
  context: number;
  /** Index of the scheme; `undefined` where the kernel (6.7 to 6.12) does not tell it from the target's. */
  scheme: number | undefined;
  /** Index of the target; `undefined` as for `scheme`. */
  targetId: bigint | undefined;
  /** As it is at this moment. */
  region: Region;
  /** Number of regions of the target at this time. */
  nrRegions: number;
}

/** The size that a scheme may act on until its quota is charged anew. */
export interface SchemeQuota {
  /** Pid of the kernel thread. */
  kdamond: number;
  /** ns of the tracer's clock. */
  timeNs: number;
  /** Index of the context in its kdamond. */
  context: number;
  /** Index of the scheme. */
  scheme: number;
  /** What it may act on, bytes. */
  effectiveBytes: number;
}

const UNKNOWN_INDEX = 0xffff;

/** The u64 at word `at`, as a number: exact up to 2^53 and for page-aligned addresses. */
export function u64At(words: Uint32Array, at: number): number {
  return words[at] + words[at + 1] * 0x1_0000_0000;
}

/** The u64 at word `at`. */
export function bigintAt(words: Uint32Array, at: number): bigint {
  return (BigInt(words[at + 1]) << 32n) | BigInt(words[at]);
}

/** Decodes the event of kind `schemeApplied` that begins at word `at`. */
export function decodeSchemeApplied(words: Uint32Array, at: number): SchemeApplied {
  const scheme = words[at + EVENT.detail] >>> 16;
  const isKnown = scheme !== UNKNOWN_INDEX;
  const age = words[at + EVENT.age];
  return {
    kdamond: words[at + EVENT.kdamond],
    timeNs: u64At(words, at + EVENT.timeNs),
    context: words[at + EVENT.detail] & 0xffff,
    scheme: isKnown ? scheme : undefined,
    targetId: isKnown ? bigintAt(words, at + EVENT.targetId) : undefined,
    region: {
      start: u64At(words, at + EVENT.start),
      end: u64At(words, at + EVENT.end),
      nrAccesses: words[at + EVENT.nrAccesses],
      age: age === AGE_UNKNOWN ? undefined : age,
    },
    nrRegions: words[at + EVENT.nrRegions],
  };
}

/** Decodes the event of kind `schemeQuota` that begins at word `at`. */
export function decodeSchemeQuota(words: Uint32Array, at: number): SchemeQuota {
  return {
    kdamond: words[at + EVENT.kdamond],
    timeNs: u64At(words, at + EVENT.timeNs),
    context: words[at + EVENT.detail] & 0xffff,
    scheme: words[at + EVENT.detail] >>> 16,
    effectiveBytes: u64At(words, at + EVENT.end),
  };
}
