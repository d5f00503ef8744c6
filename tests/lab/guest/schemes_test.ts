import assert from "assert";
import {
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Kdamond,
  type Quotas,
  type Scheme,
  SYSFS_FEATURES,
} from "../../../damon/mod.ts";
import { chooseInterface } from "../../../kernel/control/choose_interface.ts";
import { readKernelTypes } from "../../../kernel/machine/kernel_types.ts";
import { findFeature } from "../../../kernel/control/features.ts";
import { startKdamonds, tuneKdamonds } from "../../../kernel/control/kdamond.ts";
import { memoryOf } from "../../../kernel/machine/process.ts";
import { assertClean, COLD, compressedSwap, context, HOT, hotCold, roots, scheme, sleeper } from "./control.ts";
import { exists } from "../../../kernel/machine/files.ts";
import { debugfsTree } from "./debugfs.ts";
import { exercised, outcomeOf, spawnDamo, startWorkload } from "./guest.ts";

const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();
const MIB = 1 << 20;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const has = (name: keyof typeof SYSFS_FEATURES) =>
  findFeature(roots, SYSFS_FEATURES[name], readKernelTypes(roots)).has === true;

/** Bytes of a mapping of just this size that are in memory. */
function residentOf(pid: number, bytes: number): number {
  let found = 0;
  for (const [, size, rss] of smapsOf(pid)) if (Math.abs(size - bytes) < MIB) found = Math.max(found, rss);
  return found;
}

function smapsOf(pid: number): [string, number, number][] {
  const text = Deno.readTextFileSync(`/proc/${pid}/smaps`);
  return [...text.matchAll(/^([0-9a-f]+-[0-9a-f]+) .*\nSize:\s+(\d+) kB[^]*?\nRss:\s+(\d+) kB/gm)]
    .map(([, range, size, rss]) => [range, Number(size) * 1024, Number(rss) * 1024]);
}

/** A scheme on all regions of any access. */
const all = (changes: Partial<Scheme> = {}) =>
  scheme({
    accessPattern: {
      szBytes: { min: 0, max: 2 ** 64 },
      nrAccesses: { min: 0, max: 2 ** 64 },
      age: { min: 0, max: 2 ** 64 },
    },
    ...changes,
  });
const quotas = (changes: Partial<Quotas>): Quotas => ({
  timeMs: 0,
  szBytes: 0,
  resetIntervalMs: 1000,
  weights: { szPermil: 0, nrAccessesPermil: 0, agePermil: 0 },
  goals: [],
  ...changes,
});
const paddr = (schemes: Scheme[]): Kdamond => ({
  contexts: [{
    operations: "paddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ regions: [{ start: 256 * MIB, end: 1024 * MIB }] }],
    schemes,
  }],
});

const hasDebugfs = exists(roots.debugfs);
for (const by of hasDebugfs ? ["sysfs", "debugfs"] : ["sysfs"]) {
  Deno.test(`damo schemes -c of the guide's pageout scheme by ${by} takes the cold part out of memory, and leaves the hot part`, async () => {
    using _swap = compressedSwap(256);
    const before = hasDebugfs ? debugfsTree() : {};
    const file = `${Deno.makeTempDirSync()}/pageout.txt`;
    Deno.writeTextFileSync(
      file,
      "#min-size max-size min-acc max-acc min-age max-age action\n4K max 0 0 1s max pageout\n",
    );
    await using busy = await startWorkload(hotCold(), OUT);
    await busy.go();
    await sleep(2000);
    const [start, hotStart] = [memoryOf(roots, busy.pid)!, residentOf(busy.pid, HOT)];
    const child = spawnDamo("schemes", "-c", file, String(busy.pid), "--timeout", "12", "--interface", by);
    const { code, err } = await outcomeOf(child);
    const end = memoryOf(roots, busy.pid)!;
    const [hot, cold] = [residentOf(busy.pid, HOT), residentOf(busy.pid, COLD)];
    console.log(err);
    console.log({ start, end, hotStart, hot, cold });
    assert.equal(code, 0, err);
    assert.match(err, /scheme 0 \(pageout\): tried/);
    const fallen = start.residentBytes - end.residentBytes;
    assert.ok(fallen > 0.85 * COLD && fallen < COLD + 8 * MIB, `resident memory fell by ${fallen} bytes`);
    assert.ok(hot > 0.9 * hotStart, `${hot} of ${hotStart} bytes of the hot part are left`);
    // Sampled memory that is in use may look idle for a second now and then: a few pages come back.
    assert.ok(end.majorFaults - start.majorFaults < HOT / 4096 / 4, `${end.majorFaults - start.majorFaults} faults`);
    assertClean();
    if (hasDebugfs) assert.deepEqual(debugfsTree(), before);
    exercised(by === "sysfs" ? "pageout" : "debugfs: pageout");
  });
}
if (!hasDebugfs) exercised("debugfs: pageout", "CONFIG_DAMON_DBGFS");

