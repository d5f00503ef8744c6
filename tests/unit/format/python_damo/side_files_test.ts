import assert from "assert";
import { convert } from "../../../../cli/convert/run.ts";
import { openSideFiles } from "../../../../live/side_files.ts";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type RecordItem, Regions, type Scheme } from "../../../../damon/mod.ts";
import { PythonDamoSideWriter } from "../../../../format/python_damo/side_write.ts";
import { defaultRoots } from "../../../../kernel/machine/roots.ts";
import { withUsage } from "../../../../kernel/monitor/usage_items.ts";
import { footprintDistribution, FootprintsFold, parseFootprints } from "../../../../report/mod.ts";
import { encodeSample, readAll } from "../../../record_samples.ts";
import { HEADER } from "../../../records.ts";

const PAGE = 4096;
const RECORDED = {
  ...HEADER,
  clock: { ...HEADER.clock, originNs: 5e9, originWallMs: 1.7e12 },
  kdamonds: [{
    pid: 9,
    index: 0,
    ours: true,
    contexts: [{
      operations: "vaddr" as const,
      intervals: DEFAULT_INTERVALS,
      nrRegions: DEFAULT_NR_REGIONS,
      targets: [{ pid: 4, regions: [] }],
    }],
  }],
};

const snapshot = (i: number): RecordItem => ({
  kind: "snapshot",
  snapshot: {
    kdamond: 9,
    targetId: 0n,
    startNs: 5e9 + i * 1e9,
    endNs: 6e9 + i * 1e9,
    sampleUs: 5000,
    aggrUs: 100_000,
    regions: Regions.from([{ start: PAGE, end: 3 * PAGE, nrAccesses: 3, age: 2 }]),
  },
});

const usage = (i: number, pages: number): RecordItem[] => [
  {
    kind: "usage",
    usage: {
      timeNs: 6e9 + i * 1e9,
      pid: 4,
      virtualBytes: 9 * pages * PAGE,
      residentBytes: pages * PAGE,
      swapBytes: 0,
      majorFaults: 0,
      minorFaults: 0,
    },
  },
  {
    kind: "usage",
    usage: {
      timeNs: 6e9 + i * 1e9,
      pid: 0,
      residentBytes: 1000 * PAGE + pages * PAGE,
      swapBytes: 0,
      majorFaults: 0,
      minorFaults: 0,
    },
  },
];

const MAPPINGS: RecordItem = {
  kind: "mappings",
  mappings: {
    timeNs: 5e9,
    pid: 4,
    mappings: [
      { start: PAGE, end: 2 * PAGE, perms: "", offset: 0, path: "[heap]" },
      { start: 2 * PAGE, end: 3 * PAGE, perms: "", offset: 0, path: "" },
    ],
  },
};

const ITEMS = [MAPPINGS, snapshot(0), ...usage(0, 10), snapshot(1), ...usage(1, 30), snapshot(2)];

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** `[kind, ns since the record began, content]` of all that is no snapshot. */
const besides = (items: readonly RecordItem[], originNs: number) =>
  items.flatMap((item): unknown[][] => {
    if (item.kind === "mappings") {
      const { timeNs, ...rest } = item.mappings;
      return [["mappings", Math.round((timeNs - originNs) / 1e6), rest]];
    }
    if (item.kind !== "usage") return [];
    const { timeNs, ...rest } = item.usage;
    return [["usage", Math.round((timeNs - originNs) / 1e6), rest]];
  });

