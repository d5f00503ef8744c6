import assert from "assert";
import fc from "../../../fast_check.ts";
import type { RegionEvidence, Snapshot } from "../../../../damon/mod.ts";
import { aggregateItems } from "../../../../format/record/aggregate.ts";
import { withinAddresses } from "../../../../format/record/select.ts";
import { anySample, snapshotsIn } from "../../../record_samples.ts";

const snapshots = anySample.map(snapshotsIn);
const knownIn = (all: readonly Snapshot[]) => all.filter(({ evidence }) => evidence);
const sum = (column: ArrayLike<number>) => Array.from(column).reduce((a, b) => a + b, 0);

function assertPossible({ regions, evidence }: Snapshot): void {
  for (let i = 0; i < regions.length; i++) {
    const { residentBytes, usedBytes } = evidence!;
    assert(residentBytes[i] <= regions.end[i] - regions.start[i], `region ${i} has more in memory than its size`);
    assert(usedBytes[i] <= residentBytes[i], `region ${i} has more used than in memory`);
  }
}

Deno.test("withinAddresses divides what is known of a region by where it is cut", () => {
  fc.assert(fc.property(snapshots, fc.bigInt({ min: 0n, max: 2n ** 52n }), (all, page) => {
    const middle = Number(page) * 4096;
    for (const snapshot of knownIn(all)) {
      const [below, above] = [{ start: 0, end: middle }, { start: middle, end: 2 ** 64 }]
        .map((range) => withinAddresses(snapshot, [range]));
      for (const column of ["residentBytes", "usedBytes", "looks"] as const) {
        const of = (part: Snapshot) => sum(part.evidence![column]);
        const off = Math.abs(of(below) + of(above) - of(snapshot));
        assert(off <= 1 + of(snapshot) * 1e-12, `${column}: off by ${off}`);
      }
      for (const part of [below, above]) assertPossible(part);
    }
  }));
});

Deno.test("aggregateItems adds up looks, and used bytes are no fewer than in the snapshot that has most", async () => {
  await fc.assert(fc.asyncProperty(anySample, async ({ items }) => {
    const groups = Map.groupBy(
      knownIn(items.flatMap((item) => item.kind === "snapshot" ? [item.snapshot] : [])),
      ({ targetId }) => targetId,
    );
    for await (const item of aggregateItems(itemsOf(items), { aggrUs: 300_000 })) {
      if (item.kind !== "snapshot" || !item.snapshot.evidence) continue;
      const { startNs, endNs, targetId, evidence } = item.snapshot;
      assertPossible(item.snapshot);
      const parts = groups.get(targetId)!.filter((one) => startNs <= one.startNs && one.endNs <= endNs);
      const most = (column: keyof RegionEvidence) => Math.max(...parts.map((one) => sum(one.evidence![column])));
      const slack = evidence.looks.length + parts.length;
      assert(sum(evidence.usedBytes) >= most("usedBytes") - slack - most("usedBytes") * 1e-9);
      const looks = parts.reduce((all, one) => all + sum(one.evidence!.looks), 0);
      // The column holds no more than 2^32 - 1 a region.
      if (looks < 2 ** 32) assert(Math.abs(sum(evidence.looks) - looks) <= slack + looks * 1e-9);
    }
  }));
});

async function* itemsOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
