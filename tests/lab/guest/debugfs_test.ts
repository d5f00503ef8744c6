import assert from "assert";
import { readWhole } from "../../../kernel/control/debugfs_interface.ts";
import { openRecord } from "../../../format/mod.ts";
import { fidelityOf, watcherOf } from "../../../report/fidelity/fidelity.ts";
import { formatFidelity } from "../../../report/fidelity/text.ts";
import { parseTruth } from "../../../report/fidelity/truth.ts";
import { assertClean, compressedSwap, sleeper } from "./control.ts";
import {
  damoWithout,
  DEBUGFS,
  debugfsTest,
  debugfsTree,
  foreignDebugfs,
  isDebugfsOn,
  putDebugfs,
  SWITCH,
} from "./debugfs.ts";
import { damo, foreignKdamond, hasRecord, outcomeOf, readRecord, spawnDamo, startWorkload, until } from "./guest.ts";

const OUT = Deno.makeTempDirSync();
const BY_DEBUGFS = ["--interface", "debugfs"];

debugfsTest(
  "what is recorded of a process by debugfs agrees with what it did, and nothing of it stays",
  ["recording"],
  async () => {
    const before = debugfsTree();
    const path = `${OUT}/zigzag.arrow`;
    await using busy = await startWorkload("zigzag", OUT);
    const recorder = spawnDamo(
      "record",
      String(busy.pid),
      "-o",
      path,
      ...BY_DEBUGFS,
      ..."-n 20 -m 300 -s 5ms".split(" "),
    );
    await until(() => hasRecord(path), "recording");
    assert.ok(isDebugfsOn());
    assertClean();
    await busy.go();
    const { code, err } = await outcomeOf(recorder);
    assert.equal(code, 0, err);
    assert.deepEqual(debugfsTree(), before);
    await busy.ended;
    const { header, snapshots, footer, incomplete } = await readRecord(path);
    assert.equal(incomplete, undefined);
    assert.equal(footer!.dropped + footer!.torn, 0);
    assert.deepEqual(header.kdamonds[0].contexts[0].nrRegions, { min: 20, max: 300 });
    assert.ok(snapshots.every(({ kdamond, targetId }) => kdamond === header.kdamonds[0].pid && targetId === 0n));
    assert.ok(snapshots.every(({ regions }) => regions.length <= 300));
    await using record = await openRecord(path);
    const truth = parseTruth(await Deno.readTextFile(busy.truth));
    const fidelity = await fidelityOf(record.items(), truth, { ...watcherOf(record.header, busy.pid) });
    console.log(formatFidelity(fidelity));
    assert.ok(fidelity.all.f1! >= 0.95, `F1 ${fidelity.all.f1}`);
  },
);

debugfsTest("initial regions are honoured by debugfs", ["initial regions"], async () => {
  const before = debugfsTree();
  await using busy = await startWorkload("zigzag", OUT);
  const maps = Deno.readTextFileSync(`/proc/${busy.pid}/maps`);
  const [[first, last]] = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)]
    .map(([, start, end]) => [Number(`0x${start}`), Number(`0x${end}`)])
    .toSorted((a, b) => (b[1] - b[0]) - (a[1] - a[0]));
  assert.ok(last - first > 8 << 20);
  const [start, end] = [first + (1 << 20), first + (3 << 20)];
  const path = `${OUT}/regions.arrow`;
  // At its next update the kernel takes all of the process again: there is none within the test.
  const { code, err } = await damo(
    "record",
    String(busy.pid),
    ...BY_DEBUGFS,
    "-r",
    `${start}-${end}`,
    "-u",
    "1h",
    "--timeout",
    "2",
    "-o",
    path,
  );
  assert.equal(code, 0, err);
  const { snapshots } = await readRecord(path);
  assert.ok(snapshots.length >= 3);
  for (const { regions } of snapshots) {
    assert.equal(regions.start[0], start);
    assert.equal(regions.end[regions.length - 1], end);
  }
  assert.deepEqual(debugfsTree(), before);
});

