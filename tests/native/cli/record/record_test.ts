import assert from "assert";
import type { AddressRange, Snapshot } from "../../../../damon/mod.ts";
import { parseTruth, type Truth } from "../../../../report/mod.ts";
import { commonBytesOf, hotRangesFrom } from "../../../../report/record/address_ranges.ts";
import { bytesOf } from "../../../../report/record/ranges.ts";
import { hasRecord, outcomeOf, readRecord, spawnDamo, startWorkload, until } from "../../../lab/guest/guest.ts";

const OUT = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(OUT, { recursive: true }));

// Both look at every page here: within the default budget, on a busy machine, too seldom to see where a phase ends.
const MODES = [
  { monitor: "pages", options: ["-n", "20", "-m", "300", "--max-overhead", "50%"] },
  { monitor: "pages-exact", options: ["--max-overhead", "50%"] },
];

/** What of some ranges is in none of others; all ascending. */
function without(ranges: readonly AddressRange[], others: readonly AddressRange[]): AddressRange[] {
  return ranges.flatMap(({ start, end }) => {
    const left: AddressRange[] = [];
    for (const other of others) {
      if (other.end <= start || other.start >= end) continue;
      if (other.start > start) left.push({ start, end: other.start });
      start = Math.min(end, other.end);
    }
    return start < end ? [...left, { start, end }] : left;
  });
}

/** For each phase that accesses memory, the share of that memory that a snapshot of its time shows as accessed. */
function sharesShown(snapshots: readonly Snapshot[], { phases }: Truth): number[] {
  const accessing = phases.filter(({ accesses, name }) => accesses.length > 0 && name !== "(fill)");
  return accessing.map(({ startNs, endNs = Infinity, accesses }) => {
    const ofItsTime = snapshots.filter((snapshot) => snapshot.startNs < endNs && startNs < snapshot.endNs);
    const hidden = ofItsTime.reduce<AddressRange[]>(
      (left, snapshot) => without(left, hotRangesFrom(snapshot, Number.MIN_VALUE)),
      accesses,
    );
    return 1 - bytesOf(hidden) / bytesOf(accesses);
  });
}

/**
 * Of what is shown as hot of the workload's regions, the share of regions in use from the begin of the snapshot before to the end of the
 * next: on a busy machine the looks come late, so that the last of a snapshot may be of the next phase, and the first of the next see
 * what was used since then.
 */
function precisionOf(snapshots: readonly Snapshot[], { phases, regions }: Truth): number {
  let [shown, right] = [0, 0];
  snapshots.forEach((snapshot, i) => {
    const [fromNs, toNs] = [snapshots[i - 1]?.startNs ?? 0, snapshots[i + 1]?.endNs ?? Infinity];
    const used = phases.filter(({ startNs, endNs = Infinity }) => startNs < toNs && fromNs < endNs)
      .flatMap(({ accesses }) => accesses.map(({ region }) => region));
    const hot = hotRangesFrom(snapshot, 0.2);
    shown += commonBytesOf(hot, regions);
    right += commonBytesOf(hot, regions.filter(({ name }) => used.includes(name)));
  });
  return right / shown;
}

for (const workload of ["zigzag", "stairs"]) {
  for (const { monitor, options } of MODES) {
    // How often each page is seen, and how soon, says how often the workload had the processor, too: that is measured in the lab. Here is
    // held what no busy machine changes: what is shown as hot is in use, and all that is in use is shown in its phase.
    Deno.test(`record --monitor ${monitor} shows as hot what the ${workload} workload uses`, async () => {
      const path = `${OUT}/${workload}-${monitor}.arrow`;
      await using busy = await startWorkload(workload, OUT);
      const recorder = spawnDamo("record", String(busy.pid), "--monitor", monitor, "-o", path, ...options);
      await until(() => hasRecord(path), "recording");
      await busy.go();
      const { code, err } = await outcomeOf(recorder);
      assert.equal(code, 0, err);
      const truth = parseTruth(await Deno.readTextFile(busy.truth));
      const { snapshots } = await readRecord(path);
      const precision = precisionOf(snapshots, truth);
      const shares = sharesShown(snapshots, truth);
      const least = Math.min(...shares);
      console.log(`${monitor} on ${workload}: precision ${precision}, of ${shares.length} phases at least ${least}`);
      assert.ok(precision >= 0.98, `precision ${precision}`);
      assert.equal(shares.length, { zigzag: 8, stairs: 10 }[workload]);
      assert.ok(least >= 0.95, `of the memory of a phase, ${least} was shown as accessed in it`);
    });
  }
}

Deno.test("record by the page sampler ends in order on Ctrl-C, its record whole with what it cost", async () => {
  const path = `${OUT}/interrupted.arrow`;
  await using busy = await startWorkload("hot_cold", OUT);
  await busy.go();
  const recorder = spawnDamo("record", String(busy.pid), "--monitor", "pages", "-o", path);
  await until(() => hasRecord(path) && Deno.statSync(path).size > 4000, "some batches written");
  recorder.kill("SIGINT");
  const { code, out, err } = await outcomeOf(recorder);
  assert.equal(code, 130, err);
  assert.equal(out, "");
  assert.match(err, /% of one CPU for sampling; ended by: SIGINT/);
  const { header, snapshots, footer, incomplete } = await readRecord(path);
  assert.equal(incomplete, undefined);
  assert.equal(header.source, "pages");
  assert.equal(footer!.snapshots, snapshots.length);
  assert.ok(footer!.pages!.cpuNs > 0);
  assert.ok(footer!.pages!.walked > 0);
});

