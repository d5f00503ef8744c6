import { type AppliedRegions, type Region, Regions } from "../model/mod.ts";
import type { SchemeApplied } from "./scheme_event.ts";

interface Open {
  whose: Omit<AppliedRegions, "endNs" | "regions">;
  endNs: number;
  rows: Region[];
}

/**
 * Puts the regions on which schemes acted together, by scheme and target, look by look. The kernel asks all schemes for each
 * region in turn: several batches are open at a time.
 *
 * @example
 * ```ts
 * import { AppliedBatches } from "./applied_batches.ts";
 * const batches = new AppliedBatches();
 * const region = { start: 4096, end: 8192, nrAccesses: 0, age: 600 };
 * batches.push({ kdamond: 7, timeNs: 5, context: 0, scheme: 0, targetId: 0n, region, nrRegions: 10 });
 * batches.take(7)[0].regions.length; // 1
 * ```
 */
export class AppliedBatches {
  readonly #open = new Map<string, Open>();

  /**
   * Takes the next event; returns the batch before it where the event begins a new look.
   *
   * @param unitBytes Bytes that one unit of the kdamond's addresses stands for.
   */
  push({ kdamond, context, scheme, targetId, timeNs, region }: SchemeApplied, unitBytes = 1): AppliedRegions[] {
    const key = `${kdamond}/${context}/${scheme}/${targetId}`;
    const row = unitBytes === 1 ? region : { ...region, start: region.start * unitBytes, end: region.end * unitBytes };
    const open = this.#open.get(key);
    // Addresses ascend within a look.
    if (open && row.start >= open.rows[open.rows.length - 1].end) {
      open.rows.push(row);
      open.endNs = timeNs;
      return [];
    }
    const isKnown = scheme !== undefined && targetId !== undefined;
    const whose = { kdamond, context, ...(isKnown && { scheme, targetId }), startNs: timeNs };
    this.#open.set(key, { whose, endNs: timeNs, rows: [row] });
    return open ? [closed(open)] : [];
  }

  /** Ends what is open of a kdamond, or of all: a look ends before the snapshot that it was about is sent. */
  take(kdamond?: number): AppliedRegions[] {
    const batches: AppliedRegions[] = [];
    for (const [key, open] of this.#open) {
      if (kdamond !== undefined && open.whose.kdamond !== kdamond) continue;
      this.#open.delete(key);
      batches.push(closed(open));
    }
    return batches;
  }
}

function closed({ whose, endNs, rows }: Open): AppliedRegions {
  return { ...whose, endNs, regions: Regions.from(rows) };
}
