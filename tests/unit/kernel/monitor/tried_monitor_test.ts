import assert from "assert";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Kdamond, type RecordItem } from "../../../../damon/mod.ts";
import type { DamonInterface } from "../../../../kernel/control/interface.ts";
import {
  requireSnapshots,
  snapshotScheme,
  type TriedKdamond,
  TriedMonitor,
} from "../../../../kernel/monitor/tried_monitor.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const TRIED = "damon/admin/kdamonds/0/contexts/0/schemes/0/tried_regions";
const region = (n: number, [start, end, accesses, age, passed]: number[]): Record<string, string> => ({
  [`${TRIED}/${n}/start`]: `${start}\n`,
  [`${TRIED}/${n}/end`]: `${end}\n`,
  [`${TRIED}/${n}/nr_accesses`]: `${accesses}\n`,
  [`${TRIED}/${n}/age`]: `${age}\n`,
  ...(passed !== undefined && { [`${TRIED}/${n}/sz_filter_passed`]: `${passed}\n` }),
});
const kdamond = (pids: number[]): Kdamond => ({
  contexts: [{
    operations: "vaddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: pids.map((pid) => ({ pid, regions: [] })),
    schemes: [snapshotScheme()],
  }],
});

async function taken(files: Record<string, string>, count: number, stopsAfter = Infinity) {
  using roots = fakeRoots({ "proc/uptime": "100.50 1.00\n", "proc/42/maps": "1000-3000 rw-p 0 0:0 0 \n", ...files });
  const writes: string[] = [];
  let stopped = 0;
  const watched: TriedKdamond = {
    recorded: { ...kdamond([42]), index: 0, pid: 7, ours: true },
    isOn: () => writes.length < stopsAfter,
    intervals: () => ({ sampleUs: 5000, aggrUs: 100_000 }),
    stop: () => Promise.resolve(void stopped++),
  };
  const monitor = new TriedMonitor(roots, [watched], { delayMs: 1, count }, (path, text) => {
    writes.push(`${path.slice(roots.damon.length)} ${text}`);
  });
  const items: RecordItem[] = [];
  for await (const item of monitor.items(new AbortController().signal)) items.push(item);
  assert.equal(stopped, 1);
  return { items, writes, ended: monitor.ended, counts: monitor.counts() };
}

Deno.test("TriedMonitor reads what the scheme tried, ordered, with the bytes that passed, as often as asked", async () => {
  const files = {
    ...region(10, [0x1000, 0x2000, 3, 4, 4096]),
    ...region(9, [0x2000, 0x3000, 0, 9, 0]),
    "proc/42/stat": "42 (job) S 1\n",
  };
  const { items, writes, ended, counts } = await taken(files, 2);
  assert.deepEqual(writes, Array(2).fill("/admin/kdamonds/0/state update_schemes_tried_regions"));
  assert.equal(ended, "all snapshots taken");
  assert.deepEqual(counts, { events: 4, received: 4, dropped: 0, torn: 0 });
  assert.deepEqual(items.map(({ kind }) => kind), ["mappings", "snapshot", "snapshot"]);
  assert.ok(items[1].kind === "snapshot");
  const { regions, scheme, ...rest } = items[1].snapshot;
  assert.deepEqual(rest, {
    kdamond: 7,
    targetId: 0n,
    startNs: 100.4e9,
    endNs: 100.5e9,
    sampleUs: 5000,
    aggrUs: 100_000,
  });
  assert.deepEqual([...regions], [
    { start: 0x1000, end: 0x2000, nrAccesses: 3, age: 4 },
    { start: 0x2000, end: 0x3000, nrAccesses: 0, age: 9 },
  ]);
  assert.deepEqual(scheme, { index: 0, passedBytes: Float64Array.of(4096, 0) });
});

Deno.test("TriedMonitor ends with its kdamond, and says so", async () => {
  const { items, ended } = await taken(
    { ...region(0, [0x1000, 0x2000, 3, 4]), "proc/42/stat": "42 (job) S 1\n" },
    5,
    1,
  );
  assert.equal(ended, "kdamond stopped");
  const [snapshot] = items.flatMap((item) => item.kind === "snapshot" ? [item.snapshot] : []);
  assert.equal(snapshot.scheme!.passedBytes, undefined);
});

Deno.test("requireSnapshots refuses several targets, whose regions would not be told apart, and debugfs", () => {
  using roots = fakeRoots({ [`${TRIED}/total_bytes`]: "0\n" });
  const sysfs = { name: "sysfs" } as DamonInterface;
  requireSnapshots(roots, sysfs, [kdamond([1]), kdamond([2])]);
  assert.throws(() => requireSnapshots(roots, sysfs, [kdamond([1, 2])]), /Kdamond 0 .*nr_targets: "1 1"/);
  assert.throws(
    () => requireSnapshots(roots, { name: "debugfs" } as DamonInterface, [kdamond([1])]),
    /DAMON's debugfs interface has none/,
  );
});
