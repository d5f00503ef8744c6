import assert from "assert";
import { nrProbesOf, type Probe, probeHitsAt, type RecordItem, type Snapshot } from "../../../../damon/mod.ts";
import { aggregateItems } from "../../../../format/record/aggregate.ts";
import { withinAddresses } from "../../../../format/record/select.ts";
import { accessSectionOf } from "../../../../report/access/sections.ts";
import { RegionPicker } from "../../../../report/record/region_filter.ts";
import { recordOf, snapshotOf } from "../../../memory_record.ts";

const PROBES: Probe[] = [
  { filters: [{ type: "anon", matching: true, allow: true }] },
  { filters: [{ type: "memcg", matching: false, allow: false, path: "/a" }] },
];

/** Two regions of 16 and 48 KiB, a hole between them; of 20 samples. */
const withHits = (startNs: number, ...hits: number[]): Snapshot => ({
  ...snapshotOf(startNs, startNs + 1e8, [[0x10000, 0x14000, 2], [0x20000, 0x2c000, 0]]),
  probeHits: Uint32Array.from(hits),
});

Deno.test("probeHitsAt takes the hits of the regions that are left, of some more than once", () => {
  const snapshot = withHits(0, 20, 0, 5, 1);
  assert.equal(nrProbesOf(snapshot), 2);
  assert.deepEqual(probeHitsAt(snapshot, [1, 1]).probeHits, Uint32Array.of(5, 1, 5, 1));
  const { probeHits: _, ...without } = snapshot;
  assert.deepEqual(probeHitsAt(without, [0]), {});
  assert.equal(nrProbesOf(without), 0);
});

Deno.test("regions that are cut or filtered keep the hits of their probes", () => {
  const ranges = [{ start: 0x12000, end: 0x22000 }, { start: 0x28000, end: 0x29000 }];
  const cut = withinAddresses(withHits(0, 20, 0, 5, 1), ranges);
  assert.deepEqual([...cut.regions].map(({ start }) => start), [0x12000, 0x20000, 0x28000]);
  assert.deepEqual(cut.probeHits, Uint32Array.of(20, 0, 5, 1, 5, 1));
  const filtered = new RegionPicker({ regionBytes: [0x8000, Infinity] }).pick(withHits(0, 20, 0, 5, 1), undefined);
  assert.deepEqual(filtered.probeHits, Uint32Array.of(5, 1));
});

Deno.test("aggregateItems adds up the hits of probes as it does accesses", async () => {
  async function* items(): AsyncGenerator<RecordItem> {
    yield { kind: "snapshot", snapshot: withHits(0, 20, 0, 5, 1) };
    yield { kind: "snapshot", snapshot: withHits(1e8, 10, 2, 0, 3) };
  }
  const [item] = await Array.fromAsync(aggregateItems(items(), { aggrUs: 200_000 }));
  assert.ok(item.kind === "snapshot");
  assert.deepEqual(item.snapshot.probeHits, Uint32Array.of(30, 2, 5, 4));
});

Deno.test("report access shows for each region, and in sum, what the probes found", async () => {
  const snapshot = withHits(0, 20, 0, 5, 1);
  const { header } = await recordOf([snapshot])();
  const [kdamond] = header.kdamonds;
  const survey = {
    originNs: 0,
    header: { ...header, kdamonds: [{ ...kdamond, contexts: [{ ...kdamond.contexts[0], probes: PROBES }] }] },
  };
  const section = accessSectionOf({ ...snapshot, kdamond: kdamond.pid }, { index: 0 } as never, survey);
  assert.deepEqual(section.columns.slice(-2).map(({ title }) => title), ["probe 0", "probe 1"]);
  assert.deepEqual(section.rows.map((row) => row.slice(-2)), [[100, 0], [25, 5]]);
  assert.ok(section.tail.includes("Probe 0: about 28.0 KiB were anon"));
  assert.ok(section.tail.includes("Probe 1: about 2.40 KiB were rejected none memcg /a"));
});
