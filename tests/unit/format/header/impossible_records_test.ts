import assert from "assert";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { RecordError, type RecordItem, Regions } from "../../../../damon/mod.ts";
import type { FormatName } from "../../../../format/mod.ts";
import { HEADER } from "../../../records.ts";
import { encodeSample, readAll, type ReadBack, readBytes, type Sample, snapshotsIn } from "../../../record_samples.ts";

const MS_100 = 100_000_000;

function snapshot(i: number, rows: [start: number, end: number, nrAccesses: number][]): RecordItem {
  return {
    kind: "snapshot",
    snapshot: {
      kdamond: 5,
      targetId: 0n,
      startNs: 1e9 + i * MS_100,
      endNs: 1e9 + (i + 1) * MS_100,
      sampleUs: 5000,
      aggrUs: 100_000,
      regions: Regions.from(rows.map(([start, end, nrAccesses]) => ({ start, end, nrAccesses, age: i }))),
    },
  };
}

const GOOD: Sample = {
  header: HEADER,
  items: Array.from({ length: 6 }, (_, i) => snapshot(i, [[4096, 8192, 3], [8192, 65536, 20]])),
};

const text = (lines: readonly string[]) => new TextEncoder().encode(lines.map((line) => line + "\n").join(""));
const linesOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd().split("\n");

async function readOrRefused(bytes: Uint8Array): Promise<ReadBack | RecordError> {
  try {
    return await readBytes(bytes);
  } catch (error) {
    assert.ok(error instanceof RecordError, `${error}`);
    return error;
  }
}

/** The third snapshot's line, with something in it that cannot be. */
const IMPOSSIBLE: Record<string, { from: string; to: string; why: RegExp }> = {
  "no time": { from: '"end_ns": 1300000000', to: '"end_ns": 1200000000', why: /line 4: it lasts no time/ },
  "an end before the begin": {
    from: '"end_ns": 1300000000',
    to: '"end_ns": 130000000',
    why: /it ends before it begins/,
  },
  "a time that goes back": {
    from: '"start_ns": 1200000000, "end_ns": 1300000000',
    to: '"start_ns": 200000000, "end_ns": 300000000',
    why: /time goes back.*line 4/,
  },
  "a time that is text": { from: '"end_ns": 1300000000', to: '"end_ns": "soon"', why: /line 4: end_ns is "soon"/ },
  "an infinite time": {
    from: '"end_ns": 1300000000',
    to: '"end_ns": 1e999',
    why: /line 4: its begin and end are no times/,
  },
  "a sampling interval of 0": {
    from: '"sample_us": 5000',
    to: '"sample_us": 0',
    why: /its intervals are 0 and 100000/,
  },
  "a negative interval": { from: '"aggr_us": 100000', to: '"aggr_us": -1', why: /its intervals are 5000 and -1/ },
  "an interval that is missing": { from: '"sample_us": 5000, ', to: "", why: /sample_us is missing/ },
  "a region that ends before it begins": {
    from: '"start": 8192, "end": 65536',
    to: '"start": 65536, "end": 8192',
    why: /region 2 begins at 10000, behind its end 2000/,
  },
  "an empty region": {
    from: '"start": 4096, "end": 8192',
    to: '"start": 4096, "end": 4096',
    why: /region 1 is empty, at 1000/,
  },
  "an address with a fraction": {
    from: '"start": 4096',
    to: '"start": 4096.5',
    why: /region 1 begins at 4096.5, which is no address/,
  },
  "an address above 2^64": {
    from: '"end": 65536',
    to: '"end": 1e30',
    why: /region 2 ends at 1e\+30, which is no address/,
  },
  "a negative address": { from: '"start": 4096', to: '"start": -4096', why: /region 1 begins at -4096/ },
  "an address that is no number": { from: '"start": 4096', to: '"start": "x"', why: /a start is "x"/ },
  "a list of regions that is cut": {
    from: '"nr_regions": 2',
    to: '"nr_regions": 3',
    why: /it has 2 regions, and says that it has 3/,
  },
  "a duration of centuries": {
    from: '"end_ns": 1300000000',
    to: '"end_ns": 9000000000000000000',
    why: /line 4: it lasts longer than any interval/,
  },
  "infinite accesses": { from: '"nr_accesses": 3', to: '"nr_accesses": 1e999', why: /nr_accesses is no finite number/ },
  "a region that is null": {
    from: '{"start": 4096',
    to: 'null, {"start": 4096',
    why: /its regions are no list of regions/,
  },
  "negative accesses": { from: '"nr_accesses": 3', to: '"nr_accesses": -3', why: /nr_accesses is -3/ },
  "accesses with a fraction": { from: '"nr_accesses": 3', to: '"nr_accesses": 3.5', why: /nr_accesses is 3.5/ },
  "more accesses than samples": {
    from: '"nr_accesses": 3',
    to: '"nr_accesses": 3000',
    why: /region 1 has 3,000 accesses, where 20 samples/,
  },
  "accesses that are missing": { from: '"nr_accesses": 3, ', to: "", why: /nr_accesses is missing/ },
  "an age beyond 32 bits": { from: '"age": 2', to: '"age": 5000000000', why: /an age is 5000000000/ },
  "a kdamond that is none": { from: '"kdamond": 5', to: '"kdamond": 5.5', why: /its kdamond is 5.5/ },
  "a target that is none": { from: '"target_id": 0', to: '"target_id": 0.5', why: /its target_id is 0.5/ },
};