Deno.test("a quota of size holds in every interval of a minute", async () => {
  await using busy = await startWorkload("hot_cold", OUT);
  const limit = 2 * MIB;
  const kdamond = {
    contexts: [
      context(busy.pid, {
        schemes: [all({ action: "cold", quotas: quotas({ szBytes: limit, resetIntervalMs: 500 }) })],
      }),
    ],
  };
  const damon = chooseInterface(roots, "sysfs");
  const [running] = await startKdamonds(roots, [kdamond], { damon });
  const begin = performance.now();
  // The figures are of some time between asking and having the answer.
  const bytes: { askedMs: number; atMs: number; sz: number; exceeds: number }[] = [];
  while (performance.now() - begin < 60_000) {
    await sleep(1000);
    const askedMs = performance.now() - begin;
    await damon.run(damon.refreshPlan(0));
    const { stats } = (await damon.read())[0].contexts[0].schemes![0];
    bytes.push({ askedMs, atMs: performance.now() - begin, sz: stats!.szTriedBytes, exceeds: stats!.qtExceeds! });
  }
  await running.stop();
  assertClean();
  const last = bytes.at(-1)!;
  console.log(`${last.sz / MIB} MiB in ${last.atMs} ms, exceeded ${last.exceeds} times`);
  // Before the first interval of a quota begins, kernels to 6.16 apply none.
  const [begun] = bytes.splice(0, 2).slice(-1);
  bytes.forEach(({ atMs, sz }, i) => {
    const before = bytes[i - 1] ?? begun;
    // One interval may have begun before each look.
    const windows = Math.floor((atMs - before.askedMs) / 500) + 2;
    assert.ok(sz - before.sz <= windows * limit, `${sz - before.sz} bytes in ${windows} intervals of ${limit}`);
  });
  const used = (last.sz - begun.sz) / ((last.atMs - begun.atMs) / 500) / limit;
  console.log(`${(100 * used).toFixed(1)} % of the quota used`);
  assert.ok(used > 0.5 && used < 1.02, `${used} of the quota used`);
  assert.ok(last.exceeds > 10);
  exercised("a quota that holds");
});

Deno.test("watermarks turn a scheme on where free memory falls below the middle, and off where it is above the upper", async () => {
  const free = () => {
    const text = Deno.readTextFileSync("/proc/meminfo");
    const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)![1]);
    return 1000 * of("MemFree") / of("MemTotal");
  };
  await using busy = sleeper();
  const now = Math.floor(free());
  const watermarks = {
    metric: "free_mem_rate" as const,
    intervalUs: 100_000,
    highPermil: now - 60,
    midPermil: now - 80,
    lowPermil: 1,
  };
  const damon = chooseInterface(roots, "sysfs");
  const [running] = await startKdamonds(
    roots,
    [{ contexts: [context(busy.pid, { schemes: [all({ watermarks })] })] }],
    {
      damon,
    },
  );
  const tried = async () => {
    await damon.run(damon.refreshPlan(0));
    return (await damon.read())[0].contexts[0].schemes![0].stats!.nrTried;
  };
  await sleep(1500);
  // While no scheme is active the kernel may not answer: what it last said is nothing.
  assert.equal(await triedOrBefore(tried), 0);
  const blob = new Uint8Array(32 * MIB).fill(1);
  const path = "/dev/shm/damo-watermarks";
  using file = Deno.openSync(path, { create: true, write: true });
  while (free() > watermarks.midPermil - 30) file.writeSync(blob);
  await sleep(2500);
  const active = await tried();
  assert.ok(active > 0, `${active} regions tried while active`);
  Deno.removeSync(path);
  file.truncateSync(0);
  await sleep(1500);
  assert.ok(free() > watermarks.highPermil, `${free()} is free, of ${JSON.stringify(watermarks)}`);
  const inactive = await triedOrBefore(tried);
  await sleep(1500);
  assert.equal(await triedOrBefore(tried), inactive);
  await running.stop();
  assertClean();
  exercised("watermarks that turn a scheme on and off");
});

