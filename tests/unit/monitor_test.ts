import assert from "assert";
import { EVENT, EVENT_WORDS, EventKind } from "../../damon/event.ts";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type RecordedKdamond } from "../../damon/mod.ts";
import type { Tracer } from "../../ffi/tracer.ts";
import { DamonMonitor } from "../../kernel/monitor.ts";
import { fakeRoots } from "../fake_sysfs.ts";

const KDAMOND: RecordedKdamond = {
  pid: 77,
  index: 0,
  ours: true,
  contexts: [{
    operations: "paddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ regions: [] }],
  }],
};

/** A tracer whose ring is never empty before it is stopped. */
function fullTracer(): Tracer {
  let [seq, isStopped] = [0, false];
  const words = new Uint32Array(EVENT_WORDS);
  return {
    hasAge: true,
    watch() {},
    unwatch() {},
    attach: () => [],
    wait: () => new Promise((done) => setTimeout(() => done(isStopped ? "stopped" : "ready"), 0)),
    drain() {
      if (seq > 100_000) throw new Error("it never lets go");
      words.set([EventKind.aggregated, KDAMOND.pid, seq++]);
      words[EVENT.timeNs] = seq;
      words[EVENT.end] = 4096;
      words[EVENT.nrRegions] = 1;
      return { length: isStopped ? 0 : 1, words };
    },
    counters: () => ({ sent: seq, received: seq, dropped: 0 }),
    stop: () => void (isStopped = true),
    clockNs: () => 0,
    emitTest: () => Promise.resolve(),
    runTest() {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

Deno.test("DamonMonitor ends when told to, however fast events come", async () => {
  using roots = fakeRoots({});
  let stops = 0;
  const watched = [{ recorded: KDAMOND, isOn: () => true, stop: () => Promise.resolve(void stops++) }];
  const monitor = new DamonMonitor(roots, fullTracer(), watched);
  const signals = new AbortController();
  setTimeout(() => signals.abort(), 20);
  let snapshots = 0;
  for await (const { kind } of monitor.items(signals.signal)) if (kind === "snapshot") snapshots++;
  assert.ok(snapshots > 0);
  assert.equal(stops, 1);
});
