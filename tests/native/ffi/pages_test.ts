import assert from "assert";
import { openPageSampler, PageFlag, type PageSampler, type PartRegions } from "../../../ffi/pages.ts";
import { runModule } from "../../run_module.ts";
import { Process } from "../pages_processes.ts";

const PAGE = 4096;
const HUGE = 512 * PAGE;
const FFI = new URL("../../../ffi/pages.ts", import.meta.url).href;

/** What most samples have in common. */
const SAMPLES = { beginNs: 0, samples: 2, exact: false, picks: 1, clearing: "refs" as const, mapsShare: 1 };

function regionsOf(ranges: [number, number][]): PartRegions {
  return {
    start: Float64Array.from(ranges, ([start]) => start),
    end: Float64Array.from(ranges, ([, end]) => end),
    hits: new Uint32Array(ranges.length),
    looks: new Uint32Array(ranges.length),
  };
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const pagesFrom = (start: number, count: number) => Float64Array.from({ length: count }, (_, i) => start + i * PAGE);

/** Which of the pages were accessed in the time after clearing, as numbers. */
async function accessedOf(sampler: PageSampler, slot: number, start: number, count: number): Promise<number[]> {
  assert.ok(await sampler.clear(slot));
  // The process touches its hot pages every 0.5 ms; on a busy machine it may have to wait for its turn.
  await rest(200);
  const entries = sampler.look(slot, pagesFrom(start, count));
  assert.ok(entries);
  return [...entries.keys()].filter((i) => entries[i] & PageFlag.accessed);
}

for (const byIterator of [false, true]) {
  const how = byIterator ? "by going through all processes" : "by the process's pid";
  Deno.test(`PageSampler sees exactly the pages that were accessed, ${how}`, async () => {
    await using target = Process.start("touch", 64, 5);
    const { start } = await target.memory();
    await using sampler = openPageSampler({ byIterator });
    assert.equal(sampler.facts.byIterator, byIterator);
    const slot = sampler.add(target.pid);
    assert.deepEqual(await accessedOf(sampler, slot, start, 64), [0, 1, 2, 3, 4]);
    const entries = sampler.look(slot, pagesFrom(start - PAGE * 1e6, 1))!;
    assert.equal(entries[0] & PageFlag.present, 0);
    const all = sampler.look(slot, pagesFrom(start, 64))!;
    assert.ok(all.every((entry) => entry & PageFlag.present && entry & PageFlag.dirty && entry >> 12 === 1));
    // More than one run of the program takes.
    const many = sampler.look(slot, pagesFrom(start - PAGE * 10_000, 20_000))!;
    assert.deepEqual(many.slice(10_000, 10_064).map((entry) => entry & PageFlag.present), all.map(() => 1));
  });
}

Deno.test("PageSampler finds addresses that no process can have absent, and reads nothing there", async () => {
  await using target = Process.start("touch");
  await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  const { base } = sampler.facts;
  const entries = sampler.look(slot, Float64Array.of(0, 2 ** 47, 2 ** 48, 2 ** 63, Number(base), 2 ** 64 - 2 ** 12))!;
  assert.equal(entries[0] & PageFlag.present, 0);
  assert.ok(sampler.look(slot, new Float64Array(0)));
});

Deno.test("PageSampler has a large process cleared by a process of its own, and counts what that costs", async () => {
  await using target = Process.start("touch", 70_000, 5);
  const { start } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  // Only with more than 256 MiB it is worth it.
  assert.ok(sampler.update(slot, true, 1)!.residentPages > 65536);
  assert.deepEqual(await accessedOf(sampler, slot, start, 70_000), [0, 1, 2, 3, 4]);
  const { clearNs, cpuNs, cleared } = sampler.counters();
  // A clearing takes 10 ns and more a page, by whomever it is done.
  assert.ok(clearNs > cleared * 5 && cpuNs > cleared * 5, `${clearNs} ns, ${cpuNs} ns for ${cleared} pages`);
});

Deno.test("PageSampler.stop ends everything that takes long, and what comes after it", async () => {
  await using target = Process.start("touch", 70_000, 5);
  await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  assert.ok(await sampler.survey(slot));
  const clearing = sampler.clear(slot);
  sampler.stop();
  // It may have been done in that moment.
  assert.equal(typeof await clearing, "boolean");
  assert.equal(await sampler.clear(slot), false);
  assert.equal(await sampler.beginPanel(slot, 1000, "refs"), undefined);
  assert.equal(await sampler.beginPanel(slot, 1000, "cold"), undefined);
  assert.equal(await sampler.survey(slot), true);
  for (const exact of [false, true]) {
    const regions = regionsOf([[PAGE, 2 * PAGE]]);
    assert.equal(await sampler.sample({ ...SAMPLES, sampleUs: 1000, exact, parts: [{ slot, regions }] }), undefined);
  }
  assert.throws(() => sampler.add(target.pid), Deno.errors.NotFound);
});

Deno.test("PageSampler sees a huge page as one, at the second level", async () => {
  await using target = Process.start("huge", 1024, 3);
  const { start } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  const entries = sampler.look(slot, pagesFrom(start, 1024))!;
  assert.ok(entries.every((entry) => entry & PageFlag.huge && entry >> 12 === 2), "the kernel gave no huge pages");
  // Three small pages of the first huge page are touched.
  const accessed = await accessedOf(sampler, slot, start, 1024);
  assert.deepEqual(accessed, Array.from({ length: 512 }, (_, i) => i));
});

Deno.test("PageSampler sees what another thread accesses", async () => {
  await using target = Process.start("thread", 16, 2);
  const { start } = await target.memory();
  await using sampler = openPageSampler();
  assert.deepEqual(await accessedOf(sampler, sampler.add(target.pid), start, 16), [0, 1]);
});

Deno.test("PageSampler sees a 32-bit process", async () => {
  await using target = Process.start32();
  const [start] = await target.words();
  await using sampler = openPageSampler();
  assert.deepEqual(await accessedOf(sampler, sampler.add(target.pid), start, 16), [0, 1, 2, 3]);
});

Deno.test("PageSampler tells that a process has ended, and does not take in one that has", async () => {
  await using target = Process.start("touch");
  const { start } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  await target.end();
  assert.equal(sampler.look(slot, pagesFrom(start, 1)), undefined);
  assert.throws(() => sampler.add(target.pid), Deno.errors.NotFound);
  const regions = regionsOf([[start, start + PAGE]]);
  for (const exact of [false, true]) {
    const wanted = { ...SAMPLES, sampleUs: 1000, samples: 3, exact, parts: [{ slot, regions }] };
    assert.deepEqual((await sampler.sample(wanted))?.hasEnded, [true]);
  }
  assert.equal(sampler.update(slot, true, 1), undefined);
  assert.equal(await sampler.survey(slot), false);
});

for (const clearing of ["refs", "cold"] as const) {
  Deno.test(`PageSampler counts looks at each region, and those that found an access, clearing by ${clearing}`, async () => {
    await using target = Process.start("touch", 1000, 400);
    const { start, end } = await target.memory();
    await using sampler = openPageSampler();
    const border = start + 400 * PAGE;
    const slot = sampler.add(target.pid);
    for (const picks of [1, 7]) {
      // Nothing is mapped at the last one, or somebody else's memory.
      const regions = regionsOf([[start, border], [border, end], [start - 1000 * PAGE, start - 900 * PAGE]]);
      // Long enough for the process to come round to every page, on a busy machine too.
      const wanted = { ...SAMPLES, sampleUs: 250_000, samples: 5, picks, clearing, parts: [{ slot, regions }] };
      const before = sampler.clockNs();
      const done = await sampler.sample(wanted);
      assert.deepEqual([...regions.hits].slice(0, 2), [5 * picks, 0]);
      assert.deepEqual([...regions.looks].slice(0, 2), [5 * picks, 5 * picks]);
      assert.equal(done!.stuck, 0);
      // A busy machine may begin late, which makes the first sample shorter.
      assert.ok(done!.startNs >= before && done!.endNs - before >= 1250e6);
    }
    const { chilled, clears, samples, walked } = sampler.counters();
    assert.equal(samples, 10);
    if (clearing === "refs") assert.deepEqual([clears, chilled, walked], [10, 0, 5 * 3 * (1 + 7)]);
    // Each was accessed when it was picked: hot ones always, cold ones since they were filled.
    else assert.ok(clears === 0 && chilled >= 5 * (1 + 7) && chilled <= 10 * (1 + 7), `${clears} ${chilled}`);
  });
}

Deno.test("PageSampler tells pages that are shared with another process, which cannot be cleared one by one", async () => {
  await using target = Process.start("fork", 64, 1);
  const said = [await target.memory(), await target.memory()];
  const { start, end } = said[0];
  await using sampler = openPageSampler();
  const regions = regionsOf([[start + PAGE, end]]);
  const parts = [{ slot: sampler.add(target.pid), regions }];
  const done = await sampler.sample({ ...SAMPLES, sampleUs: 1000, samples: 20, clearing: "cold", parts });
  // What cannot be cleared was not looked at.
  assert.deepEqual([regions.hits[0], regions.looks[0], done!.stuck], [0, 0, 20]);
});

Deno.test("PageSampler gives exact runs of equally accessed pages in memory, with their ages and what was used of them", async () => {
  await using target = Process.start("touch", 2000, 700);
  const { start, end } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  sampler.watch(slot, { only: [{ start: start - PAGE, end }] });
  const border = start + 700 * PAGE;
  for (let round = 0; round < 3; round++) {
    assert.ok(await sampler.sample({ ...SAMPLES, sampleUs: 100_000, exact: true, parts: [{ slot }] }));
    const { regions, evidence } = (await sampler.aggregate(slot, 2, 100))!;
    assert.deepEqual([...regions].map((run) => [run.start, run.end, run.nrAccesses, run.age]), [
      [start, border, 2, round],
      [border, end, 0, round],
    ]);
    assert.deepEqual([...evidence.residentBytes], [700 * PAGE, 1300 * PAGE]);
    assert.deepEqual([...evidence.usedBytes], [700 * PAGE, 0]);
    assert.deepEqual([...evidence.looks], [1400, 2600]);
  }
});

Deno.test("PageSampler gives no more runs than asked for, and keeps what was used of each to the byte", async () => {
  await using target = Process.start("touch", 2000, 700);
  const { start, end } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  // Two runs for each of the mappings are always allowed: two parts of one are, for this, two mappings.
  const cuts = [start + 100 * PAGE, start + 600 * PAGE];
  sampler.watch(slot, { only: [{ start: cuts[0], end: cuts[1] }, { start: cuts[1], end }] });
  await sampler.sample({ ...SAMPLES, sampleUs: 50_000, exact: true, parts: [{ slot }] });
  const { regions, evidence } = (await sampler.aggregate(slot, 2, 1))!;
  assert.deepEqual([...regions].map((run) => [run.start, run.end, run.nrAccesses]), [
    [cuts[0], cuts[1], 2],
    [cuts[1], start + 700 * PAGE, 2],
    [start + 700 * PAGE, end, 0],
  ]);
  assert.equal(evidence.usedBytes.reduce((sum, bytes) => sum + bytes), 600 * PAGE);
});

Deno.test("PageSampler counts a huge page exactly as its 512 pages", async () => {
  await using target = Process.start("huge", 1024, 1);
  const { start, end } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  sampler.watch(slot, { only: [{ start, end }] });
  await sampler.sample({ ...SAMPLES, sampleUs: 100_000, samples: 1, exact: true, parts: [{ slot }] });
  const { regions } = (await sampler.aggregate(slot, 1, 100))!;
  assert.deepEqual([...regions].map((run) => [run.start, run.end, run.nrAccesses]), [
    [start, start + HUGE, 1],
    [start + HUGE, end, 0],
  ]);
});

Deno.test("PageSampler goes through 10 GiB of sparse memory by its tables, and shows only what is there", async () => {
  await using target = Process.start("sparse");
  const { start, end } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  sampler.watch(slot, { only: [{ start, end }] });
  await sampler.sample({ ...SAMPLES, sampleUs: 100_000, samples: 1, exact: true, parts: [{ slot }] });
  assert.equal(sampler.counters().walked, 1);
  const { regions } = (await sampler.aggregate(slot, 1, 100))!;
  const hot = start + 5 * 2 ** 30;
  assert.deepEqual([...regions].map((run) => [run.start, run.end, run.nrAccesses]), [[hot, hot + PAGE, 1]]);
  const [span] = [sampler.spans(slot)].map(({ start, end, residentBytes }) => [...start, ...end, ...residentBytes]);
  assert.ok(span.length === 3 && span[0] <= hot && span[1] > hot && span[1] - span[0] <= HUGE && span[2] === PAGE);
});

Deno.test("PageSampler.areas tells what is in memory by mapping, and what was accessed in a window", async () => {
  await using target = Process.start("touch", 2000, 700);
  const { start, end } = await target.memory();
  await using sampler = openPageSampler();
  const slot = sampler.add(target.pid);
  const wanted = { ...SAMPLES, sampleUs: 50_000, exact: true, parts: [{ slot }] };
  await sampler.sample(wanted);
  await sampler.aggregate(slot, 2, 100);
  await sampler.sample(wanted);
  const ours = () => sampler.areas(slot, 1000, true).filter((area) => area.start < end && area.end > start);
  const sum = (areas: ReturnType<typeof ours>) =>
    areas.reduce(([resident, used], area) => [resident + area.residentBytes, used + area.usedBytes], [0, 0]);
  // The mapping may have got something else beside it.
  const [resident, used] = sum(ours());
  assert.ok(resident >= 2000 * PAGE && resident < 2064 * PAGE && used >= 700 * PAGE && used < 764 * PAGE);
  assert.equal(sum(ours())[1], 0);
  const one = sampler.areas(slot, 1);
  assert.equal(one.length, 1);
  assert.ok(one[0].residentBytes > resident && one[0].start < start && one[0].end > end);
});

Deno.test("PageSampler.stop ends a sample that would take an hour", async () => {
  await using target = Process.start("touch");
  const { start, end } = await target.memory();
  await using sampler = openPageSampler();
  const parts = [{ slot: sampler.add(target.pid), regions: regionsOf([[start, end]]) }];
  const pending = sampler.sample({ ...SAMPLES, sampleUs: 3.6e9, samples: 1, parts });
  assert.throws(() => sampler.counters(), /one call at a time/);
  sampler.stop();
  assert.equal(await pending, undefined);
});

Deno.test("openPageSampler gives back all file descriptors and memory mappings", async () => {
  await using target = Process.start("touch");
  await target.memory();
  const openFiles = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const shared = () => Deno.readTextFileSync("/proc/self/maps").match(/bpf-map/g)?.length ?? 0;
  const once = async () => {
    await using sampler = openPageSampler();
    sampler.add(target.pid);
    sampler.add(Deno.pid);
    sampler.remove(0);
  };
  await once();
  const before = [openFiles(), shared()];
  for (let i = 0; i < 5; i++) await once();
  assert.deepEqual([openFiles(), shared()], before);
});

Deno.test("openPageSampler names the capabilities that are missing", async () => {
  const source = `
    import { openPageSampler } from ${JSON.stringify(FFI)};
    try { openPageSampler(); console.log("opened"); } catch (error) { console.log(error.name + ": " + error.message); }`;
  const denied = async (caps: string) => {
    const deno = Deno.execPath();
    const command = ["setpriv", "--bounding-set", caps, "--inh-caps", caps, deno, "run", "--no-check", "-A"];
    return (await runModule(command, source)).out.trim();
  };
  assert.match(await denied("-all"), /^KernelError: .*as root or with CAP_BPF and CAP_PERFMON/);
  assert.match(await denied("-sys_admin,-perfmon"), /^KernelError: .*as root or with CAP_PERFMON$/);
  // The direct map is found without frame numbers, so CAP_SYS_ADMIN is not needed.
  assert.equal(await denied("-sys_admin"), "opened");
});
