import assert from "assert";
import type { AddressRange, RecordItem, Snapshot } from "../../../damon/mod.ts";
import { openRecord } from "../../../format/mod.ts";
import { figuresOf } from "../../../report/working_set/working_set.ts";
import { workingSetOf } from "../../../report/working_set/fold.ts";
import { assertClean } from "./control.ts";
import { isRecording, outcomeOf, spawnDamo, until } from "./guest.ts";
import { cpuSeconds, measureTruth } from "./truth.ts";

const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();
const MIB = 1 << 20;
const programs = new URL("../programs/", import.meta.url).pathname;
const KDAMOND_PID = "/sys/kernel/mm/damon/admin/kdamonds/0/pid";
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A program that runs, ended with the test. */
function program(name: string, ...args: string[]) {
  const child = new Deno.Command(name, { args, stdout: "null", stderr: "inherit" }).spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/** Records so many seconds, and what the kernel thread took of one CPU, as a share. */
async function record(pid: number, path: string, seconds: number, ...options: string[]) {
  const recorder = spawnDamo(
    ...["record", String(pid), "--monitor", "damon", "--timeout", String(seconds), "-o", path, ...options],
  );
  await until(isRecording, "recording");
  const kdamond = Number(Deno.readTextFileSync(KDAMOND_PID));
  await sleep(2000);
  const [before, beginMs] = [cpuSeconds(kdamond), performance.now()];
  await sleep((seconds - 4) * 1000);
  const share = (cpuSeconds(kdamond) - before) / (performance.now() - beginMs) * 1000;
  const { code, err } = await outcomeOf(recorder);
  assert.equal(code, 0, err);
  assertClean();
  const items: RecordItem[] = [];
  await using reader = await openRecord(path);
  for await (const item of reader.items()) items.push(item);
  return { share, err, items, header: reader.header };
}

const snapshotsOf = (items: readonly RecordItem[]) =>
  items.flatMap((item) => item.kind === "snapshot" ? [item.snapshot] : []);
const bytesOf = ({ regions }: Snapshot) => [...regions].reduce((sum, { start, end }) => sum + end - start, 0);

/** Share of what was resident in these mappings that is in the snapshot's regions, by their sizes. */
function coverage({ regions }: Snapshot, mappings: readonly (AddressRange & { residentBytes: number })[]): number {
  let [inside, all] = [0, 0];
  for (const { start, end, residentBytes } of mappings) {
    const watched = [...regions].reduce(
      (sum, region) => sum + Math.max(0, Math.min(end, region.end) - Math.max(start, region.start)),
      0,
    );
    inside += Math.min(watched, residentBytes);
    all += residentBytes;
  }
  return inside / all;
}

Deno.test("DAMON sees what a program has in memory that is scattered over terabytes, and vaddr sees nothing of it", async () => {
  await using node = program("node", `${programs}objects.js`);
  for (let before = 0;;) {
    const { residentBytes } = await measureTruth(node.pid);
    if (residentBytes < before * 1.01) break;
    before = residentBytes;
    await sleep(1000);
  }
  const before = await measureTruth(node.pid);
  const path = `${OUT}/scattered.arrow`;
  const followed = await record(node.pid, path, 12);
  const after = await measureTruth(node.pid);
  assert.equal(followed.header.kdamonds[0].contexts[0].operations, "fvaddr");
  assert.match(followed.err, /watching what process \d+ has in memory: .* in \d+ ranges/);
  const last = snapshotsOf(followed.items).at(-1)!;
  const residency = followed.items.flatMap((item) => item.kind === "residency" ? [item.residency] : []).at(-1)!;
  assert.ok(Math.abs(residency.residentBytes / after.residentBytes - 1) < 0.02);
  const covered = coverage(last, residency.mappings);
  const watched = bytesOf(last) / residency.residentBytes;
  const { meanBytes } = figuresOf((await workingSetOf(() => openRecord(path))).fold.all())!;
  const truth = (before.referencedBytes + after.referencedBytes) / 2;
  console.log({ covered, watched, meanMib: meanBytes / MIB, truthMib: truth / MIB, kdamond: followed.share });
  assert.ok(covered > 0.97 && watched < 1.25);
  assert.ok(Math.abs(meanBytes / truth - 1) < 0.15, `${meanBytes / MIB} MiB, truth ${truth / MIB} MiB`);

  const plain = await record(node.pid, `${OUT}/scattered-vaddr.arrow`, 12, "--ops", "vaddr");
  console.log({ watchedByVaddr: bytesOf(snapshotsOf(plain.items).at(-1)!), kdamond: plain.share });
  assert.match(plain.err, /vaddr watches .*, and only .* of it \(0\.\d+ %\) are in memory/);
  assert.ok(followed.share <= plain.share, `${followed.share} against ${plain.share}`);
});

Deno.test("DAMON is told of memory that a program maps while it is recorded, and forgets nothing of what it had", async () => {
  await using growing = program("python3", `${programs}growing.py`);
  const path = `${OUT}/growing.arrow`;
  const { items } = await record(growing.pid, path, 26);
  const truth = await measureTruth(growing.pid);
  const footer = items.find((item) => item.kind === "footer")!.footer;
  const following = footer.following![0];
  const snapshots = snapshotsOf(items);
  const ages = snapshots.map(({ regions }) => Math.max(...regions.age));
  const atEndBytes = usedBytes(snapshots.slice(-3));
  console.log({ following, ages, endMib: atEndBytes / MIB, truthMib: truth.referencedBytes / MIB });
  assert.ok(following.commits >= 4 && following.refused === 0, JSON.stringify(following));
  // What was there from the beginning is known for as long as it is watched.
  assert.ok(ages.at(-1)! >= snapshots.length - 1, `${ages}`);
  assert.ok(Math.abs(atEndBytes / truth.referencedBytes - 1) < 0.15);
});

/** Of what is touched in each sample as good as all the time: the mean of regions with hits. */
function usedBytes(snapshots: readonly Snapshot[]): number {
  const used = snapshots.map(({ regions }) =>
    [...regions].reduce((sum, { start, end, nrAccesses }) => sum + (nrAccesses > 0 ? end - start : 0), 0)
  );
  return used.reduce((sum, bytes) => sum + bytes, 0) / used.length;
}

Deno.test("record PID --regions watches these ranges and nothing else, for as long as it records", async () => {
  await using growing = program("python3", `${programs}growing.py`);
  await until(() => /^100000000000-/m.test(Deno.readTextFileSync(`/proc/${growing.pid}/maps`)), "the first area");
  const [start, end] = [2 ** 44 + MIB, 2 ** 44 + 3 * MIB];
  const { items } = await record(growing.pid, `${OUT}/regions.arrow`, 6, "-r", `${start}-${end}`);
  const snapshots = snapshotsOf(items);
  // DAMON's own intervals; longer than the kernel's update interval of a second, at which vaddr would take all.
  assert.ok(snapshots.length > 20, `${snapshots.length} snapshots`);
  for (const { regions } of snapshots) {
    assert.deepEqual([regions.start[0], regions.end[regions.length - 1]], [start, end]);
  }
});