Deno.test("record is complete before a command that ignores signals has ended", async () => {
  const path = `${OUT}/ignoring.arrow`;
  const script = "trap '' TERM INT; while :; do sleep 0.05; done";
  const recorder = spawnDamo("record", "--monitor", "pages", "--timeout", "1.5s", "-o", path, "--", "sh", "-c", script);
  const { code, err } = await outcomeOf(recorder);
  assert.equal(code, 0, err);
  assert.match(err, /The record is complete, but sh has not ended on SIGTERM yet.*\n[^]*exit code 137/);
  const { footer, incomplete } = await readRecord(path);
  assert.deepEqual([incomplete, footer!.reason, footer!.exitCode], [undefined, "timeout", undefined]);
});

Deno.test("record to a pipe whose reader stands still ends on a signal, and says what is cut off", async () => {
  await using busy = await startWorkload("hot_cold", OUT);
  const damo = new URL("../../../../damo", import.meta.url).pathname;
  for (const [timeout, word] of [["60s", "a signal ends it"], ["1s", "it has ended, and waits for the reader"]]) {
    // The pipe is full before the record begins.
    const script =
      `head -c 65536 /dev/zero; exec ${damo} record ${busy.pid} --monitor pages --format jsonl -o - --timeout ${timeout}`;
    const child = new Deno.Command("sh", { args: ["-c", script], stdout: "piped", stderr: "piped" }).spawn();
    const ended = new Response(child.stderr).text();
    const catchesSigint = () => {
      const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync(`/proc/${child.pid}/status`))!;
      return (Number(`0x${caught[1].slice(-2)}`) & 2) > 0;
    };
    await until(catchesSigint, word);
    await new Promise((done) => setTimeout(done, 3000));
    child.kill("SIGINT");
    const err = await ended;
    assert.match(
      err,
      /^damo: The record is cut off: the reader of standard output had not taken its last [\d,]+ bytes$/m,
      word,
    );
    assert.equal((await child.status).code, 1);
    await child.stdout.cancel();
  }
});

Deno.test("record --include-children tells the children of a command apart", async () => {
  const path = `${OUT}/children.arrow`;
  const script = "for i in 1 2; do (j=0; while [ $j -lt 1500000 ]; do j=$((j+1)); done) & done; wait; exit 3";
  const { code, err } = await outcomeOf(
    spawnDamo("record", "--include-children", "--monitor", "pages", "-o", path, "--", "bash", "-c", script),
  );
  assert.equal(code, 3, err);
  const { snapshots, footer, mappings } = await readRecord(path);
  assert.equal(footer!.exitCode, 3);
  assert.equal(footer!.pages!.pids.length, 3);
  assert.deepEqual([...new Set(snapshots.map(({ targetId }) => Number(targetId)))].sort(), [0, 1, 2]);
  assert.deepEqual(new Set(mappings.map(({ pid }) => pid)), new Set(footer!.pages!.pids));
});

Deno.test("record by the page sampler watches several processes at once, each a target of its own", async () => {
  const path = `${OUT}/several.arrow`;
  await using first = await startWorkload("hot_cold", OUT);
  await using second = await startWorkload("hot_cold", OUT);
  const pids = [first.pid, second.pid];
  const { code, err } = await outcomeOf(
    spawnDamo(
      "record",
      ...pids.flatMap((pid) => ["--target_pid", String(pid)]),
      ...["--monitor", "pages", "--ring", "1M", "--timeout", "1", "-o", path],
    ),
  );
  assert.equal(code, 0, err);
  assert.match(err, /^damo: --ring is not used: the page sampler has no ring buffer\n/);
  const { header, snapshots, footer } = await readRecord(path);
  assert.deepEqual(header.kdamonds[0].contexts[0].targets.map(({ pid }) => pid), pids);
  assert.deepEqual(footer!.pages!.pids, pids);
  assert.deepEqual([...new Set(snapshots.map(({ targetId }) => Number(targetId)))].sort(), [0, 1]);
});

Deno.test("record does not let the page sampler stand in for DAMON where something is to be done, not only seen", async () => {
  const path = `${OUT}/never.arrow`;
  const pid = String(Deno.pid);
  for (
    const [words, reason] of [
      [["--damos_action", "stat"], /schemes \(stat\) need DAMON/],
      [["--monitoring_intervals_goal", "4%", "3", "5ms", "10s"], /tuning the intervals needs DAMON/],
      [["--target_pid", "1", "--nr_targets", "1", "1"], /several contexts need DAMON/],
    ] as const
  ) {
    const target = words.includes("--target_pid" as never) ? ["--target_pid", pid] : [pid];
    const { code, err } = await outcomeOf(spawnDamo("record", "--monitor", "pages", "-o", path, ...words, ...target));
    assert.equal(code, 2);
    assert.match(err, reason);
  }
  assert.ok(!hasRecord(path));
});

Deno.test("record -- COMMAND ends with the exit code of the command, and with 0 where the timeout ended it", async () => {
  const path = `${OUT}/code.arrow`;
  // The record is there once the command is watched.
  const watched = `while [ ! -s '${path}' ]; do sleep 0.05; done; rm '${path}'`;
  const record = (timeout: string, script: string) =>
    outcomeOf(spawnDamo("record", "--monitor", "pages", "--timeout", timeout, "-o", path, "--", "sh", "-c", script));
  for (const [end, wanted] of [["exit 3", 3], ["kill -TERM $$", 143], ["exit 0", 0]] as const) {
    const { code, err } = await record("60s", `${watched}; ${end}`);
    assert.equal(code, wanted, err);
    assert.match(err, new RegExp(`ended with exit code ${wanted}\\n`));
  }
  const { code, err } = await record("500ms", "exec sleep 600");
  assert.equal(code, 0, err);
});
