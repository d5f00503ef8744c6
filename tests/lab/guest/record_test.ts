import assert from "assert";
import {
  damo,
  damonTree,
  foreignKdamond,
  hasRecord,
  isRecording,
  KDAMONDS,
  outcomeOf,
  readRecord,
  spawnDamo,
  startWorkload,
  until,
} from "./guest.ts";

const OUT = Deno.makeTempDirSync();
/** DAMON is off, the tree as at boot, and nothing kept. */
function assertClean(): void {
  assert.deepEqual(damonTree(), { [`${KDAMONDS}/nr_kdamonds`]: "0\n" });
  assert.deepEqual(
    [...Deno.readDirSync("/run/damo")].map(({ name }) => name).filter((name) => !name.endsWith("lock")),
    [],
  );
}

Deno.test("record PID ends with its target, the record whole and DAMON off", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  const path = `${OUT}/exit.arrow`;
  const child = spawnDamo("record", String(busy.pid), "-o", path, ..."-n 20 -m 300 -s 5ms -a 100ms".split(" "));
  await until(isRecording, "DAMON on");
  await busy.go();
  await new Promise((done) => setTimeout(done, 3000));
  Deno.kill(busy.pid, "SIGTERM");
  const { code, out, err } = await outcomeOf(child);
  assert.equal(code, 0, err);
  assert.equal(out, "");
  assert.match(err, /ended by: target exited/);
  const { header, snapshots, mappings, footer, incomplete } = await readRecord(path);
  assert.equal(incomplete, undefined);
  assert.equal(footer!.reason, "target exited");
  assert.equal(footer!.dropped, 0);
  assert.equal(footer!.torn, 0);
  assert.equal(footer!.snapshots, snapshots.length);
  assert.ok(snapshots.length >= 5, `${snapshots.length} snapshots`);
  assert.deepEqual(header.processes.map(({ pid, comm }) => [pid, comm]), [[busy.pid, "workload"]]);
  assert.deepEqual(header.kdamonds[0].contexts[0].nrRegions, { min: 20, max: 300 });
  assert.ok(mappings[0].mappings.some((mapping) => mapping.path.endsWith("/build/workload")));
  for (const { regions, startNs, endNs, kdamond } of snapshots) {
    assert.ok(startNs < endNs);
    assert.equal(kdamond, header.kdamonds[0].pid);
    assert.ok(regions.length <= 300);
    for (let i = 0; i < regions.length; i++) {
      assert.ok(regions.start[i] < regions.end[i]);
      if (i > 0) assert.ok(regions.end[i - 1] <= regions.start[i]);
    }
  }
  assertClean();
});

Deno.test("record ends in order on SIGINT, SIGTERM and the timeout, with their exit codes", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  for (const [signal, wanted] of [["SIGINT", 130], ["SIGTERM", 143], [undefined, 0]] as const) {
    const path = `${OUT}/${signal}.arrow`;
    const timeout = signal ? [] : ["--timeout", "2"];
    const child = spawnDamo("record", String(busy.pid), "-o", path, ...timeout);
    if (signal) {
      await until(() => isRecording() && hasRecord(path), "recording");
      await new Promise((done) => setTimeout(done, 1000));
      child.kill(signal);
    }
    const { code, err } = await outcomeOf(child);
    assert.equal(code, wanted, err);
    const { footer, incomplete } = await readRecord(path);
    assert.equal(incomplete, undefined);
    assert.equal(footer!.reason, signal ?? "timeout");
    assertClean();
  }
});

Deno.test("a record killed in the middle reads, and stop finds and turns off its kdamond", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  const path = `${OUT}/killed.arrow`;
  const child = spawnDamo("record", String(busy.pid), "-o", path);
  await until(() => hasRecord(path) && Deno.statSync(path).size > 6000, "some batches written");
  child.kill("SIGKILL");
  await child.output();
  assert.ok(isRecording());

  const { snapshots, incomplete } = await readRecord(path);
  assert.ok(snapshots.length > 0);
  assert.match(incomplete!, /no footer|cut off/);

  const refused = await damo("record", String(busy.pid), "--monitor", "damon", "-o", `${OUT}/refused.arrow`);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /left behind by a damo record that was killed .*clean up with: damo stop/);
  assert.equal(hasRecord(`${OUT}/refused.arrow`), false);
  assert.match((await damo("status")).out, /left behind/);

  const stopped = await damo("stop");
  assert.equal(stopped.code, 0, stopped.err);
  assert.match(stopped.out, /Turned off kdamond 0/);
  assertClean();

  const again = await damo("record", String(busy.pid), "-o", path, "--timeout", "1");
  assert.equal(again.code, 0, again.err);
  assert.ok(hasRecord(`${path}.old`));
  assertClean();
});

