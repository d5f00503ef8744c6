import assert from "assert";
import { expectedFractionOf, hotRangesOf } from "../../../../report/fidelity/expected.ts";
import { FidelityFold, fidelityOf, type FidelityOptions, watcherOf } from "../../../../report/fidelity/fidelity.ts";
import { formatFidelity } from "../../../../report/fidelity/text.ts";
import type { Snapshot } from "../../../../damon/mod.ts";
import type { Truth } from "../../../../report/fidelity/truth.ts";
import { access, PAGE, phase, snapshot, truth } from "../../../truths.ts";

const SAMPLING = { sampleNs: 5e6, aggrNs: 100e6, pageBytes: PAGE };
const S = 1e9;

function compare(about: Truth, snapshots: Snapshot[], options: FidelityOptions = {}) {
  const fold = new FidelityFold(about, options);
  snapshots.forEach((it) => fold.add(it));
  return fold.result();
}

Deno.test("FidelityFold weighs precision and recall by bytes and time", () => {
  // Pages 0-4 are hot for 4 s. The first snapshot (1 s) shows pages 2-8 as hot, the second (3 s) pages 0-1.
  const about = truth([[0, 10]], [phase(0, 4 * S, access(0, 4))]);
  const { all } = compare(about, [
    snapshot(0, 1 * S, [0, 2, 0], [2, 8, 20], [8, 10, 3]),
    snapshot(1 * S, 4 * S, [0, 1, 4], [1, 10, 0]),
  ]);
  assert.equal(all.hotArea, 16 * PAGE);
  assert.equal(all.seenArea, (6 + 3) * PAGE);
  assert.equal(all.commonArea, (2 + 3) * PAGE);
  assert.equal(all.precision, 5 / 9);
  assert.equal(all.recall, 5 / 16);
  assert.equal(all.f1, 10 / 25);
});

Deno.test("FidelityFold splits a snapshot at a change of phase", () => {
  const about = truth([[0, 8]], [phase(0, 1 * S, access(0, 4)), phase(1 * S, 2 * S, access(4, 8))]);
  const { all, phases } = compare(about, [snapshot(0.5 * S, 1.25 * S, [0, 4, 20], [4, 8, 0])]);
  assert.deepEqual(phases.map((it) => [it.coveredNs, it.precision, it.recall]), [[0.5 * S, 1, 1], [0.25 * S, 0, 0]]);
  assert.equal(all.precision, 2 / 3);
  assert.equal(all.recall, 2 / 3);
});

Deno.test("FidelityFold leaves out the tolerance on both sides of a change", () => {
  const about = truth([[0, 8]], [phase(0, 1 * S, access(0, 4)), phase(1 * S, 2 * S, access(4, 8))]);
  const late = [snapshot(0, 1.25 * S, [0, 4, 20]), snapshot(1.25 * S, 2 * S, [4, 8, 20])];
  assert.equal(compare(about, late).all.precision, 7 / 8);
  const tolerant = compare(about, late, { toleranceNs: 0.25 * S });
  assert.equal(tolerant.all.precision, 1);
  assert.equal(tolerant.all.coveredNs, 1 * S);
});

Deno.test("FidelityFold leaves out addresses that the truth does not know", () => {
  const about = truth([[10, 20]], [phase(0, 1 * S, access(10, 15))]);
  const { all } = compare(about, [snapshot(0, 1 * S, [0, 15, 20], [15, 20, 0], [20, 90, 20])]);
  assert.equal(all.precision, 1);
  assert.equal(all.recall, 1);
});

Deno.test("FidelityFold counts memory that no region covers as shown idle", () => {
  const about = truth([[0, 4]], [phase(0, 1 * S, access(0, 4))]);
  const { all } = compare(about, [snapshot(0, 1 * S, [1, 2, 20])]);
  assert.equal(all.precision, 1);
  assert.equal(all.recall, 1 / 4);
});

