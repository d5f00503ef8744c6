import assert from "assert";
import { type AssembledItem, Assembler } from "../../../../damon/mod.ts";
import { detectTracepoints } from "../../../../ffi/detect.ts";
import { openTracer, type Tracer } from "../../../../ffi/tracer.ts";

// The programs run in this thread and are attached to nothing; there is no region to point at, so it reads as zeros.
const NO_REGION = 0;

const detected = () => {
  try {
    return detectTracepoints();
  } catch {
    return undefined;
  }
};

/** The first pid namespace, as the kernel numbers it; in another one the kernel's pid of this thread is not to be found out. */
const IS_FIRST_NAMESPACE = Deno.readLinkSync("/proc/self/ns/pid") === "pid:[4026531836]";

/** The programs for DAMON's tracepoints need the types of a kernel with DAMON, and they see the kernel's own pids. */
const ignore = detected() === undefined || !IS_FIRST_NAMESPACE;

/** This thread's own id: tests do not run in the first thread of the process. */
const HERE = Number(Deno.readLinkSync("/proc/thread-self").split("/").at(-1));

function openHere(): Tracer {
  const tracer = openTracer({ test: true });
  tracer.watch(HERE);
  return tracer;
}

function itemsOf(tracer: Tracer): AssembledItem[] {
  const assembler = new Assembler({ intervalsOf: () => ({ sampleUs: 5_000, aggrUs: 100_000 }) });
  const items = assembler.push(tracer.drain());
  assert.equal(assembler.lost, 0);
  return items;
}

/** `target id: sampling interval` of each snapshot. */
function intervalsOf(tracer: Tracer): string[] {
  return itemsOf(tracer).flatMap((item) =>
    item.kind === "snapshot" ? [`${item.snapshot.targetId}: ${item.snapshot.sampleUs}`] : []
  );
}

function pass(tracer: Tracer, targets: number): void {
  for (let target = 0; target < targets; target++) tracer.runTest("aggregated_id_r_nr", [target, NO_REGION, 1]);
}

Deno.test({ name: "tuned intervals begin with the pass after the one in which DAMON tunes", ignore }, async () => {
  await using tracer = openHere();
  pass(tracer, 2);
  tracer.runTest("intervals_tuned", [8_000]);
  pass(tracer, 2);
  pass(tracer, 2);
  pass(tracer, 2);
  assert.deepEqual(intervalsOf(tracer), [5, 5, 8, 8].flatMap((ms) => [`0: ${ms}000`, `1: ${ms}000`]));
});

Deno.test({ name: "intervals that are tuned in each pass are each in force for one", ignore }, async () => {
  await using tracer = openHere();
  for (const ms of [6, 7, 8]) {
    tracer.runTest("intervals_tuned", [ms * 1000]);
    pass(tracer, 1);
  }
  pass(tracer, 1);
  assert.deepEqual(intervalsOf(tracer), ["0: 5000", "0: 6000", "0: 7000", "0: 8000"]);
});

Deno.test({ name: "what schemes do comes with their numbers", ignore }, async () => {
  await using tracer = openHere();
  tracer.runTest("scheme_applied", [0, 2, 1, NO_REGION, 5, 1]);
  tracer.runTest("scheme_quota", [0, 3, 123456789]);
  tracer.runTest("intervals_tuned", [8_000]);
  const items = itemsOf(tracer).map((item) => {
    switch (item.kind) {
      case "applied":
        return [item.applied.kdamond, item.applied.scheme, item.applied.targetId, item.applied.nrRegions];
      case "quota":
        return [item.quota.kdamond, item.quota.scheme, item.quota.effectiveBytes];
      case "intervals":
        return [item.intervals.kdamond, item.intervals.sampleUs, item.intervals.aggrUs];
      default:
        return item;
    }
  });
  const named = detected()!.hasSchemeIndex;
  assert.deepEqual(items, [
    [HERE, named ? 2 : undefined, named ? 1n : undefined, 5],
    [HERE, 3, 123456789],
    [HERE, 8_000, 160_000],
  ]);
});

Deno.test({ name: "each prototype of damon_aggregated is read at its own positions", ignore }, async () => {
  await using tracer = openHere();
  tracer.runTest("aggregated_t_id_r_nr", [NO_REGION, 3, NO_REGION, 1]);
  tracer.runTest("aggregated_id_r_nr", [4, NO_REGION, 1]);
  tracer.runTest("aggregated_t_r_nr", [NO_REGION, NO_REGION, 1]);
  assert.deepEqual(intervalsOf(tracer), ["3: 5000", "4: 5000", "0: 5000"]);
});

Deno.test({ name: "a thread that is not watched sends nothing", ignore }, async () => {
  await using tracer = openTracer({ test: true });
  tracer.watch(HERE + 1);
  pass(tracer, 1);
  tracer.runTest("intervals_tuned", [8_000]);
  tracer.runTest("scheme_applied", [0, 2, 1, NO_REGION, 5, 1]);
  tracer.runTest("scheme_quota", [0, 3, 1]);
  assert.deepEqual(tracer.counters(), { sent: 0, received: 0, dropped: 0 });
});
