import assert from "assert";
import { Assembler, type Snapshot } from "../../../damon/mod.ts";
import { openTracer, type Tracer } from "../../../ffi/tracer.ts";
import { runModule } from "../../run_module.ts";

// The kernel side sends made-up events through the code that sends DAMON's; no DAMON is needed, and none is touched.
const KDAMOND = 4242;

function newAssembler(): Assembler {
  return new Assembler({ intervalsOf: () => ({ sampleUs: 5_000, aggrUs: 100_000 }) });
}

function openTest(ringBytes: number): Tracer {
  const tracer = openTracer({ test: true, ringBytes });
  tracer.watch(KDAMOND);
  return tracer;
}

function drainInto(assembler: Assembler, tracer: Tracer): Snapshot[] {
  const snapshots: Snapshot[] = [];
  for (let batch = tracer.drain(); batch.length > 0; batch = tracer.drain()) {
    for (const item of assembler.push(batch)) if (item.kind === "snapshot") snapshots.push(item.snapshot);
  }
  return snapshots;
}

/** Whether the regions are those that the kernel side made up. */
function checkRegions({ regions }: Snapshot, nrRegions: number): void {
  assert.equal(regions.length, nrRegions);
  for (let i = 0; i < nrRegions; i++) {
    const { start, end, nrAccesses } = {
      start: regions.start[i],
      end: regions.end[i],
      nrAccesses: regions.nrAccesses[i],
    };
    assert.deepEqual({ start, end, nrAccesses }, { start: (i + 1) * 4096, end: (i + 2) * 4096, nrAccesses: i & 15 });
  }
}

Deno.test("Tracer gives whole snapshots, in order, with the kernel's clock", async () => {
  await using tracer = openTest(1 << 20);
  const before = tracer.clockNs();
  await tracer.emitTest(KDAMOND, 25, 100);
  assert.equal(await tracer.wait(10_000), "ready");
  const snapshots = drainInto(newAssembler(), tracer);
  assert.equal(snapshots.length, 4);
  let last = before;
  for (const snapshot of snapshots) {
    checkRegions(snapshot, 25);
    assert.ok(snapshot.endNs > last && snapshot.endNs < tracer.clockNs());
    last = snapshot.endNs;
  }
  assert.deepEqual(tracer.counters(), { sent: 100, received: 100, dropped: 0 });
  assert.equal(await tracer.wait(0), "timeout");
});

Deno.test("Tracer reports an overflow exactly: sent = received + dropped", async () => {
  await using tracer = openTest(16 << 10);
  const assembler = newAssembler();
  await tracer.emitTest(KDAMOND, 10, 10_000);
  const { received, dropped } = tracer.counters();
  assert.equal(received, 0);
  // The ring holds 204 events of 80 bytes.
  assert.equal(dropped, 10_000 - 204);
  const kept = drainInto(assembler, tracer);
  assert.equal(kept.length, 20);
  assert.deepEqual(tracer.counters(), { sent: 10_000, received: 204, dropped });
  // What comes behind the loss makes it visible to the reader, too.
  await tracer.emitTest(KDAMOND, 10, 10);
  assert.equal(drainInto(assembler, tracer).length, 1);
  assert.deepEqual(tracer.counters(), { sent: 10_010, received: 214, dropped });
  assert.deepEqual([assembler.lost, assembler.torn], [dropped, 1]);
});

Deno.test("Tracer and Assembler agree on what was lost while a slow reader reads", async () => {
  await using tracer = openTest(64 << 10);
  const assembler = newAssembler();
  let isSending = true;
  let whole = 0;
  const sending = tracer.emitTest(KDAMOND, 7, 700_000).then(() => isSending = false);
  while (isSending) {
    await tracer.wait(10);
    for (const snapshot of drainInto(assembler, tracer)) {
      checkRegions(snapshot, 7);
      whole++;
    }
  }
  await sending;
  // A last snapshot in an empty ring: a loss at the very end would leave no gap.
  whole += drainInto(assembler, tracer).length;
  await tracer.emitTest(KDAMOND, 7, 7);
  whole += drainInto(assembler, tracer).length;
  assembler.finish();
  const { sent, received, dropped } = tracer.counters();
  assert.equal(sent, 700_007);
  assert.equal(received + dropped, sent);
  assert.equal(assembler.lost, dropped);
  assert.ok(whole > 0 && whole + assembler.torn <= 100_001);
  if (dropped === 0) assert.equal(whole, 100_001);
});

Deno.test("Tracer wakes its reader within a snapshot that is larger than the ring", async () => {
  await using tracer = openTest(64 << 10);
  const waiting = tracer.wait(60_000);
  // 819 events fill the ring; none of these is the last of its snapshot.
  await tracer.emitTest(KDAMOND, 100_000, 600);
  assert.equal(await waiting, "ready");
});

Deno.test("Tracer lets through only whom it watches, and keeps the counts of the others", async () => {
  await using tracer = openTest(1 << 20);
  await assert.rejects(tracer.emitTest(KDAMOND + 1, 5, 5), { name: "KernelError", errno: 3 });
  tracer.watch(KDAMOND + 1);
  await tracer.emitTest(KDAMOND + 1, 5, 5);
  await tracer.emitTest(KDAMOND, 5, 5);
  assert.deepEqual(drainInto(newAssembler(), tracer).map(({ kdamond }) => kdamond), [KDAMOND + 1, KDAMOND]);
  tracer.unwatch(KDAMOND + 1);
  await assert.rejects(tracer.emitTest(KDAMOND + 1, 5, 5), { name: "KernelError", errno: 3 });
  assert.deepEqual(tracer.counters(), { sent: 10, received: 10, dropped: 0 });
});