Deno.test("memory maps and memory in use come back from the files beside a record of the Python damo's", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.arrow`, await encodeSample({ header: RECORDED, items: ITEMS }, "arrow"));
    for (const format of ["json_compressed", "perf_script"]) {
      const path = `${folder}/${format}.data`;
      await convert(`${folder}/a.arrow`, path, { format, addresses: "integer" });
      const back = await readAll(path);
      assert.deepEqual(besides(back.items, 5e9), besides(ITEMS, 5e9), format);
      assert.deepEqual(back.header.kdamonds.map(({ pid, contexts }) => [pid, contexts[0].targets]), [
        [9, [{ pid: 4, regions: [] }]],
      ]);
    }
  });
});

Deno.test("PythonDamoSideWriter writes lists with the wall clock, and keeps what was there with the old record", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/damon.data`;
    await Deno.writeTextFile(`${path}.vmas`, "before");
    {
      using writer = new PythonDamoSideWriter(path, RECORDED);
      for (const item of ITEMS) writer.write(item);
      writer.processStats(6e9, [{ fields: ["4", "(a", "b)", "S"] }, { fields: null }]);
    }
    assert.equal(await Deno.readTextFile(`${path}.old.vmas`), "before");
    const read = async (suffix: string) => JSON.parse(await Deno.readTextFile(`${path}${suffix}`));
    assert.deepEqual(await read(".vmas"), [{
      time: 1.7e9,
      procvmas: [{
        pid: 4,
        vmas: [{ start: PAGE, end: 2 * PAGE, name: "[heap]" }, { start: 2 * PAGE, end: 3 * PAGE, name: "0" }],
      }],
    }]);
    const zeros = { shared: 0, trs: 0, lrs: 0, drs: 0, dt: 0 };
    const sample = (time: number, pages: number) => ({
      time,
      footprints: [
        { pid: 4, footprint: { size: 9 * pages, resident: pages, ...zeros } },
        { pid: null, footprint: { total: 4000 + pages * 4, free: 0, available: 0, buffers: 0, cached: 0 } },
      ],
    });
    assert.deepEqual(await read(".mem_footprint"), [sample(1.7e9 + 1, 10), sample(1.7e9 + 2, 30)]);
    const text = await Deno.readTextFile(`${path}.mem_footprint`);
    assert.equal(text, JSON.stringify(JSON.parse(text), null, 4));
    assert.deepEqual(await read(".proc_stats"), [
      { time: 1.7e9 + 1, proc_stats: [{ fields: ["4", "(a", "b)", "S"] }, { fields: null }] },
    ]);
    const [kdamond] = await read(".kdamonds");
    assert.deepEqual([kdamond.state, kdamond.pid, kdamond.contexts[0].ops, kdamond.contexts[0].targets[0].pid], [
      null,
      "9",
      "vaddr",
      4,
    ]);
    assert.equal((await Deno.stat(`${path}.kdamonds`)).mode! & 0o777, 0o600);
  });
});

Deno.test("page faults come from .proc_stats, by pid, however many words the process's name has", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/damon.data`;
    await Deno.writeFile(path, await encodeSample({ header: RECORDED, items: [snapshot(0)] }, "json_compressed"));
    const footprint = { size: 20, resident: 10, shared: 1, trs: 1, lrs: 0, drs: 1, dt: 0 };
    const list = [{ time: 100.5, footprints: [{ pid: 4, footprint }] }];
    const fields = "4 (my (odd) name) S 1 1 1 0 -1 4194304 77 0 5 0".split(" ");
    await Deno.writeTextFile(`${path}.mem_footprint`, JSON.stringify(list));
    await Deno.writeTextFile(`${path}.proc_stats`, JSON.stringify([{ time: 100.5, proc_stats: [{ fields }] }]));
    const [found] = (await readAll(path)).items.flatMap((item) => item.kind === "usage" ? [item.usage] : []);
    const { timeNs: _, ...rest } = found;
    assert.deepEqual(rest, {
      pid: 4,
      virtualBytes: 20 * PAGE,
      residentBytes: 10 * PAGE,
      swapBytes: 0,
      minorFaults: 77,
      majorFaults: 5,
    });
  });
});

Deno.test("FootprintsFold has what parseFootprints reads out of the file", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/damon.data`;
    const fold = new FootprintsFold();
    {
      using writer = new PythonDamoSideWriter(path, RECORDED);
      for (const item of ITEMS) {
        writer.write(item);
        if (item.kind === "usage") fold.usage(item.usage);
      }
    }
    const name = `${path}.mem_footprint`;
    const parsed = parseFootprints(await Deno.readTextFile(name), name);
    for (const metric of ["vsz", "rss", "sys_used"] as const) {
      const [a, b] = [fold.footprints(), parsed].map((samples) => footprintDistribution(samples, metric));
      assert.deepEqual(a, b, metric);
      assert.equal(a.values.length, 2);
    }
    assert.deepEqual([...footprintDistribution(parsed, "vsz").values], [90 * PAGE, 270 * PAGE]);
  });
});