Deno.test("FidelityFold leaves out time before, after and in a phase that never ended", () => {
  const open = { ...phase(2 * S, 3 * S), endNs: undefined };
  const about = truth([[0, 4]], [phase(1 * S, 2 * S, access(0, 4)), open]);
  const fidelity = compare(about, [
    snapshot(0, 1 * S, [0, 4, 20]),
    snapshot(1 * S, 2 * S, [0, 4, 20]),
    snapshot(2 * S, 3 * S, [0, 4, 20]),
  ]);
  assert.equal(fidelity.snapshots, 1);
  assert.equal(fidelity.phases.length, 1);
  assert.equal(fidelity.all.seenArea, 4 * PAGE);
});

Deno.test("FidelityFold has no share where there is nothing to share", () => {
  const about = truth([[0, 4]], [phase(0, 1 * S), phase(1 * S, 2 * S, access(0, 4))]);
  const [rest, busy] = compare(about, [snapshot(0, 2 * S, [0, 4, 0])]).phases;
  assert.deepEqual([rest.precision, rest.recall, rest.f1], [undefined, undefined, undefined]);
  assert.deepEqual([busy.precision, busy.recall, busy.f1], [undefined, 0, 0]);
});

Deno.test("FidelityFold tells kdamonds and targets apart", () => {
  const about = truth([[0, 4]], [phase(0, 1 * S, access(0, 4))]);
  const mine = snapshot(0, 1 * S, [0, 4, 20]);
  const others = [{ ...snapshot(0, 1 * S), kdamond: 2 }, { ...snapshot(0, 1 * S), targetId: 1n }];
  const fidelity = compare(about, [mine, ...others], { kdamond: 1, targetId: 0n });
  assert.equal(fidelity.snapshots, 1);
  assert.equal(fidelity.all.recall, 1);
});

Deno.test("FidelityFold counts a region as hot from the threshold on", () => {
  const about = truth([[0, 1]], [phase(0, 1 * S, access(0, 1))]);
  const recall = (nr: number, hotFraction: number) =>
    compare(about, [snapshot(0, 1 * S, [0, 1, nr])], { hotFraction }).all.recall;
  assert.deepEqual([recall(3, 0.2), recall(4, 0.2), recall(10, 0.55), recall(11, 0.55)], [0, 1, 0, 1]);
});

Deno.test("FidelityFold gives the working set's size and its mean absolute error over time", () => {
  const about = truth([[0, 8]], [phase(0, 2 * S, access(0, 4))]);
  const { all, overTime } = compare(about, [
    snapshot(0, 1 * S, [0, 6, 20]),
    snapshot(1 * S, 1.5 * S, [0, 1, 20]),
  ], { timeRows: 4 });
  assert.deepEqual(overTime.map((it) => [it.startNs, it.hotBytes / PAGE, it.seenBytes / PAGE, it.errorBytes / PAGE]), [
    [0, 4, 6, 2],
    [0.5 * S, 4, 6, 2],
    [1 * S, 4, 1, 3],
  ]);
  assert.equal(all.errorBytes, (2 * 1 + 3 * 0.5) / 1.5 * PAGE);
});

Deno.test("FidelityFold refuses options out of their bounds", () => {
  const about = truth([], []);
  assert.throws(() => new FidelityFold(about, { hotFraction: 0 }), /hotFraction must be above 0.*not 0/);
  assert.throws(() => new FidelityFold(about, { hotFraction: 1.1 }), RangeError);
  assert.throws(() => new FidelityFold(about, { toleranceNs: -1 }), RangeError);
  assert.throws(() => new FidelityFold(about, { timeRows: 0 }), RangeError);
});

