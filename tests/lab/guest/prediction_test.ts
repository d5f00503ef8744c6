import assert from "assert";
import type { AddressRange, Context, RecordReader, Scheme } from "../../../damon/mod.ts";
import { openRecord } from "../../../format/mod.ts";
import { chooseInterface } from "../../../kernel/control/choose_interface.ts";
import { startKdamonds } from "../../../kernel/control/kdamond.ts";
import { memoryOf } from "../../../kernel/machine/process.ts";
import { replaySchemes } from "../../../report/mod.ts";
import { bytesOf, intersect } from "../../../report/record/ranges.ts";
import { parseTruth, type Truth } from "../../../report/fidelity/truth.ts";
import { compressedSwap, context, hotCold, roots, scheme } from "./control.ts";
import { type Busy, isRecording, outcomeOf, spawnDamo, startWorkload, until } from "./guest.ts";

const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();
const MIB = 1 << 20;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/**
 * The record from the snapshot on in which the workload uses all that its first phase uses: before it is idle, would go out, and
 * come back.
 */
async function openInUse(path: string, { regions, phases }: Truth): Promise<RecordReader> {
  const first = phases.find(({ name }) => !name.startsWith("("))!;
  const names = new Set(first.accesses.map(({ region }) => region));
  const used = regions.filter(({ name }) => names.has(name));
  assert.ok(used.length > 0, `${first.name} has ended`);
  const record = await openRecord(path);
  return {
    header: record.header,
    incomplete: record.incomplete,
    async *items() {
      let inUse = false;
      for await (const item of record.items()) {
        if (item.kind === "snapshot") {
          const hit = [...item.snapshot.regions].filter(({ nrAccesses }) => nrAccesses > 0);
          inUse ||= bytesOf(intersect(used, hit)) > 0.95 * bytesOf(used);
        }
        if (item.kind !== "snapshot" || inUse) yield item;
      }
      assert.ok(inUse);
    },
    [Symbol.asyncDispose]: () => record[Symbol.asyncDispose](),
  };
}

/** Where the workload's parts lie, from the first to the last. */
function spanOf(busy: Busy): AddressRange {
  const { regions } = parseTruth(Deno.readTextFileSync(busy.truth));
  return { start: regions[0].start, end: regions.at(-1)!.end };
}

/**
 * Replays what was recorded without schemes, then has the kernel apply them to the same workload. Both begin when the workload
 * uses its first part: until then that is idle too, and would go out. Both watch its parts alone: where the program itself went
 * out, it would wait for this machine to read it again, with its parts idle meanwhile.
 */
async function predictAndRun(config: string, seconds: number, pattern: Scheme["accessPattern"]) {
  // In the guest's memory: where writing the truth takes long, the workload waits.
  const dir = Deno.makeTempDirSync();
  const path = `${OUT}/predict.arrow`;
  const schemes = [scheme({ action: "pageout", accessPattern: pattern })];
  const options = ["--ops", "fvaddr", "-m", "300", "--timeout", String(seconds)];
  let predicted;
  {
    await using busy = await startWorkload(config, dir);
    const { start, end } = spanOf(busy);
    options.push("--regions", `${start}-${end}`);
    const recorder = spawnDamo("record", String(busy.pid), "-o", path, "--monitor", "damon", ...options);
    await until(isRecording, "recording");
    await busy.go();
    const { code, err } = await outcomeOf(recorder);
    assert.equal(code, 0, err);
    const truth = parseTruth(Deno.readTextFileSync(busy.truth));
    const { schemes: [replay] } = await replaySchemes(
      () => openInUse(path, truth),
      context(busy.pid, { schemes }),
    );
    predicted = replay;
  }
  await using busy = await startWorkload(config, dir);
  const damon = chooseInterface(roots, "sysfs");
  const nrRegions = { min: 10, max: 300 };
  await firstPhase(busy);
  const watched: Partial<Context> = { operations: "fvaddr", targets: [{ pid: busy.pid, regions: [spanOf(busy)] }] };
  const kdamond = { contexts: [context(busy.pid, { ...watched, nrRegions, schemes })] };
  const [running] = await startKdamonds(roots, [kdamond], { damon });
  await sleep(seconds * 1000);
  await damon.run(damon.refreshPlan(0));
  const { stats } = (await damon.read())[0].contexts[0].schemes![0];
  const memory = memoryOf(roots, busy.pid)!;
  await running.stop();
  return { predicted, stats: stats!, memory };
}

/** Lets the workload use its memory, and waits until it does. */
async function firstPhase(busy: Busy): Promise<void> {
  await busy.go();
  const hasBegun = () => parseTruth(Deno.readTextFileSync(busy.truth)).phases.some(({ name }) => !name.startsWith("("));
  await until(hasBegun, "the workload's first phase");
}

/** Three parts of 16 MiB, each used for six seconds and then left; the last to the end. */
function phases(): string {
  const path = `${Deno.makeTempDirSync()}/phases`;
  const parts = ["one", "two", "three"];
  Deno.writeTextFileSync(
    path,
    `${parts.map((name) => `${name}, 16777216, none\n`).join("")}\n` +
      parts.map((name, i) => `use_${name}\n${i < 2 ? 6000 : 600000}\n${name}, 0, 4096, 100, rw\n`).join("\n"),
  );
  return path;
}

Deno.test("replaySchemes predicts the bytes that the kernel then takes out of memory", async () => {
  using _swap = compressedSwap(512);
  const age = { min: 20, max: 2 ** 64 };
  const pattern = { szBytes: { min: 4096, max: 2 ** 64 }, nrAccesses: { min: 0, max: 0 }, age };
  const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;
  const cases = [
    { name: "steady", run: () => predictAndRun(hotCold(), 12, pattern) },
    { name: "moving", run: () => predictAndRun(phases(), 20, pattern) },
  ];
  for (const { name, run } of cases) {
    const { predicted, memory } = await run();
    const back = memory.majorFaults * 4096;
    // What is in swap at the end, and with it what came back from there.
    const kept = predicted.heldBytes / memory.swapBytes - 1;
    const all = predicted.distinctBytes / (memory.swapBytes + back) - 1;
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
    const figures =
      `${name}: predicted ${mib(predicted.heldBytes)} out at the end, after ${
        mib(predicted.returnedBytes)
      } came back; ` +
      `by the kernel ${mib(memory.swapBytes)}, after ${mib(back)}: ${percent(kept)}, of both ${percent(all)}`;
    console.log(figures);
    assert.ok(Math.abs(kept) <= 0.1 && Math.abs(all) <= 0.1, figures);
  }
});
