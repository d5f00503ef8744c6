import { AGE_UNKNOWN, nrProbesOf, RecordError, Regions, type Snapshot } from "../../damon/mod.ts";
import { ImpossibleError } from "../bytes/mod.ts";
import { checkedCount } from "./snapshot_check.ts";

/** What is the same in all rows of a snapshot. */
export interface RowHead {
  kdamond: number;
  targetId: bigint;
  startNs: number;
  endNs: number;
  sampleUs: number;
  aggrUs: number;
  /** Index of the scheme; absent where none was the source. */
  scheme?: number;
}

/** A region's hits of probes as text, with blanks between; `undefined` where the snapshot has none. */
export function hitsTextOf(snapshot: Snapshot): ((region: number) => string) | undefined {
  const { probeHits } = snapshot;
  const nr = nrProbesOf(snapshot);
  return probeHits && ((region) => probeHits.subarray(region * nr, (region + 1) * nr).join(" "));
}

/** Bytes in memory, bytes of them that were accessed, and looks of a region. */
export type RowEvidence = readonly [residentBytes: number, usedBytes: number, looks: number];

/** Puts snapshots together from rows of regions that follow each other. */
export class RegionRows {
  #head: RowHead | undefined;
  #start: number[] = [];
  #end: number[] = [];
  #nrAccesses: number[] = [];
  #age: number[] = [];
  #passed: number[] = [];
  #hits: number[] = [];
  #known: RowEvidence[] = [];

  /** Whether a row with this head goes on with the snapshot that is open. */
  continues(head: RowHead): boolean {
    const open = this.#head;
    return open !== undefined && open.endNs === head.endNs && open.startNs === head.startNs &&
      open.targetId === head.targetId && open.kdamond === head.kdamond && open.scheme === head.scheme;
  }

  /** Begins a snapshot; returns the one before it. */
  begin(head: RowHead): Snapshot | undefined {
    const before = this.finish();
    this.#head = head;
    return before;
  }

  /** One region. `age` and `passed` may be absent; `hits` are numbers with blanks between, or nothing; so may `known` be absent. */
  add(
    start: number,
    end: number,
    nrAccesses: number,
    age: number | undefined,
    passed: number | undefined,
    hits: string | undefined,
    known: RowEvidence | undefined,
  ): void {
    this.#start.push(start);
    this.#end.push(end);
    this.#nrAccesses.push(nrAccesses);
    this.#age.push(age ?? AGE_UNKNOWN);
    if (passed !== undefined) this.#passed.push(passed);
    if (known) this.#known.push(known);
    if (!hits) return;
    for (const each of hits.split(" ")) this.#hits.push(countOf(each, "probe_hits"));
  }

