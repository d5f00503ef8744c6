import assert from "assert";
import { cat } from "../../../../cli/convert/cat_run.ts";
import { convert } from "../../../../cli/convert/run.ts";
import { cut } from "../../../../cli/convert/cut_run.ts";
import { merge } from "../../../../cli/convert/merge_run.ts";
import { parseRotate } from "../../../../cli/record/rotation.ts";
import { outputAsked } from "../../../../cli/record/output.ts";
import type { RecordOptions } from "../../../../cli/record/record.ts";
import { infoText } from "../../../../cli/convert/info_text.ts";
import { type PagesCounts, type RecordFooter, type RecordItem, Regions } from "../../../../damon/mod.ts";
import { arrowFooter } from "../../../../format/arrow/tail.ts";
import { describeRecord, openRecord } from "../../../../format/mod.ts";
import { encodeSample, readAll, snapshotsIn } from "../../../record_samples.ts";
import { HEADER } from "../../../records.ts";

const snapshot = (i: number, kdamond = 1): RecordItem => ({
  kind: "snapshot",
  snapshot: {
    kdamond,
    targetId: BigInt(i % 2),
    startNs: 5e9 + i * 1e8,
    endNs: 5e9 + (i + 1) * 1e8,
    sampleUs: 5000,
    aggrUs: 100_000,
    regions: Regions.from([
      { start: 0x1000, end: 0x5000, nrAccesses: i, age: i },
      { start: 0x8000, end: 0x9000, nrAccesses: 1, age: 1 },
    ]),
  },
});

const FOOTER: RecordItem = {
  kind: "footer",
  footer: { endNs: 7e9, reason: "timeout", snapshots: 20, regions: 40, events: 40, received: 40, dropped: 0, torn: 0 },
};