for (const [what, { from, to, why }] of Object.entries(IMPOSSIBLE)) {
  Deno.test(`a snapshot with ${what} is left out, with the place and the reason`, async () => {
    const lines = linesOf(await encodeSample(GOOD, "jsonl")).map((line) =>
      line.replace(/":(?! )/g, '": ').replace(/,(?=["{])/g, ", ")
    );
    assert.ok(lines[3].includes(from), `${from} in ${lines[3]}`);
    lines[3] = lines[3].replace(from, to);
    const back = await readOrRefused(text(lines));
    assert.ok(!(back instanceof RecordError), `${back}`);
    assert.equal(snapshotsIn(back).length, 5);
    assert.match(back.incomplete!, why);
  });
}

/** Formats that keep any order. */
const ORDERED: FormatName[] = ["arrow", "parquet", "jsonl", "csv", "json", "json_compressed"];

for (const format of ORDERED) {
  Deno.test(`regions in another order give the same snapshots in ${format}`, async () => {
    const rows: [number, number, number][] = [[4096, 8192, 3], [8192, 12288, 20], [65536, 131072, 0]];
    const sample = (order: readonly number[]) => ({
      header: HEADER,
      items: Array.from({ length: 4 }, (_, i) => snapshot(i, (i < 2 ? [0, 1, 2] : order).map((at) => rows[at]))),
    });
    const expected = snapshotsIn(await readBytes(await encodeSample(sample([0, 1, 2]), format)));
    for (const order of [[2, 0, 1], [2, 1, 0], [1, 0, 2]]) {
      const back = await readBytes(await encodeSample(sample(order), format));
      assert.deepEqual(snapshotsIn(back), expected);
    }
  });
}

Deno.test("a snapshot that begins before the one before it ended is cut there, and that is said", async () => {
  const lines = linesOf(await encodeSample(GOOD, "jsonl"));
  lines[4] = lines[4].replace(/"start_ns": ?\d+/, '"start_ns": 5');
  const back = await readBytes(text(lines));
  assert.deepEqual(snapshotsIn(back).map(({ startNs }) => startNs), [1e9, 1.1e9, 1.2e9, 1.3e9, 1.4e9, 1.5e9]);
  assert.match(back.remarks!.join(), /1 snapshot began before the one before had ended/);
});

Deno.test("a line that is no item of its kind is left out, counted, and the others are read", async () => {
  const items = [
    '{"kind": "mappings", "mappings": {"timeNs": 1, "pid": 7, "mappings": [{"start": 5, "end": 1, "path": "/x"}]}}',
    '{"kind": "mappings", "mappings": {"timeNs": 1, "pid": 7, "mappings": [{"start": 5, "path": "/x"}]}}',
    '{"kind": "usage", "usage": {"timeNs": 1, "pid": 7, "residentBytes": 1e999, "swapBytes": 0, "majorFaults": 0, "minorFaults": 0}}',
    '{"kind": "footer", "footer": {"reason": "end", "endNs": "x"}}',
    '{"kind": "profile"}',
  ];
  for (const item of items) {
    const back = await readBytes(text(linesOf(await encodeSample(GOOD, "jsonl")).toSpliced(3, 0, item)));
    assert.equal(snapshotsIn(back).length, 6);
    assert.match(back.incomplete!, /1 line is left out as it is impossible \(line 4: it is no /, item);
  }
});

Deno.test("a header that cannot be says nothing: no times of day, no processes without names", async () => {
  const [first, ...rest] = linesOf(await encodeSample(GOOD, "jsonl"));
  const { header } = JSON.parse(first);
  for (const originWallMs of [1e300, -1, 9e15]) {
    const changed = {
      ...header,
      clock: { ...header.clock, originWallMs },
      processes: [{ pid: 7, comm: 5, cmdline: [] }, { pid: 8, comm: "x", cmdline: [{}] }, {
        pid: 9,
        comm: "y",
        cmdline: [],
      }],
      recorder: ["damo", 5],
    };
    const back = await readBytes(text([JSON.stringify({ kind: "header", header: changed }), ...rest]));
    assert.equal(snapshotsIn(back).length, 6);
    assert.equal(back.header.clock.originWallMs, 0);
    assert.deepEqual(back.header.processes.map(({ pid }) => pid), [9]);
    assert.deepEqual(back.header.recorder, ["damo"]);
  }
});

Deno.test("within a record of the Python damo a snapshot whose time goes back is left out", async () => {
  const back = new TextDecoder().decode(await encodeSample(GOOD, "json"));
  const [record] = JSON.parse(back);
  record.snapshots.splice(4, 0, record.snapshots[1]);
  const read = await readBytes(new TextEncoder().encode(JSON.stringify([record, record])));
  assert.equal(snapshotsIn(read).length, 12);
  assert.match(read.incomplete!, /time goes back: 2 snapshots/);
});

Deno.test("text of two or four bytes a character is read without a mark as with one", async () => {
  const good = await encodeSample(GOOD, "jsonl");
  const expected = snapshotsIn(await readBytes(good)).length;
  for (const [width, at] of [[2, 0], [2, 1], [4, 0], [4, 3]]) {
    const wide = new Uint8Array(good.length * width);
    good.forEach((byte, i) => wide[i * width + at] = byte);
    assert.equal(snapshotsIn(await readBytes(wide)).length, expected, `${width} bytes, ${at}`);
  }
});

Deno.test("what is compressed or packed otherwise says what to run; a cut one that it is cut", async () => {
  const good = await encodeSample(GOOD, "jsonl");
  const files: [bytes: Uint8Array, why: RegExp][] = [
    [Uint8Array.of(0x50, 0x4b, 3, 4, ...new Uint8Array(30)), /zip archive.*unzip FILE/],
    [Uint8Array.of(0x5d, 0, 0, 0x80, 0, ...new Uint8Array(30)), /xz -dk FILE/],
    [new TextEncoder().encode("FEA1" + "\0".repeat(40) + "FEA1"), /Feather file of version 1.*version=2/],
    [new Uint8Array(zstdCompressSync(good)).slice(0, 200), /its compressed data ends too early/],
    [new Uint8Array(gzipSync(good)).slice(0, 12), /its compressed data ends too early/],
    [new Uint8Array(zstdCompressSync(new Uint8Array(0))), /it is empty/],
    [new Uint8Array(gzipSync(new Uint8Array(0))), /it is empty/],
  ];
  for (const [bytes, why] of files) await assert.rejects(readBytes(bytes), { name: "RecordError", message: why });
});

Deno.test("regions that overlap are cut where the next one begins, and that is said", async () => {
  const sample = {
    header: HEADER,
    items: [snapshot(0, [[4096, 12288, 1], [8192, 65536, 2]]), snapshot(1, [[4096, 8192, 1]])],
  };
  const { remarks, ...back } = await readBytes(await encodeSample(sample, "jsonl"));
  assert.deepEqual([...snapshotsIn(back)[0].regions.end], [8192, 65536]);
  assert.match(remarks!.join(), /Regions of 1 snapshot overlap/);
});

Deno.test("a changed byte anywhere in an Arrow record is noticed, and said where", async () => {
  const bytes = await encodeSample(GOOD, "arrow", 2);
  const whole = snapshotsIn(await readBytes(bytes));
  const known = new Set(whole.map((one) => JSON.stringify([one.endNs, [...one.regions]])));
  // Each seventh byte, by one bit.
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = bytes.slice();
    changed[at] ^= 1 << at % 8;
    const back = await readOrRefused(changed);
    if (back instanceof RecordError) continue;
    const got = snapshotsIn(back);
    assert.ok(
      got.every((one) => known.has(JSON.stringify([one.endNs, [...one.regions]]))),
      `byte ${at} was changed unseen`,
    );
    if (got.length < whole.length) assert.ok(back.incomplete, `byte ${at}`);
    // What follows the last batch is the end mark.
    else assert.ok(at >= bytes.length - 8 || back.incomplete, `byte ${at}`);
  }
});

Deno.test("a batch that was changed is left out, and those behind it are read", async () => {
  const bytes = await encodeSample(GOOD, "arrow", 2);
  const back = await readBytes(
    Object.assign(bytes.slice(), { [Math.floor(bytes.length * 0.6)]: bytes[Math.floor(bytes.length * 0.6)] ^ 1 }),
  );
  assert.equal(snapshotsIn(back).length, 4);
  assert.match(back.incomplete!, /its bytes \d+ to \d+ were changed after they were written/);
});

/** Files that would take all memory, or forever, of a reader that believes what they say. */
const BOMBS: Record<string, () => Uint8Array> = {
  "a line of 80 MB": () => new Uint8Array(gzipSync(new Uint8Array(80 << 20).fill(0x7b))),
  "a list of 50 million schemes": () =>
    text(['[{"kdamond_idx": 0, "target_id": 0, "scheme_idx": 50000000, "intervals": null, "snapshots": []}]']),
  "ten layers of gzip": () => {
    let bytes = text(['{"kind": "header"}']);
    for (let i = 0; i < 10; i++) bytes = new Uint8Array(gzipSync(bytes));
    return bytes;
  },
  "JSON nested 200,000 times": () => text(["[".repeat(200_000)]),
  "a line of JSON nested 200,000 times": () => text([`{"kind": ${"[".repeat(200_000)}`]),
  "a name of 70 MB": () => new Uint8Array(zstdCompressSync(text([`[{"${"x".repeat(70 << 20)}": 1}]`]))),
  "an Arrow message of 2 GB": () => Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, ...new Uint8Array(100)),
};

