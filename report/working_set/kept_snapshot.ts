import type { Snapshot } from "../../damon/mod.ts";
import { copiedColumn, type NumberColumn } from "../record/mod.ts";

/** What a working set needs of a snapshot, which is kept until its window ends. */
export interface KeptSnapshot extends Pick<Snapshot, "startNs" | "endNs" | "sampleUs" | "aggrUs"> {
  readonly start: NumberColumn;
  readonly end: NumberColumn;
  readonly nrAccesses: NumberColumn;
  readonly evidence?: {
    readonly residentBytes: NumberColumn;
    readonly usedBytes: NumberColumn;
    readonly looks: NumberColumn;
  };
}

/** Copies it: of very many targets each has a window that is open, and the batches that they were read in are let go. */
export function keptSnapshot({ startNs, endNs, sampleUs, aggrUs, regions, evidence }: Snapshot): KeptSnapshot {
  return {
    startNs,
    endNs,
    sampleUs,
    aggrUs,
    start: copiedColumn(regions.start),
    end: copiedColumn(regions.end),
    nrAccesses: copiedColumn(regions.nrAccesses),
    ...(evidence && {
      evidence: {
        residentBytes: copiedColumn(evidence.residentBytes),
        usedBytes: copiedColumn(evidence.usedBytes),
        looks: copiedColumn(evidence.looks),
      },
    }),
  };
}
