import assert from "assert";
import fc from "../../fast_check.ts";
import type { RecordItem, Snapshot } from "../../../damon/mod.ts";
import type { FormatName } from "../../../format/mod.ts";
import { anySample, encodeSample, type ReadBack, readBytes, type Sample, snapshotsIn } from "../../record_samples.ts";

/** What a format keeps of a record: the losses that docs/formats.md lists, as code. */
interface Kept {
  /** The snapshots, as they come back. */
  snapshots: (sample: Sample) => Snapshot[];
  header: boolean;
  /** What is no snapshot. */
  others: readonly RecordItem["kind"][];
}

const hasRegions = ({ regions }: Snapshot) => regions.length > 0;

function withoutStats({ scheme, ...snapshot }: Snapshot): Snapshot {
  if (!scheme) return snapshot;
  const { stats: _, ...rest } = scheme;
  return { ...snapshot, scheme: rest };
}

/** One record a target or scheme, as the Python damo has it. */
function byTarget(snapshots: Snapshot[]): Snapshot[] {
  const groups = Map.groupBy(snapshots, ({ targetId, scheme }) => `${targetId}/${scheme?.index}`);
  return [...groups.values()].flat();
}

/** Of trying regions of a target there is no id; and intervals are guessed where ages are not known. */
function asPythonDamoJson(of: Snapshot): Snapshot {
  const { evidence: _, ...snapshot } = of;
  return snapshot.scheme ? { ...snapshot, targetId: 0n } : snapshot;
}

/** A snapshot begins where the one before it of the same target ended; the first is as long as the second. */
function asTrace(snapshots: Snapshot[]): Snapshot[] {
  const byId = Map.groupBy(snapshots, ({ targetId }) => targetId);
  return snapshots.map((snapshot) => {
    const own = byId.get(snapshot.targetId)!;
    const at = own.indexOf(snapshot);
    const ns = at > 0 ? snapshot.endNs - own[at - 1].endNs : own.length > 1 ? own[1].endNs - snapshot.endNs : 1e8;
    const { scheme, probeHits: _, evidence: __, ...rest } = snapshot;
    return { ...rest, startNs: snapshot.endNs - ns, ...(scheme && { scheme: { index: scheme.index } }) };
  });
}

const ALL = [
  "mappings",
  "applied",
  "scheme_stats",
  "usage",
  "residency",
  "working_set",
  "profile",
  "footer",
] as const;

const KEPT: Record<FormatName, Kept> = {
  arrow: { snapshots: snapshotsIn, header: true, others: ALL },
  jsonl: { snapshots: snapshotsIn, header: true, others: ALL },
  parquet: {
    snapshots: (sample) => snapshotsIn(sample).filter(hasRegions).map(withoutStats),
    header: true,
    others: ["mappings", "footer"],
  },
  csv: {
    snapshots: (sample) => snapshotsIn(sample).filter(hasRegions).map(withoutStats),
    header: false,
    others: [],
  },
  json: { snapshots: (sample) => byTarget(snapshotsIn(sample)).map(asPythonDamoJson), header: false, others: [] },
  json_compressed: {
    snapshots: (sample) => byTarget(snapshotsIn(sample)).map(asPythonDamoJson),
    header: false,
    others: [],
  },
  perf_script: {
    snapshots: (sample) => asTrace(snapshotsIn(sample).filter(hasRegions)),
    header: true,
    others: ALL.filter((kind) => kind !== "applied"),
  },
};

function othersIn(items: RecordItem[], kinds: readonly RecordItem["kind"][]): RecordItem[] {
  return items.filter(({ kind }) => kinds.includes(kind));
}

/** Traces give what was held back later than it came: by time it is the same. */
function inOrder(snapshots: Snapshot[]): Snapshot[] {
  return [...snapshots].sort((a, b) => a.endNs - b.endNs);
}

function check(format: FormatName, sample: Sample, back: ReadBack): void {
  const kept = KEPT[format];
  assert.equal(back.incomplete, undefined);
  const [expected, actual] = [kept.snapshots(sample), snapshotsIn(back)];
  if (format === "perf_script") assert.deepEqual(inOrder(actual), inOrder(expected));
  else assert.deepEqual(actual, expected);
  if (kept.header) assert.deepEqual(back.header, sample.header);
  if (kept.others.length > 0) assert.deepEqual(othersIn(back.items, ALL), othersIn(sample.items, kept.others));
}

for (const format of Object.keys(KEPT) as FormatName[]) {
  Deno.test(`a record in ${format} comes back with all that the format keeps`, async () => {
    await fc.assert(
      fc.asyncProperty(anySample, fc.integer({ min: 1, max: 9 }), async (sample, batch) => {
        const bytes = await encodeSample(sample, format, batch);
        // An empty CSV or trace is no record that could be told.
        check(format, sample, await readBytes(bytes));
      }),
      { numRuns: 150 },
    );
  });
}
