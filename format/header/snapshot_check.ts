import { AGE_UNKNOWN, formatAddress, formatNr, Regions, type Snapshot } from "../../damon/mod.ts";
import { ImpossibleError } from "../bytes/mod.ts";

/** No clock of a record, monotonic or of the wall, goes beyond: in the year 2262 ns end. */
const MOST_NS = 2 ** 63;
/** An hour of samples that never came is a day at most; µs. */
const MOST_US = 1e13;
const MOST_ADDRESS = 2 ** 64;

/** Puts right what can be, and says so. */
export interface Mending {
  /** Snapshots whose regions came in another order. */
  reordered: number;
  /** Snapshots with regions that overlapped. */
  overlapping: number;
  /** Snapshots that began before the one before them had ended. */
  early: number;
}

/**
 * The snapshot with its regions in ascending order, apart from each other; the same object where nothing is to be done.
 *
 * @param isGuessed Whether its intervals are a guess, and say nothing about how many accesses there can be.
 * @throws {ImpossibleError} naming the first thing that cannot be.
 */
export function checkedSnapshot(snapshot: Snapshot, isGuessed: boolean, mending: Mending): Snapshot {
  checkHead(snapshot);
  const { start, end, nrAccesses, length } = snapshot.regions;
  const most = isGuessed ? Infinity : Math.ceil(snapshot.aggrUs / snapshot.sampleUs) + 1;
  let isAscending = true;
  let isApart = true;
  for (let i = 0; i < length; i++) {
    const [from, to] = [start[i], end[i]];
    if (!(from >= 0 && from < to && to <= MOST_ADDRESS) || from % 1 !== 0 || to % 1 !== 0) {
      throw new ImpossibleError(`region ${i + 1} ${boundsFlaw(from, to)}`);
    }
    if (nrAccesses[i] > most) {
      throw new ImpossibleError(
        `region ${i + 1} has ${formatNr(nrAccesses[i])} accesses, where ${formatNr(most - 1)} samples were taken`,
      );
    }
    if (i > 0) {
      if (from < start[i - 1]) isAscending = false;
      else if (from < end[i - 1]) isApart = false;
    }
  }
  checkEvidence(snapshot);
  if (isAscending && isApart) return snapshot;
  const sorted = isAscending ? snapshot : inOrder(snapshot);
  if (!isAscending) mending.reordered++;
  return apart(sorted, mending);
}

function checkHead({ startNs, endNs, sampleUs, aggrUs, kdamond, targetId }: Snapshot): void {
  if (!Number.isFinite(startNs) || !Number.isFinite(endNs) || Math.abs(endNs) > MOST_NS || startNs < -MOST_NS) {
    throw new ImpossibleError("its begin and end are no times");
  }
  if (startNs >= endNs) {
    throw new ImpossibleError(
      startNs === endNs ? "it lasts no time: it ends when it begins" : "it ends before it begins",
    );
  }
  if (endNs - startNs > MOST_US * 1e3) throw new ImpossibleError("it lasts longer than any interval");
  if (!(sampleUs > 0 && aggrUs > 0) || !(sampleUs <= MOST_US && aggrUs <= MOST_US)) {
    throw new ImpossibleError(`its intervals are ${sampleUs} and ${aggrUs} us: they must be above 0`);
  }
  if (!Number.isInteger(kdamond) || Math.abs(kdamond) > 2 ** 32) throw new ImpossibleError(`its kdamond is ${kdamond}`);
  if (targetId < 0n || targetId >= 1n << 64n) throw new ImpossibleError(`its target is ${targetId}`);
}

/** One figure a region. How many bytes pass a filter may be a little more than a region has: folios reach beyond it. */
function checkEvidence({ regions, evidence, scheme }: Snapshot): void {
  const isBytes = (bytes: Float64Array) =>
    bytes.length === regions.length && bytes.every((value) => value >= 0 && value <= MOST_ADDRESS);
  if (scheme?.passedBytes && !isBytes(scheme.passedBytes)) {
    throw new ImpossibleError("what passed its filters is no number of bytes");
  }
  if (!evidence) return;
  const { residentBytes, usedBytes, looks } = evidence;
  if (looks.length === regions.length && isBytes(residentBytes) && isBytes(usedBytes)) return;
  throw new ImpossibleError("what of its regions is in memory is no number of bytes");
}

function boundsFlaw(start: number, end: number): string {
  const isAddress = (value: number) => value >= 0 && value <= MOST_ADDRESS && value % 1 === 0;
  if (!isAddress(start)) return `begins at ${start}, which is no address`;
  if (!isAddress(end)) return `ends at ${end}, which is no address`;
  return start === end
    ? `is empty, at ${formatAddress(start)}`
    : `begins at ${formatAddress(start)}, behind its end ${formatAddress(end)}`;
}

/** All columns of a snapshot by the order of its regions' starts. */
function inOrder(snapshot: Snapshot): Snapshot {
  const { regions, probeHits, scheme, evidence } = snapshot;
  const { start } = regions;
  const order = Uint32Array.from(start, (_, i) => i).sort((a, b) => start[a] - start[b]);
  const floats = (from: Float64Array) => Float64Array.from(order, (at) => from[at]);
  const integers = (from: Uint32Array) => Uint32Array.from(order, (at) => from[at]);
  const nr = probeHits ? probeHits.length / start.length : 0;
  return {
    ...snapshot,
    regions: new Regions(
      floats(start),
      floats(regions.end),
      integers(regions.nrAccesses),
      integers(regions.age),
    ),
    ...(probeHits &&
      { probeHits: Uint32Array.from(probeHits, (_, i) => probeHits[order[Math.floor(i / nr)] * nr + i % nr]) }),
    ...(scheme && {
      scheme: { ...scheme, ...(scheme.passedBytes && { passedBytes: floats(scheme.passedBytes) }) },
    }),
    ...(evidence && {
      evidence: {
        residentBytes: floats(evidence.residentBytes),
        usedBytes: floats(evidence.usedBytes),
        looks: integers(evidence.looks),
      },
    }),
  };
}

/** Regions that reach into the next end where that begins: parts of two snapshots were taken for one. */
function apart(snapshot: Snapshot, mending: Mending): Snapshot {
  const { regions } = snapshot;
  let end: Float64Array | undefined;
  for (let i = 1; i < regions.length; i++) {
    if (regions.start[i] >= regions.end[i - 1]) continue;
    if (regions.start[i] === regions.start[i - 1]) {
      throw new ImpossibleError(`two regions begin at ${formatAddress(regions.start[i])}`);
    }
    end ??= regions.end.slice();
    end[i - 1] = regions.start[i];
  }
  if (!end) return snapshot;
  mending.overlapping++;
  const { evidence, scheme } = snapshot;
  const within = (bytes: Float64Array) => bytes.map((value, i) => Math.min(value, end[i] - regions.start[i]));
  return {
    ...snapshot,
    regions: new Regions(regions.start, end, regions.nrAccesses, regions.age),
    ...(scheme?.passedBytes && { scheme: { ...scheme, passedBytes: within(scheme.passedBytes) } }),
    ...(evidence && {
      evidence: {
        ...evidence,
        residentBytes: within(evidence.residentBytes),
        usedBytes: within(evidence.usedBytes),
      },
    }),
  };
}

/** A count as a column of 32 bits holds it. @throws {ImpossibleError} where it is none. */
export function checkedCount(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= AGE_UNKNOWN) return value;
  throw new ImpossibleError(`${name} is ${valueText(value)}`);
}

function valueText(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "number" && !Number.isFinite(value) ? "no finite number" : String(value);
}