for (const [what, make] of Object.entries(BOMBS)) {
  Deno.test(`${what} is refused before it takes memory`, async () => {
    const before = Deno.memoryUsage().rss;
    const back = await readOrRefused(make());
    assert.ok(back instanceof RecordError, `${what} was read`);
    assert.match(back.message, /^(Cannot read|bytes is compressed) /);
    assert.doesNotMatch(back.message, /Maximum call stack|Invalid array length|undefined/);
    assert.ok(Deno.memoryUsage().rss - before < 700e6);
  });
}

Deno.test("a table of CSV is read by the names of its columns, whatever their order, separators and quotes", async () => {
  const lines = linesOf(await encodeSample(GOOD, "csv"));
  const expected = snapshotsIn(await readBytes(text(lines)));
  assert.equal(expected.length, 6);
  const cells = lines.map((line) => line.split(","));
  const variants: Record<string, string[]> = {
    "sorted by address": [
      lines[0],
      ...lines.slice(1).sort((a, b) => Number(a.split(",")[6]) - Number(b.split(",")[6])),
    ],
    "in the order of the alphabet": [lines[0], ...lines.slice(1).sort()],
    "backwards": [lines[0], ...lines.slice(1).reverse()],
    "with columns backwards": cells.map((row) => row.toReversed().join(",")),
    "with a column more, in front": cells.map((row, i) => [i === 0 ? "host" : "h", ...row].join(",")),
    "with quotes": cells.map((row) => row.map((cell) => `"${cell}"`).join(",")),
    "with semicolons": cells.map((row) => row.join(";")),
    "with bars": cells.map((row) => row.join("|")),
    "with a spreadsheet's word about semicolons": ["sep=;", ...cells.map((row) => row.join(";"))],
    "with a comment and an empty line before it": ["# made by x, on y", "", ...lines],
    "with blanks around cells": cells.map((row) => row.map((cell) => ` ${cell} `).join(",")),
    "with a column of text with separators and quotes": lines.map((line, i) =>
      (i === 0 ? "note," : '"a, ""b""",') + line
    ),
    "with tabs": cells.map((row) => row.join("\t")),
    "with CR": lines.map((line) => `${line}\r`),
    "with a mark of UTF-8": [`\ufeff${lines[0]}`, ...lines.slice(1)],
  };
  for (const [what, variant] of Object.entries(variants)) {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeFile(path, text(variant));
      assert.deepEqual(snapshotsIn(await readAll(path)), expected, what);
    } finally {
      await Deno.remove(path);
    }
  }
});

