import assert from "assert";
import { type AssembledItem, Assembler, EventKind, type Snapshot } from "../../../../damon/mod.ts";
import { batchOf, type Fields, regionsOf, Sender } from "../../../events.ts";

const intervals = { sampleUs: 5_000, aggrUs: 100_000 };
const newAssembler = () => new Assembler({ intervalsOf: () => intervals });
const snapshotsOf = (items: AssembledItem[]): Snapshot[] =>
  items.flatMap((item) => item.kind === "snapshot" ? [item.snapshot] : []);

Deno.test("Assembler delivers a snapshot with the last of its events, not before", () => {
  const events = new Sender(7).snapshot(0n, 1e9, regionsOf(3, 5));
  const assembler = newAssembler();
  assert.deepEqual(assembler.push(batchOf(events.slice(0, 2))), []);
  const [{ regions, ...snapshot }] = snapshotsOf(assembler.push(batchOf(events.slice(2))));
  assert.deepEqual([...regions], regionsOf(3, 5));
  assert.deepEqual(snapshot, { kdamond: 7, targetId: 0n, startNs: 9e8, endNs: 1e9, ...intervals });
});

Deno.test("Assembler begins a snapshot where the one before it of the same target ended", () => {
  const sender = new Sender(7);
  const events = [
    ...sender.snapshot(0n, 1_000_000_000, regionsOf(2)),
    ...sender.snapshot(1n, 1_000_001_000, regionsOf(1)),
    ...sender.snapshot(0n, 1_123_000_000, regionsOf(2)),
  ];
  const starts = snapshotsOf(newAssembler().push(batchOf(events))).map(({ startNs }) => startNs);
  assert.deepEqual(starts, [900_000_000, 900_001_000, 1_000_000_000]);
});

Deno.test("Assembler does not stretch a snapshot over a loss", () => {
  const sender = new Sender(7);
  const first = sender.snapshot(0n, 1e9, regionsOf(2));
  sender.snapshot(0n, 1.1e9, regionsOf(2));
  const third = sender.snapshot(0n, 1.2e9, regionsOf(2));
  const assembler = newAssembler();
  const snapshots = snapshotsOf(assembler.push(batchOf([...first, ...third])));
  assert.deepEqual(snapshots.map(({ startNs, endNs }) => [startNs, endNs]), [[9e8, 1e9], [1.1e9, 1.2e9]]);
  assert.deepEqual([assembler.lost, assembler.torn], [2, 0]);
});

Deno.test("Assembler never makes one snapshot of a tail and the next head", () => {
  const sender = new Sender(7);
  const one = sender.snapshot(0n, 1e9, regionsOf(4, 1));
  const two = sender.snapshot(0n, 1.1e9, regionsOf(4, 2));
  const assembler = newAssembler();
  assert.deepEqual(assembler.push(batchOf([...one.slice(2), ...two.slice(0, 2)])), []);
  assembler.finish();
  assert.deepEqual([assembler.lost, assembler.torn], [2, 2]);
});

Deno.test("Assembler leaves out, and does not count as torn, what began before it was watched", () => {
  // The kernel side sees the tail of a snapshot first, takes it for a head, and is put right by the next address.
  const tail = new Sender(7).snapshot(0n, 1e9, regionsOf(4).slice(2), { nrRegions: 4 });
  const next = new Sender(7, 2).snapshot(0n, 1.1e9, regionsOf(4));
  const assembler = newAssembler();
  assert.equal(snapshotsOf(assembler.push(batchOf([...tail, ...next]))).length, 1);
  assert.deepEqual([assembler.lost, assembler.torn], [0, 0]);
});

Deno.test("Assembler takes tuned intervals from the events, and keeps the number of samples", () => {
  const sender = new Sender(7);
  const tuned: Fields = sender.other(EventKind.intervalsTuned, { timeNs: 2e9, sampleUs: 8_000 });
  const events = [tuned, ...sender.snapshot(0n, 3e9, regionsOf(1), { sampleUs: 8_000 })];
  const [first, second] = newAssembler().push(batchOf(events));
  assert.deepEqual(first, {
    kind: "intervals",
    intervals: { kdamond: 7, timeNs: 2e9, sampleUs: 8_000, aggrUs: 160_000 },
  });
  const [{ sampleUs, aggrUs, startNs }] = snapshotsOf([second]);
  assert.deepEqual({ sampleUs, aggrUs, startNs }, { sampleUs: 8_000, aggrUs: 160_000, startNs: 2.84e9 });
});