Deno.test("expectedFractionOf tells how often a page comes round in a sampling interval", () => {
  const of = (over: Partial<Parameters<typeof expectedFractionOf>[0]>) =>
    expectedFractionOf({ ...phase(0, 1 * S, access(0, 100)).accesses[0], ...over }, SAMPLING);
  assert.equal(of({ accesses: 100 * 50 }), 0.25);
  assert.equal(of({ accesses: 100 * 1000 }), 1);
  // 64 accesses to a page are one visit.
  assert.equal(of({ accesses: 100 * 50 * 64, strideBytes: 64 }), 0.25);
  // Every fourth page, always; every fourth, at a quarter of the samples.
  assert.equal(of({ accesses: 1e9, strideBytes: 4 * PAGE }), 0.25);
  assert.equal(of({ accesses: 25 * 50, strideBytes: 4 * PAGE }), 0.0625);
  assert.equal(of({ accesses: 100 * 200, order: "random", strideBytes: undefined }), 1 - Math.exp(-1));
  // Once through in 1 ms is one sample of twenty, no more.
  assert.equal(of({ accesses: 100, endNs: 1e6 }), 0.05);
});

Deno.test("hotRangesOf joins patterns that share or touch a range", () => {
  const at = (from: number, to: number, fraction: number) => access(from, to, (to - from) * 200 * fraction);
  // Each alone is seen in 15 % of samples; both together in 1 - 0.85² = 27.75 %.
  const both = phase(0, 1 * S, at(0, 4, 0.15), at(2, 6, 0.15), at(6, 8, 0.5), at(9, 10, 0.5));
  assert.deepEqual(hotRangesOf(both, SAMPLING, 0.2), [
    { start: 2 * PAGE, end: 4 * PAGE },
    { start: 6 * PAGE, end: 8 * PAGE },
    { start: 9 * PAGE, end: 10 * PAGE },
  ]);
  assert.deepEqual(hotRangesOf(both, SAMPLING, 0.1), [
    { start: 0, end: 8 * PAGE },
    { start: 9 * PAGE, end: 10 * PAGE },
  ]);
});

Deno.test("fidelityOf passes over items that are no snapshots", async () => {
  const about = truth([[0, 4]], [phase(0, 1 * S, access(0, 4))]);
  const fidelity = await fidelityOf([
    { kind: "mappings", mappings: { timeNs: 0, pid: 7, mappings: [] } },
    { kind: "snapshot", snapshot: snapshot(0, 1 * S, [0, 4, 20]) },
  ], about);
  assert.equal(fidelity.all.f1, 1);
});

Deno.test("watcherOf finds the kdamond and target of a process", () => {
  const context = { operations: "vaddr" as const, intervals: { sampleUs: 1, aggrUs: 1, updateUs: 1 } };
  const nrRegions = { min: 10, max: 1000 };
  const kdamond = (pid: number, ...pids: number[]) => ({
    pid,
    ours: true,
    contexts: [{ ...context, nrRegions, targets: pids.map((it) => ({ pid: it, regions: [] })) }],
  });
  const header = { kdamonds: [kdamond(50, 1, 2), kdamond(60, 3)] };
  assert.deepEqual(watcherOf(header, 2), { kdamond: 50, targetId: 1n });
  assert.deepEqual(watcherOf(header, 3), { kdamond: 60 });
  assert.equal(watcherOf(header, 4), undefined);
});

Deno.test("formatFidelity aligns its columns and shows shares of nothing as -", () => {
  const about = truth([[0, 512]], [phase(0, 1 * S), phase(1 * S, 3 * S, access(0, 256))]);
  const fidelity = compare(about, [snapshot(0, 1 * S), snapshot(1 * S, 3 * S, [0, 512, 20])], { toleranceNs: 1e8 });
  assert.equal(
    formatFidelity(fidelity),
    `phase              time       hot  shown hot     error  precision  recall     F1
from 0           800 ms       0 B        0 B       0 B          -       -      -
from 1000000000   1.8 s  1.00 MiB   2.00 MiB  1.00 MiB      0.500   1.000  0.667
all               2.6 s   709 KiB   1.38 MiB   709 KiB      0.500   1.000  0.667

2 snapshots; hot from 20 % of samples on; 100 ms around each change left out
time: with snapshots; hot, shown hot, error: means over it; precision, recall: of address × time
`,
  );
});