debugfsTest("record by debugfs tells two kdamonds apart, and its contexts are gone after it", [
  "several contexts",
], async () => {
  const before = debugfsTree();
  await using one = await startWorkload("hot_cold", OUT);
  await using two = await startWorkload("zigzag", OUT);
  const path = `${OUT}/two.arrow`;
  const pids = [one.pid, two.pid];
  const child = spawnDamo(
    "record",
    ...pids.flatMap((pid) => ["--target_pid", String(pid)]),
    "--nr_targets",
    "1",
    "1",
    ..."-s 5ms -s 10ms -a 100ms -a 200ms -m 100 -m 50 --timeout 4 -o".split(" "),
    path,
    ...BY_DEBUGFS,
  );
  await until(() => hasRecord(path), "recording");
  assert.ok("damo-1/attrs" in debugfsTree());
  const { code, err } = await outcomeOf(child);
  assert.equal(code, 0, err);
  const { header, snapshots } = await readRecord(path);
  assert.deepEqual(
    header.kdamonds.map(({ contexts }) => contexts[0].targets.map(({ pid }) => pid)),
    pids.map((p) => [p]),
  );
  header.kdamonds.forEach((kdamond, k) => {
    const of = snapshots.filter(({ kdamond: pid }) => pid === kdamond.pid);
    assert.ok(of.length >= 3, `kdamond ${k}: ${of.length} snapshots`);
    assert.ok(of.every(({ aggrUs, regions }) => aggrUs === [1e5, 2e5][k] && regions.length <= [100, 50][k]));
    const heap = (pid: number) =>
      Number(`0x${/^([0-9a-f]+).*\[heap\]$/m.exec(Deno.readTextFileSync(`/proc/${pid}/maps`))![1]}`);
    const covers = (address: number) =>
      [...of.at(-1)!.regions].some(({ start, end }) => start <= address && address < end);
    assert.deepEqual(pids.map(heap).map(covers), [k === 0, k === 1]);
  });
  assert.deepEqual(debugfsTree(), before);
});

debugfsTest("record paddr by debugfs watches the ranges it is given", ["paddr"], async () => {
  const before = debugfsTree();
  const path = `${OUT}/paddr.arrow`;
  const { code, err } = await damo(
    ..."record paddr -r 64M-96M,96M-128M --timeout 2 -o".split(" "),
    path,
    ...BY_DEBUGFS,
  );
  assert.equal(code, 0, err);
  const { snapshots } = await readRecord(path);
  assert.ok(snapshots.length >= 3);
  const [{ regions }] = snapshots;
  assert.deepEqual([regions.start[0], regions.end[regions.length - 1]], [64 << 20, 128 << 20]);
  assert.deepEqual(debugfsTree(), before);
});

debugfsTest("a pageout scheme by debugfs moves what is idle out of memory, and its statistics say so", [
  "schemes",
  "watermarks",
  "quotas of time and size",
], async () => {
  const before = debugfsTree();
  using _swap = compressedSwap(512);
  await using busy = await startWorkload("zigzag", OUT);
  const kib = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(Deno.readTextFileSync(`/proc/${busy.pid}/status`))![1]);
  const [resident, swapped] = [kib("VmRSS"), kib("VmSwap")];
  assert.ok(resident > 60 << 10, `${resident} KiB resident`);
  const pageout = "--damos_action pageout --damos_access_rate 0% 0% --damos_age 300ms max";
  const quotas = "--damos_quotas 1s 256M 1s --damos_wmarks free_mem_rate 100ms 1000 999 0";
  const started = await damo("start", String(busy.pid), ...`${pageout} ${quotas}`.split(" "), ...BY_DEBUGFS);
  assert.equal(started.code, 0, started.err);
  await until(() => kib("VmRSS") < resident / 2, "half of it is out");
  assert.ok(kib("VmSwap") > swapped + (20 << 10), `${kib("VmSwap")} KiB swapped`);
  const status = await damo("status");
  assert.match(status.out, /kdamond 0: debugfs, on/);
  assert.match(status.out, /pageout/);
  const applied = /applied [\d,]+ regions[^\n]*/.exec(status.out)?.[0];
  assert.match(applied ?? status.out, /[1-9]/);
  const stopped = await damo("stop");
  assert.match(stopped.out, /Turned off kdamond 0/);
  assert.deepEqual(debugfsTree(), before);
});