Deno.test("withUsage looks at the targets and the machine between the items, and leaves to schemes what they look at", async () => {
  const recorded = (pid: number, isSchemed: boolean) => {
    const [{ contexts: [context], ...kdamond }] = RECORDED.kdamonds;
    const schemes = isSchemed ? { schemes: [{} as Scheme] } : {};
    return { ...kdamond, contexts: [{ ...context, targets: [{ pid, regions: [] }], ...schemes }] };
  };
  const COUNTS = { events: 0, received: 0, dropped: 0, torn: 0 };
  const pidsOf = async (isSchemed: boolean, ...children: number[]) => {
    const processes = children.map((pid) => ({ pid, comm: "", cmdline: [], exe: "" }));
    const monitor = {
      kdamonds: [recorded(Deno.pid, isSchemed)],
      async *items() {
        yield* [snapshot(0), snapshot(1)];
      },
      counts: () => ({ ...COUNTS, processes }),
    };
    const items = await Array.fromAsync(withUsage(defaultRoots(), monitor, new AbortController().signal, () => 7e9));
    assert.deepEqual(items.filter(({ kind }) => kind === "snapshot"), [snapshot(0), snapshot(1)]);
    const usages = items.flatMap((item) => item.kind === "usage" ? [item.usage] : []);
    assert.ok(usages.every(({ timeNs, residentBytes }) => timeNs === 7e9 && residentBytes > 0));
    assert.ok(usages.every(({ pid, virtualBytes }) => pid === 0 || virtualBytes! > 0));
    return usages.map(({ pid }) => pid);
  };
  assert.deepEqual(await pidsOf(false), [Deno.pid, 0]);
  assert.deepEqual(await pidsOf(true), [0]);
  // Children that are followed, but for those that have ended.
  assert.deepEqual(await pidsOf(false, 1, 2 ** 30), [Deno.pid, 0, 1]);
});

Deno.test("openSideFiles writes what the kernel says of the targets, once a look, and nothing beside other formats", async () => {
  await withFolder(async (folder) => {
    const [kdamond] = RECORDED.kdamonds;
    const contexts = [{ ...kdamond.contexts[0], targets: [{ pid: Deno.pid, regions: [] }] }];
    const header = { ...RECORDED, kdamonds: [{ ...kdamond, contexts }] };
    const out = `${folder}/damon.data`;
    assert.equal(await openSideFiles({ path: out }, "arrow", header, defaultRoots()), undefined);
    assert.equal(await openSideFiles({ path: "-" }, "json", header, defaultRoots()), undefined);
    {
      using side = await openSideFiles({ path: out }, "json_compressed", header, defaultRoots());
      for (const item of ITEMS) side!.write(item);
    }
    const list = JSON.parse(await Deno.readTextFile(`${out}.mem_footprint`));
    assert.equal(list.length, 2);
    const [{ pid, footprint }, machine] = list[0].footprints;
    assert.equal(pid, Deno.pid);
    assert.ok(footprint.size > footprint.resident && footprint.resident > 0 && footprint.trs > 0);
    assert.equal(machine.pid, null);
    assert.ok(machine.footprint.total > machine.footprint.free);
    const [{ proc_stats }] = JSON.parse(await Deno.readTextFile(`${out}.proc_stats`));
    assert.equal(proc_stats[1].fields[0], String(Deno.pid));
  });
});
