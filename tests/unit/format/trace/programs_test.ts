import assert from "assert";
import type { Snapshot } from "../../../../damon/mod.ts";
import { type ReadBack, readBytes, snapshotsIn } from "../../../record_samples.ts";

/**
 * What perf 6.1 and trace-cmd 3.1.6 print of the same events in each of their modes: files of one folder are of one recording, and
 * `reference.txt` is its text by `perf script --ns`. The recordings, perf.data and trace.dat, were written by hand with the format of
 * DAMON's tracepoint; tests/lab/traces prints any recording so, and makes one in the lab.
 */
const TRACES = new URL("../../../testdata/traces/", import.meta.url);

const TICKS = /its times are ticks of a clock/;
const NO_TIMES = /its events have no times/;
const NO_EVENTS = /it has no damon_aggregated/;

/** Modes whose text does not say enough. */
const REFUSED: Record<string, RegExp> = {
  "one/perf_script_F_comm_tid_cpu_event_trace": NO_TIMES,
  "one/perf_script_F_trace": NO_TIMES,
  "one/perf_script_F_comm_tid_cpu_time_event": /its events have no fields.*-F \+trace/,
  "one/trace_cmd_local_raw_ts": TICKS,
  "one/trace_cmd_B_raw_ts": TICKS,
  // trace-cmd takes this clock's times for ticks.
  "one/trace_cmd_boot": TICKS,
  "one/trace_cmd_boot_l": TICKS,
  "one/trace_cmd_x86-tsc": TICKS,
  "one/trace_cmd_x86-tsc_l": TICKS,
  "one/trace_cmd_counter": TICKS,
  "one/trace_cmd_counter_l": TICKS,
  "one/trace_cmd_local_stat": NO_EVENTS,
  "losses/trace_cmd_stat": NO_EVENTS,
};

/** Modes that leave out the pid: of whom the events are cannot be said. */
const NO_PIDS = ["one/perf_script_F_comm_time_event_trace", "one/perf_script_F_time_event_trace"];

/** What texts say of losses, and what is missing then. */
const LOST: Record<string, RegExp> = {
  "losses/perf_script": /^events of 1 snapshot are missing/,
  "losses/perf_script_tasks": /its text says that 2 events were lost/,
  "losses/trace_cmd": /its text says that 3 events were lost/,
  "losses/trace_cmd_l": /its text says that 3 events were lost/,
};

/** Times are as exact as they are printed; the clock `uptime` goes by ticks of 4 ms. */
const toleranceNs = (name: string) => name.includes("uptime") ? 4e6 : 3000;

const readTrace = (name: string): Promise<ReadBack> => readBytes(Deno.readFileSync(new URL(`${name}.txt`, TRACES)));

const contentOf = ({ kdamond, targetId, regions }: Snapshot) => ({ kdamond, targetId, regions: [...regions] });

function assertSame(found: Snapshot[], wanted: Snapshot[], name: string): void {
  assert.deepEqual(found.map(contentOf), wanted.map(contentOf));
  found.forEach(({ startNs, endNs }, i) => {
    const difference = endNs - startNs - (wanted[i].endNs - wanted[i].startNs);
    assert.ok(Math.abs(difference) <= toleranceNs(name), `snapshot ${i} takes ${difference} ns more`);
  });
}

const NAMES = ["one", "two", "losses"].flatMap((folder) =>
  [...Deno.readDirSync(new URL(folder, TRACES))].map(({ name }) => `${folder}/${name.replace(/\.txt$/, "")}`)
).filter((name) => !name.endsWith("/reference")).sort();

for (const name of NAMES) {
  if (Object.hasOwn(REFUSED, name)) {
    Deno.test(`${name} of the real program is refused with the reason`, async () => {
      await assert.rejects(readTrace(name), { name: "RecordError", message: REFUSED[name] });
    });
    continue;
  }
  Deno.test(`${name} of the real program says what its reference says`, async () => {
    const wanted = snapshotsIn(await readTrace(`${name.split("/")[0]}/reference`));
    const back = await readTrace(name);
    let found = snapshotsIn(back);
    if (NO_PIDS.includes(name)) {
      assert.match(back.remarks!.join(), /has no pids/);
      found = found.map((one) => ({ ...one, kdamond: 4452 }));
    }
    // Of one processor only: those that were there.
    assertSame(found, name.endsWith("_cpu") ? wanted.slice(3) : wanted, name);
    if (LOST[name]) assert.match(back.incomplete!, LOST[name]);
    else assert.equal(back.incomplete, undefined);
  });
}

Deno.test("two kdamonds in a text without pids are told apart by their names, which is said", async () => {
  const text = [0, 1, 2, 3].flatMap((k) =>
    [0, 1].map((n) =>
      `       kdamond.${n}   ${
        (100 + k / 10 + n / 50).toFixed(6)
      }: damon:damon_aggregated: target_id=0 nr_regions=1 4096-8192: ${n} ${k}\n`
    )
  ).join("");
  const back = await readBytes(new TextEncoder().encode(text));
  assert.deepEqual(snapshotsIn(back).map(({ kdamond }) => kdamond).sort(), [0, 0, 0, 0, 1, 1, 1, 1]);
  assert.match(back.remarks!.join(), /has no pids: kdamonds are told apart by the names of their threads/);
});

/** What the kernel's own file prints in modes that have words of their own, by its source (kernel/trace/trace_output.c). */
const KERNEL: Record<string, string> = {
  "latency-format with verbose":
    "       kdamond.0    4452   1 1 00000001 00000000 [05f5e100] 100000.000ms (+0.001ms): ",
  "latency-format with verbose, digits only":
    "       kdamond.0    4452   1 1 00000001 00000003 [00012345] 100000.000ms (+0.001ms): ",
};

for (const [mode, head] of Object.entries(KERNEL)) {
  Deno.test(`the kernel's trace with ${mode} is read`, async () => {
    const text = [0, 1, 2].map((k) =>
      `${
        head.replace("100000.000ms", `${100000 + k * 100}.000ms`)
      }damon_aggregated: target_id=0 nr_regions=1 4096-8192: 7 ${k}\n`
    ).join("");
    const snapshots = snapshotsIn(await readBytes(new TextEncoder().encode("# tracer: nop\n" + text)));
    assert.deepEqual(snapshots.map(({ kdamond, endNs }) => [kdamond, endNs]), [[4452, 100e9], [4452, 100.1e9], [
      4452,
      100.2e9,
    ]]);
  });
}

Deno.test("the kernel's options raw, hex and bin print no fields, which is said", async () => {
  for (const [line, option] of [["4452 1 100000000123 type: 1500", "raw"], ["00001164 00000001 type: 1500", "hex"]]) {
    const bytes = new TextEncoder().encode(`# tracer: nop\n#\n${line}\n${line}\n`);
    await assert.rejects(readBytes(bytes), { name: "RecordError", message: new RegExp(`options/${option}`) });
  }
});

Deno.test("perf trace --no-comm has the thread's number as a word of its own", async () => {
  const text = [0, 100, 200].map((ms) =>
    `${ms}.000 4452 damon:damon_aggregated(nr_regions: 1, start: 4096, end: 8192, nr_accesses: 7)\n`
  ).join("");
  const snapshots = snapshotsIn(await readBytes(new TextEncoder().encode(text)));
  assert.deepEqual(snapshots.map(({ kdamond }) => kdamond), [4452, 4452, 4452]);
});