/** DAMON answers with its next aggregation: an inactive one says that it is busy, or what it said before. */
async function triedOrBefore(tried: () => Promise<number>): Promise<number> {
  try {
    return await tried();
  } catch {
    return (await chooseInterface(roots, "sysfs").read())[0].contexts[0].schemes![0].stats!.nrTried;
  }
}

Deno.test("filters keep from an action what they name: an address range of a process, anonymous memory of the machine", async () => {
  if (!has("filters")) return exercised("filters that exclude", SYSFS_FEATURES.filters.since);
  using _swap = compressedSwap(256);
  const damon = chooseInterface(roots, "sysfs");
  const types = readKernelTypes(roots);
  const idle = { szBytes: { min: 0, max: 2 ** 64 }, nrAccesses: { min: 0, max: 0 }, age: { min: 2, max: 2 ** 64 } };
  if (types!.constants.has("DAMOS_FILTER_TYPE_ADDR")) {
    await using busy = await startWorkload(hotCold(), OUT);
    const [range] = smapsOf(busy.pid).find(([, size]) => Math.abs(size - COLD) < MIB)!;
    const [start, end] = range.split("-").map((text) => Number(`0x${text}`));
    const half = start + Math.floor((end - start) / 2 / 4096) * 4096;
    const filters = [{ type: "addr" as const, matching: true, allow: false, start, end: half }];
    const [running] = await startKdamonds(
      roots,
      [{ contexts: [context(busy.pid, { schemes: [scheme({ action: "pageout", accessPattern: idle, filters })] })] }],
      { damon },
    );
    await sleep(8000);
    await running.stop();
    const left = residentOf(busy.pid, COLD);
    console.log(`${left / MIB} of ${COLD / MIB} MiB are left where half was named`);
    assert.ok(left >= 0.48 * COLD && left < 0.65 * COLD, `${left} bytes are left`);
  }
  await using busy = await startWorkload(hotCold(), OUT);
  const swapOf = async (filters: Scheme["filters"]) => {
    const kdamond = paddr([scheme({ action: "pageout", accessPattern: idle, filters: filters! })]);
    const [running] = await startKdamonds(roots, [kdamond], { damon });
    await sleep(5000);
    await running.stop();
    return memoryOf(roots, busy.pid)!.swapBytes;
  };
  const none = await swapOf([{ type: "anon", matching: true, allow: false }]);
  const some = await swapOf([{ type: "anon", matching: false, allow: false }]);
  console.log(`swapped: ${none / MIB} MiB without anonymous memory, ${some / MIB} MiB with it alone`);
  assert.equal(none, 0);
  assert.ok(some > 0);
  assertClean();
  exercised("filters that exclude");
});

Deno.test("a goal moves the quota in force: up while it is missed, down where it is exceeded", async () => {
  if (!has("effective_bytes")) return exercised("a goal that moves its quota", SYSFS_FEATURES.effective_bytes.since);
  await using busy = await startWorkload("hot_cold", OUT);
  const damon = chooseInterface(roots, "sysfs");
  const asked = (currentValue: number): Kdamond => ({
    contexts: [context(busy.pid, {
      schemes: [all({
        quotas: quotas({
          szBytes: 1024 * MIB,
          resetIntervalMs: 200,
          goals: [{ metric: "user_input", targetValue: 1000, currentValue }],
        }),
      })],
    })],
  });
  const [running] = await startKdamonds(roots, [asked(100)], { damon });
  const quota = async () => {
    await damon.run(damon.refreshPlan(0));
    return (await damon.read())[0].contexts[0].schemes![0].effectiveBytes!;
  };
  const seen = async (times: number) => {
    const values: number[] = [];
    for (let i = 0; i < times; i++) {
      await sleep(700);
      values.push(await quota());
    }
    return values;
  };
  const missed = await seen(6);
  await tuneKdamonds(roots, new Map([[0, asked(5000)]]), damon);
  const exceeded = await seen(6);
  await running.stop();
  assertClean();
  console.log({ missed, exceeded });
  assert.ok(missed.at(-1)! > missed[0], `up: ${missed}`);
  assert.ok(exceeded.at(-1)! < missed.at(-1)!, `down: ${exceeded}`);
  exercised("a goal that moves its quota");
});