/** A folder with a record of 20 snapshots of two targets, 0.1 s each. */
async function withRecord(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const items = [...Array.from({ length: 20 }, (_, i) => snapshot(i)), FOOTER];
    await Deno.writeFile(`${folder}/a.arrow`, await encodeSample({ header: HEADER, items }, "arrow"));
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const endsOf = async (path: string) => snapshotsIn(await readAll(path)).map(({ endNs }) => (endNs - 5e9) / 1e8);
const OPTIONS = { addresses: "integer" } as const;

Deno.test("damo convert writes what the output's name says, and keeps what was there as .old", async () => {
  await withRecord(async (folder) => {
    await Deno.writeTextFile(`${folder}/b.jsonl`, "precious");
    await convert(`${folder}/a.arrow`, `${folder}/b.jsonl`, OPTIONS);
    const back = await readAll(`${folder}/b.jsonl`);
    assert.equal(back.format, "jsonl");
    assert.deepEqual(back.items, (await readAll(`${folder}/a.arrow`)).items);
    assert.equal(await Deno.readTextFile(`${folder}/b.jsonl.old`), "precious");
  });
});

Deno.test("damo convert refuses names and formats that it does not know, before it writes", async () => {
  await withRecord(async (folder) => {
    await assert.rejects(convert(`${folder}/a.arrow`, `${folder}/b.xyz`, OPTIONS), /ends in none of .*\.parquet/);
    await assert.rejects(
      convert(`${folder}/a.arrow`, "-", { ...OPTIONS, format: "xyz" }),
      /no format xyz; there are arrow, parquet/,
    );
    await assert.rejects(
      convert(`${folder}/a.arrow`, `${folder}/x`, { ...OPTIONS, partition_by: "day" }),
      /host, date or both/,
    );
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.arrow"]);
  });
});

Deno.test("damo cut takes a time, addresses, a target and snapshots", async () => {
  await withRecord(async (folder) => {
    const [from, to] = [`${folder}/a.arrow`, `${folder}/b.arrow`];
    await cut(from, to, { ...OPTIONS, time_range: [0.5e9, 0.8e9] });
    assert.deepEqual(await endsOf(to), [6, 7, 8]);
    await cut(from, to, { ...OPTIONS, target: 1, snapshots: [2, 4] });
    assert.deepEqual(await endsOf(to), [6, 8]);
    await cut(from, to, { ...OPTIONS, address_range: [0x2000, 0x3000, 0x8000, 0x8800] });
    const [one] = snapshotsIn(await readAll(to));
    assert.deepEqual([...one.regions].map(({ start, end }) => [start, end]), [[0x2000, 0x3000], [0x8000, 0x8800]]);
    await assert.rejects(
      cut(from, to, { ...OPTIONS, time_range: [3, 1] }),
      /--time_range needs a start and a later end/,
    );
  });
});

Deno.test("damo cut adds snapshots up as the Python damo's adjust does", async () => {
  await withRecord(async (folder) => {
    const to = `${folder}/b.arrow`;
    // Of target 0: snapshots 4, 6, 8 and so on, two in 300 ms.
    await cut(`${folder}/a.arrow`, to, { ...OPTIONS, target: 0, skip: 2, aggregate_interval: 300_000 });
    const snapshots = snapshotsIn(await readAll(to));
    assert.deepEqual(snapshots.map(({ regions }) => regions.nrAccesses[0]), [4 + 6, 8 + 10, 12 + 14, 16 + 18]);
    assert.deepEqual(snapshots.map(({ regions }) => regions.age[0]), [4, 8, 12, 16]);
    assert.ok(snapshots.every(({ aggrUs }) => aggrUs === 300_000));
  });
});

Deno.test("damo merge puts records in the order of time, by the time of day where their clocks differ", async () => {
  await withRecord(async (folder) => {
    // Another boot, a second later by the wall clock.
    const header = {
      ...HEADER,
      host: { ...HEADER.host, bootId: "other" },
      clock: { ...HEADER.clock, originNs: 5e9 - 0.55e9, originWallMs: HEADER.clock.originWallMs },
    };
    const items = [snapshot(0, 2), snapshot(1, 2), FOOTER];
    await Deno.writeFile(`${folder}/b.jsonl`, await encodeSample({ header, items }, "jsonl"));
    await merge([`${folder}/a.arrow`, `${folder}/b.jsonl`], { ...OPTIONS, output: `${folder}/c.arrow` });
    const all = snapshotsIn(await readAll(`${folder}/c.arrow`));
    assert.equal(all.length, 22);
    assert.deepEqual(all.map(({ endNs }) => endNs), all.map(({ endNs }) => endNs).sort((a, b) => a - b));
    assert.deepEqual(all.filter(({ kdamond }) => kdamond === 2).map(({ endNs }) => endNs), [5.65e9, 5.75e9]);
    const unknown = { ...header, clock: { ...header.clock, originWallMs: 0 } };
    await Deno.writeFile(`${folder}/d.jsonl`, await encodeSample({ header: unknown, items }, "jsonl"));
    await assert.rejects(
      merge([`${folder}/a.arrow`, `${folder}/d.jsonl`], { ...OPTIONS, output: `${folder}/e.arrow` }),
      /d\.jsonl and .*a\.arrow have clocks that cannot be compared/,
    );
  });
});

Deno.test("damo info says what is in a record, whole or the beginning of it", async () => {
  await withRecord(async (folder) => {
    const path = `${folder}/a.arrow`;
    await using record = await openRecord(path);
    const described = await describeRecord(record);
    const text = infoText("a.arrow", described);
    const narrow = infoText("a.arrow", described, 80).split("\n");
    assert.deepEqual(narrow.filter((line) => line.length > 80), []);
    assert.equal(narrow.join("").replace(/ · |\s+/g, ""), text.replace(/ · |\s+/g, ""));
    assert.match(text, /content +20 snapshots, 40 regions/);
    assert.match(
      text,
      /kdamond 1 target 1 +10 snapshots · 2 regions · sampled every 5 ms, aggregated over 100 ms · 1000-9000/,
    );
    assert.match(text, /time +2023-11-14 22:13:20 to 2023-11-14 22:13:22 UTC, 2 s/);
    await using again = await openRecord(path);
    const begun = await describeRecord(again, 0);
    assert.equal(begun.snapshots, 1);
    assert.equal(begun.footer, undefined);
  });
});

Deno.test("arrowFooter finds the footer without reading what is before it", async () => {
  await withRecord(async (folder) => {
    assert.deepEqual(await arrowFooter(`${folder}/a.arrow`), FOOTER.kind === "footer" ? FOOTER.footer : undefined);
    const bytes = await Deno.readFile(`${folder}/a.arrow`);
    await Deno.writeFile(`${folder}/cut.arrow`, bytes.slice(0, bytes.length - 200));
    assert.equal(await arrowFooter(`${folder}/cut.arrow`), undefined);
  });
});

Deno.test("record --rotate takes a size or a time, and goes with files", async () => {
  assert.deepEqual(parseRotate("100M"), { maxBytes: 100 << 20 });
  assert.deepEqual(parseRotate("10m"), { maxMs: 600_000 });
  assert.deepEqual(parseRotate("1h"), { maxMs: 3_600_000 });
  assert.throws(() => parseRotate("0"), SyntaxError);
  const options = (more: Partial<RecordOptions>) => ({ out: "damon.arrow", ...more }) as RecordOptions;
  await assert.rejects(outputAsked(options({ keep: 3 })), /--keep goes with --rotate/);
  await assert.rejects(
    outputAsked(options({ out: "-", rotate: { maxMs: 1 } })),
    /--rotate needs a file as the output/,
  );
  assert.equal((await outputAsked(options({}))).format, "arrow");
  assert.equal((await outputAsked(options({ out: "-", format: "jsonl" }))).format, "jsonl");
  assert.equal((await outputAsked(options({ out: "x.parquet" }))).format, "parquet");
  // As ever: a name that says nothing is damo's own format.
  assert.equal((await outputAsked(options({ out: "record" }))).format, "arrow");
});

const kdamondOf = (pid: number, sampleUs = 5000) => ({
  pid,
  ours: true,
  contexts: [{
    operations: "vaddr" as const,
    intervals: { sampleUs, aggrUs: 100_000, updateUs: 1_000_000 },
    nrRegions: { min: 10, max: 1000 },
    targets: [{ pid: 4, regions: [] }],
  }],
});

Deno.test("damo merge refuses kdamonds of two machines with one pid, as nothing would tell them apart", async () => {
  await withRecord(async (folder) => {
    const header = { ...HEADER, kdamonds: [kdamondOf(1)] };
    const elsewhere = { ...header, host: { ...HEADER.host, bootId: "other" } };
    for (const [name, each] of Object.entries({ here: header, again: header, there: elsewhere })) {
      const bytes = await encodeSample({ header: each, items: [snapshot(0), FOOTER] }, "jsonl");
      await Deno.writeFile(`${folder}/${name}.jsonl`, bytes);
    }
    const mergeWith = (name: string) =>
      merge([`${folder}/here.jsonl`, `${folder}/${name}.jsonl`], { ...OPTIONS, output: `${folder}/c.jsonl` });
    await mergeWith("again");
    await assert.rejects(mergeWith("there"), /both have kdamond 1, of different machines/);
  });
});

Deno.test("damo merge keeps which processes the page sampler's targets are", async () => {
  await withRecord(async (folder) => {
    const pages = { pids: [4, 5] } as unknown as PagesCounts;
    const footer = { ...(FOOTER as { footer: RecordFooter }).footer, pages };
    const items: RecordItem[] = [snapshot(0), snapshot(1), { kind: "footer", footer }];
    const bytes = await encodeSample({ header: { ...HEADER, kdamonds: [kdamondOf(1)] }, items }, "jsonl");
    await Deno.writeFile(`${folder}/b.jsonl`, bytes);
    await merge([`${folder}/b.jsonl`, `${folder}/a.arrow`], { ...OPTIONS, output: `${folder}/c.jsonl` });
    const last = (await readAll(`${folder}/c.jsonl`)).items.at(-1)!;
    assert.ok(last.kind === "footer");
    assert.deepEqual(last.footer.targets, [{ kdamond: 1, pids: [4, 5] }]);
  });
});

Deno.test("several kdamonds stay apart in the Python damo's files, through any number of conversions", async () => {
  await withRecord(async (folder) => {
    const items = [snapshot(0, 77), snapshot(0, 88), FOOTER];
    const known = { ...HEADER, kdamonds: [kdamondOf(77), kdamondOf(88)] };
    for (const header of [known, HEADER]) {
      await Deno.writeFile(`${folder}/0.jsonl`, await encodeSample({ header, items }, "jsonl"));
      await convert(`${folder}/0.jsonl`, `${folder}/1.data`, OPTIONS);
      await convert(`${folder}/1.data`, `${folder}/2.json`, OPTIONS);
      for (const name of ["1.data", "2.json"]) {
        const kdamonds = snapshotsIn(await readAll(`${folder}/${name}`)).map(({ kdamond }) => kdamond);
        assert.deepEqual(kdamonds, header === known ? [0, 1] : [77, 88], name);
      }
    }
  });
});

Deno.test("access rates stay as they are where only snapshots say their intervals", async () => {
  await withRecord(async (folder) => {
    const stretched = Array.from({ length: 4 }, (_, i): RecordItem => {
      const item = snapshot(2 * i);
      return item.kind === "snapshot" ? { kind: "snapshot", snapshot: { ...item.snapshot, sampleUs: 20_000 } } : item;
    });
    await Deno.writeFile(`${folder}/0.csv`, await encodeSample({ header: HEADER, items: stretched }, "csv"));
    const rates = async (path: string) =>
      snapshotsIn(await readAll(path)).map(({ regions, sampleUs, aggrUs }) =>
        regions.nrAccesses[0] * sampleUs / aggrUs
      );
    for (const name of ["a.json", "b.script"]) {
      await convert(`${folder}/0.csv`, `${folder}/${name}`, OPTIONS);
      assert.deepEqual(await rates(`${folder}/${name}`), await rates(`${folder}/0.csv`), name);
    }
  });
});

Deno.test("what would be ignored, or make a file that is not whole, is refused", async () => {
  await withRecord(async (folder) => {
    const record = `${folder}/a.arrow`;
    await assert.rejects(
      convert(record, `${folder}/b.csv`, { addresses: "hex" }),
      /--addresses hex is for JSON lines, not csv/,
    );
    await assert.rejects(
      cat([record, record], { ...OPTIONS, format: "arrow" }),
      /arrow has room for one record; make one of several with: damo merge FILES -o - --format arrow/,
    );
    await assert.rejects(convert(record, record, { ...OPTIONS, partition_by: "date" }), {
      name: "RecordError",
      message: /^Cannot make the folder .*; choose another$/,
    });
  });
});

Deno.test("JSON of the Python damo that is followed by something, as by another record, is not taken for whole", async () => {
  await withRecord(async (folder) => {
    const bytes = await encodeSample({ header: HEADER, items: [snapshot(0), FOOTER] }, "json");
    await Deno.writeFile(`${folder}/two.json`, new Blob([bytes as BlobPart, "\n", bytes as BlobPart]).stream());
    const { items, incomplete } = await readAll(`${folder}/two.json`);
    assert.equal(items.length, 1);
    assert.match(incomplete!, /^something follows its end, which is left out, near byte/);
  });
});