Deno.test("a table of CSV that cannot be read says why, with the line", async () => {
  const lines = linesOf(await encodeSample(GOOD, "csv"));
  const cells = lines.map((line) => line.split(","));
  const start = cells[0].indexOf("start");
  const refused: Record<string, [table: string[], why: RegExp]> = {
    "without a column that is needed": [cells.map((row) => row.toSpliced(8, 1).join(",")), /names no nr_accesses/],
    "without the times": [cells.map((row) => row.toSpliced(2, 2).join(",")), /names no start_ns, no end_ns/],
    "with a column twice": [cells.map((row) => [...row, row[start]].join(",")), /names start twice/],
    "with an end of line in a cell": [
      lines.map((line, i) => (i === 0 ? "note," : '"a\nb",') + line),
      /line 2: it opens a quote that it does not close/,
    ],
    "with addresses as a spreadsheet rounds them": [
      cells.map((row, i) =>
        (i === 0 ? row : row.with(start, Number(row[start]).toExponential(5).toUpperCase())).join(",")
      ),
      /start is [\d.]+E\+\d+, as a spreadsheet rounds/,
    ],
    "with blanks for a number": [
      cells.map((row, i) => (i === 0 ? row : row.with(8, "  ")).join(",")),
      /nr_accesses is missing/,
    ],
    "with commas in numbers": [
      cells.map((row, i) => (i === 0 ? row : row.with(start, '"4,096"')).join(",")),
      /start is 4,096/,
    ],
  };
  for (const [what, [table, why]] of Object.entries(refused)) {
    const back = await readOrRefused(text(table));
    assert.ok(back instanceof RecordError, what);
    assert.match(back.message, why, what);
  }
});