Deno.test("stop ends a recorder that runs, which completes its record", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  const path = `${OUT}/stopped.arrow`;
  const child = spawnDamo("record", String(busy.pid), "-o", path);
  await until(() => isRecording() && hasRecord(path), "recording");
  assert.match((await damo("status")).out, /started by damo record \(pid \d+\)/);
  assert.match(
    (await damo("record", String(busy.pid), "--monitor", "damon", "-o", `${OUT}/x.arrow`)).err,
    /Another damo record \(pid \d+\) uses kdamond 0/,
  );
  const stop = await damo("stop");
  assert.match(stop.out, /Ended damo record/);
  assert.equal((await outcomeOf(child)).code, 143);
  assert.equal((await readRecord(path)).incomplete, undefined);
  assertClean();
});

Deno.test("a foreign kdamond, on or staged, survives every command untouched", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  for (const isOn of [true, false]) {
    using _foreign = foreignKdamond(isOn);
    const before = damonTree();
    const commands = [
      ["record", String(busy.pid), "--monitor", "damon", "-o", `${OUT}/foreign.arrow`],
      ["record", "paddr", "-o", `${OUT}/foreign.arrow`],
      ["record", "--monitor", "damon", "-o", `${OUT}/foreign.arrow`, "--", "true"],
      ["record", "--ongoing", "--timeout", "2", "-o", `${OUT}/ongoing-${isOn}.arrow`],
      ["status"],
      ["stop"],
    ];
    for (const command of commands) {
      const { code, out, err } = await damo(...command);
      assert.deepEqual(damonTree(), before, `${command.join(" ")}: ${out}${err}`);
      if (command[0] === "record" && command[1] !== "--ongoing") {
        assert.equal(code, 1, err);
        assert.match(err, isOn ? /kdamond 0 \(pid \d+, paddr, on\)/ : /kdamond 0 \(paddr, off\)/);
      }
      if (command[1] === "--ongoing") assert.equal(code, isOn ? 0 : 1, err);
      if (command[0] === "status") assert.match(out, /not started by damo/);
    }
    assert.equal(hasRecord(`${OUT}/foreign.arrow`), false);
    if (!isOn) continue;
    const { header, snapshots, incomplete } = await readRecord(`${OUT}/ongoing-true.arrow`);
    assert.equal(incomplete, undefined);
    assert.equal(header.kdamonds[0].ours, false);
    assert.equal(header.kdamonds[0].contexts[0].intervals.aggrUs, 200_000);
    assert.ok(snapshots.length >= 3, `${snapshots.length} snapshots`);
  }
  assert.deepEqual(damonTree(), { [`${KDAMONDS}/nr_kdamonds`]: "0\n" });
});

Deno.test("record paddr watches the ranges it is given", async () => {
  const path = `${OUT}/paddr.arrow`;
  const { code, err } = await damo("record", "paddr", "-r", "64M-128M", "--timeout", "2", "-o", path);
  assert.equal(code, 0, err);
  const { snapshots } = await readRecord(path);
  assert.ok(snapshots.length >= 3);
  const [first] = snapshots;
  assert.equal(first.regions.start[0], 64 << 20);
  assert.equal(first.regions.end[first.regions.length - 1], 128 << 20);
  assertClean();
});

Deno.test("record -- COMMAND ends with the command and with its exit code", async () => {
  const path = `${OUT}/command.arrow`;
  const script = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; echo from the command; exit 7";
  const { code, out, err } = await damo("record", "-o", path, "--", "bash", "-c", script);
  assert.equal(code, 7, err);
  assert.equal(out, "from the command\n");
  assert.match(err, /exit code 7/);
  const { footer, incomplete } = await readRecord(path);
  assert.equal(incomplete, undefined);
  assert.equal(footer!.exitCode, 7);
  assertClean();
});

Deno.test("record -o - writes the record alone to standard output", async () => {
  const child = spawnDamo("record", "-o", "-", "--timeout", "2", "--", "bash", "-c", "echo noise; sleep 5");
  const { code, stdout } = await child.output();
  assert.equal(code, 0);
  const path = `${OUT}/stdout.arrow`;
  Deno.writeFileSync(path, stdout);
  const { footer, incomplete } = await readRecord(path);
  assert.equal(incomplete, undefined);
  assert.equal(footer!.reason, "timeout");
  assertClean();
});

Deno.test("record refuses bad input in one sentence, with nothing left behind", async () => {
  const cases: [string[], number, RegExp][] = [
    [["record", "999999"], 2, /^damo: Cannot watch process 999999: there is no such process\n$/],
    [["record", "2"], 2, /it is a kernel thread/],
    [["record", "paddr", "-s", "100ms", "-a", "5ms"], 2, /aggrUs .* is shorter than sampleUs/],
    [["record", "paddr", "-r", "8K-4K"], 2, /must start below its end/],
    [["record", "paddr", "-o", "/nowhere/x.arrow"], 1, /Cannot write \/nowhere\/x.arrow/],
    [["record", "-o", `${OUT}/x.arrow`, "--", "no-such-program"], 2, /Cannot run no-such-program/],
    [["record"], 2, /There is no target to record/],
  ];
  for (const [args, wanted, message] of cases) {
    const { code, err } = await damo(...args);
    assert.equal(code, wanted, `${args.join(" ")}: ${err}`);
    assert.match(err, message);
    assert.doesNotMatch(err, /\n\s+at /);
    assertClean();
  }
});