debugfsTest("tune by debugfs turns DAMON off for the change, says so, and keeps the rest", ["changes"], async () => {
  const before = debugfsTree();
  await using busy = sleeper();
  const started = await damo("start", String(busy.pid), "--damos_action", "stat", ...BY_DEBUGFS);
  assert.equal(started.code, 0, started.err);
  const pid = Deno.readTextFileSync(`${DEBUGFS}/kdamond_pid`).trim();
  const dry = await damo("tune", "-a", "200ms", "--dry_run", ...BY_DEBUGFS);
  assert.match(dry.out, new RegExp(`^echo off > \\S+/${SWITCH}\n[^]*attrs\n[^]*\necho on > \\S+/${SWITCH}\n$`));
  assert.equal(Deno.readTextFileSync(`${DEBUGFS}/kdamond_pid`).trim(), pid);
  const tuned = await damo("tune", "-a", "200ms", ...BY_DEBUGFS);
  assert.equal(tuned.code, 0, tuned.err);
  assert.match(tuned.out, /attrs: 5000 100000 .* -> 5000 200000/);
  assert.match(tuned.err, /off for a moment/);
  assert.ok(isDebugfsOn());
  assert.notEqual(Deno.readTextFileSync(`${DEBUGFS}/kdamond_pid`).trim(), pid);
  assert.match(readWhole(`${DEBUGFS}/schemes`)!, /^\d+ (\d+ ){5}5 /);
  // Refused before DAMON is turned off: it goes on.
  const refused = await damo("tune", "--damos_filter", "reject", "anon", ...BY_DEBUGFS);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /debugfs .*filters.*Linux 6\.3/);
  assert.ok(isDebugfsOn());
  assert.match((await damo("stop")).out, /Turned off kdamond 0/);
  assert.deepEqual(debugfsTree(), before);
});

