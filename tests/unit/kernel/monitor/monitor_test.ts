import assert from "assert";
import { EVENT, EVENT_WORDS, EventKind } from "../../../../damon/events/event.ts";
import {
  ANY_ACCESS_PATTERN,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type RecordedKdamond,
  type RecordItem,
} from "../../../../damon/mod.ts";
import type { Tracer } from "../../../../ffi/tracer.ts";
import { DamonMonitor } from "../../../../kernel/monitor/monitor.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

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
  let snapshots = 0;
  for await (const { kind } of monitor.items(signals.signal)) {
    if (kind === "snapshot" && snapshots++ === 0) setTimeout(() => signals.abort(), 20);
  }
  assert.ok(snapshots > 0);
  assert.equal(stops, 1);
});

Deno.test("DamonMonitor gives what schemes did: the regions before the snapshot that they were seen in, counters, memory in use", async () => {
  using roots = fakeRoots({});
  Deno.mkdirSync(roots.proc, { recursive: true });
  Deno.writeTextFileSync(
    `${roots.proc}/meminfo`,
    "MemTotal: 1000 kB\nMemFree: 400 kB\nSwapTotal: 8 kB\nSwapFree: 6 kB\n",
  );
  Deno.writeTextFileSync(`${roots.proc}/vmstat`, "pgfault 12\npgmajfault 5\n");
  const accessPattern = ANY_ACCESS_PATTERN;
  const contexts = [{ ...KDAMOND.contexts[0], schemes: [{ action: "stat" as const, accessPattern }] }];
  const stats = { nrTried: 2, szTriedBytes: 8192 };
  const watched = [{
    recorded: { ...KDAMOND, contexts },
    isOn: () => true,
    schemes: () => Promise.resolve([{ ...contexts[0].schemes[0], stats, effectiveBytes: 4096 }]),
    stop: () => Promise.resolve(),
  }];
  const events = [[EventKind.schemeApplied, 1], [EventKind.schemeApplied, 3], [EventKind.aggregated, 1]];
  const words = new Uint32Array(EVENT_WORDS * events.length);
  events.forEach(([kind, page], seq) => {
    const event = words.subarray(seq * EVENT_WORDS);
    event.set([kind, KDAMOND.pid, seq]);
    event[EVENT.timeNs] = 10 + seq;
    event[EVENT.start] = page * 4096;
    event[EVENT.end] = (page + 1) * 4096;
    event[EVENT.nrRegions] = 1;
  });
  const signals = new AbortController();
  const tracer = { ...fullTracer(), drain: () => ({ length: 0, words }), clockNs: () => 99 };
  let isFirst = true;
  tracer.drain = () => {
    const length = isFirst ? events.length : 0;
    isFirst = false;
    return { length, words };
  };
  const monitor = new DamonMonitor(roots, tracer, watched);
  const items: RecordItem[] = [];
  for await (const item of monitor.items(signals.signal)) {
    items.push(item);
    if (item.kind === "snapshot") signals.abort();
  }
  const usage = { timeNs: 99, pid: 0, residentBytes: 600 * 1024, swapBytes: 2048, majorFaults: 5, minorFaults: 7 };
  const counts = { timeNs: 99, kdamond: 77, context: 0, scheme: 0, stats, effectiveBytes: 4096 };
  assert.deepEqual(items.map(({ kind }) => kind), [
    // What the kernel counts comes when it tells it.
    ...["usage", "applied", "snapshot", "scheme_stats"],
    // And in the end.
    ...["usage", "scheme_stats"],
  ]);
  assert.deepEqual(items[0], { kind: "usage", usage });
  assert.deepEqual(items[3], { kind: "scheme_stats", counts });
  const [, applied] = items;
  assert.ok(applied.kind === "applied" && applied.applied.scheme === 0 && applied.applied.targetId === 0n);
  assert.deepEqual([applied.applied.startNs, applied.applied.endNs], [10, 11]);
  assert.deepEqual([...applied.applied.regions].map(({ start, end }) => [start, end]), [[4096, 8192], [12288, 16384]]);
});