  /** The snapshot that is open. */
  finish(): Snapshot | undefined {
    if (!this.#head) return undefined;
    const { scheme, ...head } = this.#head;
    const passedBytes = this.#passed.length === this.#start.length ? Float64Array.from(this.#passed) : undefined;
    const nrProbes = this.#hits.length / this.#start.length;
    const probeHits = nrProbes > 0 && Number.isInteger(nrProbes) ? Uint32Array.from(this.#hits) : undefined;
    const snapshot: Snapshot = {
      ...head,
      regions: new Regions(
        Float64Array.from(this.#start),
        Float64Array.from(this.#end),
        Uint32Array.from(this.#nrAccesses),
        Uint32Array.from(this.#age),
      ),
      ...(probeHits && { probeHits }),
      ...this.#evidence(),
      ...(scheme !== undefined && { scheme: { index: scheme, ...(passedBytes && { passedBytes }) } }),
    };
    this.#head = undefined;
    this.#known = [];
    for (const column of [this.#start, this.#end, this.#nrAccesses, this.#age, this.#passed, this.#hits]) {
      column.length = 0;
    }
    return snapshot;
  }

  /** Of all regions or of none. */
  #evidence(): Pick<Snapshot, "evidence"> {
    const known = this.#known;
    if (known.length === 0 || known.length !== this.#start.length) return {};
    return {
      evidence: {
        residentBytes: Float64Array.from(known, ([bytes]) => bytes),
        usedBytes: Float64Array.from(known, ([, bytes]) => bytes),
        looks: Uint32Array.from(known, ([, , looks]) => looks),
      },
    };
  }
}

/**
 * A cell of a table as a number.
 *
 * @throws {ImpossibleError} naming the column, where it is none or missing, or was rounded as spreadsheets do: `1.39638E+14`.
 */
export function numberOf(cell: unknown, column: string): number {
  const text = typeof cell === "string" ? cell.trim() : undefined;
  const isMissing = cell === null || cell === undefined || text === "";
  if (text !== undefined && /^[\d.,]+e\+?\d/i.test(text)) {
    throw new ImpossibleError(`${column} is ${text}, as a spreadsheet rounds: write the table with numbers in full`);
  }
  const value = isMissing ? NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw new ImpossibleError(`${column} is ${isMissing ? "missing" : cell}`);
}

/** A cell of a table as a whole number from 0. @throws {ImpossibleError} as {@linkcode numberOf}. */
export function countOf(cell: unknown, column: string): number {
  return checkedCount(numberOf(cell, column), column);
}

/** Tells whether the rows of each snapshot follow each other, and snapshots come in the order of time. */
export class RowOrder {
  /** Whether they have so far. */
  isGrouped = true;
  #open: RowHead | undefined;
  readonly #lastNs = new Map<string, number>();

  /** The next row. */
  see(head: RowHead): void {
    const open = this.#open;
    if (open && keyOf(open) === keyOf(head)) return;
    this.#open = head;
    const { kdamond, targetId, scheme, endNs } = head;
    const series = `${kdamond}/${targetId}/${scheme ?? ""}`;
    const last = this.#lastNs.get(series);
    if (last !== undefined && endNs <= last) this.isGrouped = false;
    this.#lastNs.set(series, endNs);
  }
}

/** Most rows of a table in another order: they are all in memory. */
const MOST_ROWS = 5_000_000;

/** Puts rows together that come in any order: all of them are in memory. */
export class GroupedRows {
  readonly #groups = new Map<string, { rows: RegionRows; endNs: number; flaw: string | undefined }>();
  #rows = 0;

  /** @param name Names the source in errors. */
  constructor(readonly name: string) {}

  /** One row; `add` puts its region to the others of its snapshot. @throws {RecordError} where there are too many. */
  put(head: RowHead, add: (rows: RegionRows) => void): void {
    if (++this.#rows > MOST_ROWS) {
      throw new RecordError(
        `The rows of ${this.name} come in another order than by snapshot, and are more than ${MOST_ROWS}: ` +
          "sort them by kdamond, target_id, scheme, start_ns and start first",
        this.name,
      );
    }
    const key = keyOf(head);
    let group = this.#groups.get(key);
    if (!group) {
      this.#groups.set(key, group = { rows: new RegionRows(), endNs: head.endNs, flaw: undefined });
      group.rows.begin(head);
    }
    try {
      add(group.rows);
    } catch (error) {
      if (!(error instanceof ImpossibleError)) throw error;
      group.flaw ??= error.message;
    }
  }

  /** The snapshots in the order of time; those of which a row is impossible go to `leaveOut`. */
  *snapshots(leaveOut: (what: string) => void): Generator<Snapshot> {
    for (const { rows, flaw } of [...this.#groups.values()].sort((a, b) => a.endNs - b.endNs)) {
      if (flaw !== undefined) leaveOut(flaw);
      else yield rows.finish()!;
    }
  }
}

function keyOf({ kdamond, targetId, scheme, startNs, endNs }: RowHead): string {
  return `${kdamond}/${targetId}/${scheme ?? ""}/${startNs}/${endNs}`;
}