debugfsTest("stop takes back what a killed recorder left in debugfs, and restores what was there before it", [
  "cleaning up",
], async () => {
  await using busy = await startWorkload("zigzag", OUT);
  await using other = sleeper();
  const clean = debugfsTree();
  // Somebody has prepared something, and not turned it on.
  putDebugfs("attrs", "7000 140000 2000000 11 111");
  putDebugfs("target_ids", String(other.pid));
  putDebugfs("init_regions", "0 4096 8192");
  putDebugfs("schemes", "4096 8192 0 5 10 20 5 0 0 0 0 0 0 0 0 0 0 0");
  const before = debugfsTree();
  for (const isKilled of [false, true]) {
    const path = `${OUT}/killed.arrow`;
    const child = spawnDamo("record", String(busy.pid), "-o", path, ...BY_DEBUGFS);
    await until(() => hasRecord(path), "recording");
    child.kill(isKilled ? "SIGKILL" : "SIGINT");
    await child.output();
    if (isKilled) {
      assert.ok(isDebugfsOn());
      const refused = await damo("record", String(busy.pid), "--monitor", "damon", "-o", path, ...BY_DEBUGFS);
      assert.match(refused.err, /left behind by a damo record that was killed .*clean up with: damo stop/);
      const stopped = await damo("stop");
      assert.match(stopped.out, /Turned off kdamond 0 \(debugfs/);
    }
    assert.deepEqual(debugfsTree(), before);
    await Deno.remove(path);
  }
  for (const file of ["schemes", "target_ids"]) putDebugfs(file, "");
  putDebugfs("attrs", clean.attrs);
  assert.deepEqual(debugfsTree(), clean);
});

debugfsTest("DAMON that somebody else runs by debugfs survives every command untouched", [
  "others' are safe",
], async () => {
  await using busy = await startWorkload("zigzag", OUT);
  await using theirs = sleeper();
  const path = `${OUT}/foreign.arrow`;
  {
    using _foreign = foreignDebugfs(theirs.pid);
    const before = debugfsTree();
    const commands = [
      ["record", String(busy.pid), "--monitor", "damon", "-o", path, ...BY_DEBUGFS],
      ["record", String(busy.pid), "--monitor", "damon", "-o", path, "--interface", "sysfs"],
      ["record", "paddr", "-o", path],
      ["start", String(busy.pid), ...BY_DEBUGFS],
      ["tune", "-a", "1s", ...BY_DEBUGFS],
      ["record", "--ongoing", "--timeout", "2", "-o", `${OUT}/ongoing.arrow`],
      ["status"],
      ["stop"],
    ];
    for (const command of commands) {
      const { code, out, err } = await damo(...command);
      const words = command.join(" ");
      assert.equal(code, ["--ongoing", undefined].includes(command[1]) ? 0 : 1, `${words}: ${err}`);
      if (code === 1) {
        assert.match(err, new RegExp(`kdamond 0 \\(debugfs, pid \\d+, vaddr of pid ${theirs.pid}, on\\)`), words);
      }
      if (command[0] === "status") assert.match(out, /not started by damo/);
      // Their regions move on while they are watched.
      const { init_regions: _now, ...rest } = debugfsTree();
      const { init_regions: _then, ...wanted } = before;
      assert.deepEqual(rest, wanted, words);
    }
    assert.equal(hasRecord(path), false);
    const { header, snapshots } = await readRecord(`${OUT}/ongoing.arrow`);
    assert.equal(header.kdamonds[0].ours, false);
    assert.equal(header.kdamonds[0].contexts[0].intervals.aggrUs, 200_000);
    assert.ok(snapshots.length >= 3, `${snapshots.length} snapshots`);
  }
  // One that is off would run with ours: one switch is for all.
  putDebugfs("mk_contexts", "theirs");
  const before = debugfsTree();
  const refused = await damo("record", String(busy.pid), "--monitor", "damon", "-o", path, ...BY_DEBUGFS);
  assert.match(refused.err, /theirs is not damo's: it was left untouched/);
  assert.deepEqual(debugfsTree(), before);
  putDebugfs("rm_contexts", "theirs");
  assertClean();
});

debugfsTest("debugfs is not used beside a kdamond that somebody else has in sysfs", ["beside sysfs"], async () => {
  await using busy = sleeper();
  using _foreign = foreignKdamond(true);
  // Its switch shows that DAMON is on, whoever it is for.
  const before = debugfsTree();
  for (const words of [["start"], ["record", "--monitor", "damon", "-o", `${OUT}/never.arrow`]]) {
    const { code, err } = await damo(...words, String(busy.pid), ...BY_DEBUGFS);
    assert.equal(code, 1);
    assert.match(err, /kdamond 0 \(pid \d+, paddr, on\)/);
    assert.deepEqual(debugfsTree(), before);
  }
});

debugfsTest("debugfs is chosen where sysfs has no DAMON", ["chosen by itself"], async () => {
  await using busy = await startWorkload("zigzag", OUT);
  const before = debugfsTree();
  const path = `${OUT}/auto.arrow`;
  const hide = "mount -t tmpfs none /sys/kernel/mm";
  const recorded = await damoWithout(hide, "record", String(busy.pid), "--timeout", "6", "-o", path);
  assert.equal(recorded.code, 0, recorded.err);
  const { header, snapshots } = await readRecord(path);
  assert.equal(header.source, "damon");
  // One a second: what is watched follows the process's memory.
  assert.equal(header.kdamonds[0].contexts[0].intervals.aggrUs, 1_000_000);
  assert.ok(snapshots.length >= 5, `${snapshots.length} snapshots: ${recorded.err}`);
  assert.deepEqual(debugfsTree(), before);
  const doctor = await damoWithout(hide, "doctor");
  console.log(doctor.out);
  assert.match(doctor.out, /\n\ndamo record PID works here with DAMON, because [^]*\.\n$/);
});

debugfsTest("debugfs that is not mounted is named with the command that does it, and --mount does it", [
  "mounting",
], async () => {
  await using busy = sleeper();
  const hide = "umount /sys/kernel/debug";
  const words = ["record", String(busy.pid), "--monitor", "damon", "--timeout", "3", "-o"];
  const refused = await damoWithout(hide, ...words, `${OUT}/unmounted.arrow`, ...BY_DEBUGFS);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /mount it with: mount -t debugfs debugfs \/sys\/kernel\/debug, or let damo do it: --mount/);
  assert.equal(hasRecord(`${OUT}/unmounted.arrow`), false);
  const done = await damoWithout(hide, ...words, `${OUT}/mounted.arrow`, ...BY_DEBUGFS, "--mount");
  assert.equal(done.code, 0, done.err);
  assert.match(done.err, /mounted debugfs on \/sys\/kernel\/debug; it stays mounted/);
  assert.ok((await readRecord(`${OUT}/mounted.arrow`)).snapshots.length > 0);
  // Where it is not needed it is not mounted.
  const idle = await damoWithout(hide, ...words, `${OUT}/sysfs.arrow`, "--mount");
  assert.equal(idle.code, 0, idle.err);
  assert.doesNotMatch(idle.err, /mounted/);
});