Deno.test("Assembler passes on what schemes do, and says so where scheme and target are not known", () => {
  const sender = new Sender(7);
  const region = { start: 0x1000, end: 0x3000, nrAccesses: 4, age: 2 };
  const items = newAssembler().push(batchOf([
    sender.other(EventKind.schemeApplied, { timeNs: 1, targetId: 1n, ...region, nrRegions: 9, detail: 3 << 16 }),
    sender.other(EventKind.schemeApplied, { timeNs: 2, ...region, age: 0xffff_ffff, detail: 0xffff0000 }),
    sender.other(EventKind.schemeQuota, { timeNs: 3, end: 0x1_0000_1000, detail: 2 << 16 }),
  ]));
  const common = { kdamond: 7, context: 0 };
  assert.deepEqual(items, [
    { kind: "applied", applied: { ...common, timeNs: 1, scheme: 3, targetId: 1n, region, nrRegions: 9 } },
    {
      kind: "applied",
      applied: {
        ...common,
        timeNs: 2,
        scheme: undefined,
        targetId: undefined,
        region: { ...region, age: undefined },
        nrRegions: 0,
      },
    },
    { kind: "quota", quota: { ...common, timeNs: 3, scheme: 2, effectiveBytes: 0x1_0000_1000 } },
  ]);
});

Deno.test("Assembler keeps an age that the kernel does not count unknown", () => {
  const events = new Sender(7).snapshot(0n, 1e9, [{ start: 0, end: 4096, nrAccesses: 1, age: undefined }]);
  const [{ regions }] = snapshotsOf(newAssembler().push(batchOf(events)));
  assert.equal([...regions][0].age, undefined);
});

Deno.test("Assembler keeps ids and addresses above 2^53", () => {
  const events = new Sender(7).snapshot(18446623435582458880n, 1e9, [
    { start: 0xffff_ffff_ff60_0000, end: 0xffff_ffff_ff60_1000, nrAccesses: 1, age: 0 },
  ]);
  const [{ targetId, regions }] = snapshotsOf(newAssembler().push(batchOf(events)));
  assert.equal(targetId, 18446623435582458880n);
  assert.equal([...regions][0].start, 0xffff_ffff_ff60_0000);
});

Deno.test("Assembler refuses events of a kdamond that it does not know", () => {
  const assembler = new Assembler({ intervalsOf: () => undefined });
  assert.throws(() => assembler.push(batchOf(new Sender(7).snapshot(0n, 1, regionsOf(1)))), /its pid is 7/);
});

Deno.test("Assembler gives snapshots that outlive the batch and the snapshots after them", () => {
  const sender = new Sender(7);
  const assembler = newAssembler();
  const batch = batchOf(sender.snapshot(0n, 1e9, regionsOf(3, 1)));
  const [snapshot] = snapshotsOf(assembler.push(batch));
  batch.words.fill(0);
  assembler.push(batchOf(sender.snapshot(0n, 1.1e9, regionsOf(3, 2))));
  assert.deepEqual([...snapshot.regions], regionsOf(3, 1));
});

Deno.test("Assembler.retune gives later snapshots the intervals that are in force, and addrUnitOf makes bytes of units", () => {
  const assembler = new Assembler({ intervalsOf: () => intervals, addrUnitOf: () => 8 });
  const sender = new Sender(7);
  const [first] = snapshotsOf(assembler.push(batchOf(sender.snapshot(0n, 1e9, regionsOf(2)))));
  assembler.retune(7, { sampleUs: 10_000, aggrUs: 400_000 });
  const [second] = snapshotsOf(assembler.push(batchOf(sender.snapshot(0n, 1.4e9, regionsOf(2)))));
  assert.deepEqual([first.sampleUs, first.aggrUs, second.sampleUs, second.aggrUs], [5_000, 100_000, 10_000, 400_000]);
  assert.deepEqual(
    [...second.regions].map(({ start, end }) => [start, end]),
    regionsOf(2).map(({ start, end }) => [start * 8, end * 8]),
  );
});

Deno.test("Assembler takes the hits of probes out of the events, as many as the kdamond has, wherever a batch is cut", () => {
  const sender = new Sender(7);
  const events = sender.snapshot(0n, 1e9, regionsOf(3)).map((event, i) => ({ ...event, detail: 0x04030201 + i }));
  for (
    const [nrProbes, expected] of [[0, undefined], [2, [1, 2, 2, 2, 3, 2]], [9, [
      1,
      2,
      3,
      4,
      2,
      2,
      3,
      4,
      3,
      2,
      3,
      4,
    ]]] as const
  ) {
    for (const cut of [1, 2, 3]) {
      const assembler = new Assembler({ intervalsOf: () => intervals, nrProbesOf: () => nrProbes });
      const items = [...assembler.push(batchOf(events.slice(0, cut))), ...assembler.push(batchOf(events.slice(cut)))];
      const [snapshot] = snapshotsOf(items);
      assert.deepEqual(snapshot.probeHits && [...snapshot.probeHits], expected);
    }
  }
});