Deno.test("Tracer goes on where it was when it watches a kdamond again", async () => {
  await using tracer = openTest(1 << 20);
  const assembler = newAssembler();
  await tracer.emitTest(KDAMOND, 5, 7);
  tracer.unwatch(KDAMOND);
  tracer.watch(KDAMOND);
  await tracer.emitTest(KDAMOND, 5, 5);
  assert.equal(drainInto(assembler, tracer).length, 2);
  assert.deepEqual([assembler.lost, assembler.torn], [0, 0]);
});

Deno.test("Tracer takes any number of kdamonds one after the other, and loses none of their counts", async () => {
  await using tracer = openTest(16 << 10);
  const assembler = newAssembler();
  let sent = 0;
  for (let pid = 1; pid <= 200; pid++) {
    tracer.watch(pid);
    // Each tenth fills the ring.
    const count = pid % 10 === 0 ? 1000 : 5;
    await tracer.emitTest(pid, 5, count);
    sent += count;
    const [first] = drainInto(assembler, tracer);
    assert.equal(first.kdamond, pid);
    checkRegions(first, 5);
    tracer.unwatch(pid);
    // The one beside them is not disturbed.
    await tracer.emitTest(KDAMOND, 5, 5);
    sent += 5;
    assert.deepEqual(drainInto(assembler, tracer).map(({ kdamond }) => kdamond), [KDAMOND]);
  }
  const counters = tracer.counters();
  assert.deepEqual(counters, { sent, received: sent - counters.dropped, dropped: counters.dropped });
  assert.ok(counters.dropped > 20 * 700);
  // A pid that comes again long after is counted from its beginning, too: nothing counts as lost.
  const { lost } = assembler;
  tracer.watch(1);
  await tracer.emitTest(1, 5, 5);
  assert.equal(drainInto(assembler, tracer).length, 1);
  assert.equal(assembler.lost, lost);
});

Deno.test("Tracer refuses a 65th kdamond at the same time in a sentence, until one of them is watched no more", async () => {
  await using tracer = openTest(16 << 10);
  for (let pid = 1; pid <= 63; pid++) tracer.watch(pid);
  for (const again of [1, KDAMOND]) tracer.watch(again);
  assert.throws(() => tracer.watch(64), {
    name: "RangeError",
    message: "64 kdamonds are watched, which is the most; watch fewer",
  });
  await assert.rejects(tracer.emitTest(64, 5, 5), { name: "KernelError", errno: 3 });
  tracer.unwatch(7);
  assert.throws(() => tracer.unwatch(7), { name: "KernelError", errno: 2 });
  tracer.watch(64);
  await tracer.emitTest(64, 5, 5);
  assert.deepEqual(drainInto(newAssembler(), tracer).map(({ kdamond }) => kdamond), [64]);
  assert.throws(() => tracer.watch(7), { name: "RangeError" });
});

Deno.test("Tracer.stop ends a wait at once, and every one after it", async () => {
  await using tracer = openTest(1 << 20);
  const waiting = tracer.wait(60_000);
  tracer.stop();
  assert.equal(await waiting, "stopped");
  assert.equal(await tracer.wait(60_000), "stopped");
  await tracer.emitTest(KDAMOND, 5, 5);
  assert.equal(drainInto(newAssembler(), tracer).length, 1);
});

Deno.test("Tracer disposes of itself under a pending wait, twice, and is closed then", async () => {
  const tracer = openTest(1 << 20);
  const waiting = tracer.wait(60_000);
  await Promise.all([tracer[Symbol.asyncDispose](), tracer[Symbol.asyncDispose]()]);
  assert.equal(await waiting, "stopped");
  assert.throws(() => tracer.drain(), { name: "TypeError", message: /disposed/ });
  assert.throws(() => tracer.clockNs(), { name: "TypeError", message: /disposed/ });
  tracer.stop();
});

Deno.test("Tracer gives every file descriptor back", async () => {
  // In a process of its own: other tests in this one open and close theirs. What Deno itself opens, and when, is its own affair: what
  // is counted are those of BPF and perf, and all over so many rounds that one left open each time shows.
  const source = `
    import { openTracer } from ${JSON.stringify(new URL("../../../ffi/tracer.ts", import.meta.url).href)};
    const open = () => [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
      try {
        return [Deno.readLinkSync("/proc/self/fd/" + name)];
      } catch {
        return []; // the folder's own
      }
    });
    const count = () => [open().filter((name) => /bpf|btf|perf/.test(name)).length, open().length];
    async function once() {
      await using tracer = openTracer({ test: true });
      tracer.watch(1);
      await tracer.emitTest(1, 5, 5);
      await tracer.wait(10_000);
      return count();
    }
    await once();
    const [bpf, all] = count();
    const [during] = await once();
    for (let i = 0; i < 10; i++) await once();
    const [bpfAfter, allAfter] = count();
    console.log(during > bpf, bpfAfter - bpf, allAfter - all < 10);`;
  const found = await runModule([Deno.execPath(), "run", "--allow-all", "--quiet", "--no-check"], source);
  assert.deepEqual(found, { code: 0, out: "true 0 true\n", err: "" });
});
