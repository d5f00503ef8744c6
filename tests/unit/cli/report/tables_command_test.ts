import assert from "assert";
import { RecordWriter } from "../../../../format/mod.ts";
import { PROCESS_HEADER } from "../../../memory_record.ts";
import { smallRecord } from "../../../report_records.ts";

const MAIN = new URL("../../../../cli/damo.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../../deno.json", import.meta.url).pathname;

/** Runs `damo report ARGS` in a folder with the small record as damon.arrow and, of two seconds only, as short.arrow. */
async function report(args: string[], env: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, seconds] of [["damon.arrow", 6], ["short.arrow", 2]] as const) {
      const writer = RecordWriter.create(`${folder}/${name}`, PROCESS_HEADER);
      await using record = await smallRecord(seconds)();
      for await (const item of record.items()) {
        if (item.kind === "footer") writer.finish(item.footer);
        else writer.write(item);
      }
      writer.close();
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--config", CONFIG, MAIN, "report", ...args],
      cwd: folder,
      env,
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const files = new Map(
      [...Deno.readDirSync(folder)].map(({ name }) => [name, Deno.readFileSync(`${folder}/${name}`)]),
    );
    return { code, out: text(stdout), err: text(stderr), files };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("damo report wss as the guide writes it makes pictures", async () => {
  const byPercentile = await report(["wss", "--range", "0", "101", "1", "--plot", "wss_dist.png"]);
  assert.deepEqual([byPercentile.code, byPercentile.out, byPercentile.err], [0, "", ""]);
  const png = byPercentile.files.get("wss_dist.png")!;
  assert.deepEqual([...png.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join(""), "PNG");
  const byTime = await report(["wss", "--range", "0", "101", "1", "--sortby", "time", "--plot", "change.svg"]);
  assert.equal(byTime.code, 0);
  assert.match(new TextDecoder().decode(byTime.files.get("change.svg")), /seconds since the start of the record/);
});

Deno.test("damo report wss shows percentiles, plain numbers and bars as wide as asked", async () => {
  const { code, out } = await report(["wss", "-r", "0", "101", "50", "--raw_number", "--nr_cols_bar", "4"]);
  assert.equal(code, 0);
  assert.match(out, /^ {9}0 +2\d{7} {2}██[▏▎▍▌]?$/m);
  assert.match(out, /^ {7}100 +4\d{7} {2}████$/m);
  assert.match(out, /^Working set of 1 s: /m);
});

Deno.test("damo report wss counts as the Python damo does only where it is asked to", async () => {
  const asked = ["wss", "--method", "python_damo", "-r", "0", "101", "50", "--raw_number", "--nr_cols_bar", "4"];
  const { code, out } = await report(asked);
  assert.equal(code, 0);
  assert.match(out, /^Working set, as the Python damo counts, of sim/);
  assert.match(out, /^ {9}0 {5}16781312 {2}█▌$/m);
  assert.match(out, /^ {7}100 {5}46141440 {2}████$/m);
  assert.match(out, /first 20 snapshots left out/);
  const few = await report(["wss", "-i", "short.arrow", "--method", "python_damo"]);
  assert.deepEqual([few.code, /no snapshot beyond.*--exclude_samples 0/.test(few.err)], [1, true]);
});

Deno.test("Every report has the same working set of a record, and of its window", async () => {
  for (const window of [[], ["--window", "300ms"]]) {
    const json = async (...args: string[]) => JSON.parse((await report([...args, ...window, "--format", "json"])).out);
    const overview = await json("overview");
    const figure = overview.rows.find(({ figure }: { figure: string }) => figure === "wss_mean").bytes;
    const mappings = await json("mappings");
    const sum = mappings.rows.reduce((all: number, row: { wss_mean_bytes: number }) => all + row.wss_mean_bytes, 0);
    const diff = await json("diff", "damon.arrow", "damon.arrow");
    const [mean] = diff.rows.filter(({ figure }: { figure: string }) => figure === "working set, mean");
    for (const other of [sum, mean.before_bytes, mean.after_bytes]) {
      assert.ok(Math.abs(other / figure - 1) < 0.01, `${other} is not ${figure}`);
    }
    const line = /Working set of \d[^·\n]*/.exec((await report(["wss", ...window])).out)![0].trim();
    for (const args of [["overview"], ["mappings"], ["heatmap", "--width", "100"]]) {
      assert.ok((await report([...args, ...window])).out.includes(line), `${args[0]} does not say: ${line}`);
    }
    assert.match(line, window.length > 0 ? /^Working set of 300 ms/ : /^Working set of 1 s/);
  }
});

Deno.test("damo report takes several records: a section each as text, a column as CSV", async () => {
  const text = await report(["wss", "-i", "damon.arrow", "-i", "short.arrow"]);
  assert.equal(text.out.match(/^Working set of sim/gm)?.length, 2);
  const csv = await report(["wss", "-i", "damon.arrow", "short.arrow", "--format", "csv"]);
  assert.match(csv.out, /^record,percentile,wss_bytes\ndamon.arrow,0,\d+/);
  assert.match(csv.out, /^short.arrow,100,\d+/m);
  const both = ["-i", "damon.arrow", "short.arrow"];
  const chart = await report(["wss", ...both, "-o", "x.svg"]);
  assert.match(new TextDecoder().decode(chart.files.get("x.svg")), />short.arrow</);
  const none = await report(["mappings", ...both, "-o", "x.svg"]);
  assert.deepEqual([none.code, none.files.has("x.svg")], [2, false]);
});

Deno.test("damo report access, raw and times stream sections in every format", async () => {
  const text = await report(["access", "--snapshot_idx", "3", "4"]);
  assert.equal(text.out.match(/^Snapshot of target 0/gm)?.length, 2);
  const csv = await report(["access", "--access_rate", "90", "max", "--format", "csv"]);
  const [head, ...rows] = csv.out.trim().split("\n");
  assert.match(head, /^target,time_start_s,time_end_s,index,start,end,size_bytes,access_percent/);
  assert.ok(rows.length > 60 && rows.every((row) => Number(row.split(",")[7]) >= 90));
  const json = JSON.parse((await report(["raw", "--format", "json"])).out);
  assert.deepEqual([json.rows.length, json.rows[0].start, json.rows[0].age], [60 * 14, "0x555500000000", 0]);
  const lines = (await report(["raw", "--format", "jsonl", "--mapping", "stack"])).out.trim().split("\n");
  assert.deepEqual([lines.length, JSON.parse(lines[0]).size_bytes], [120, 4096]);
  const times = await report(["times", "--mapping", "heap", "--access_rate", "5", "max", "--format", "csv"]);
  assert.match(times.out, /^0,2,3,/m);
});

Deno.test("damo report alone is a page of 80 columns with the heat map, the working set and the mappings", async () => {
  const { code, out, err } = await report([]);
  assert.deepEqual([code, err], [0, ""]);
  for (
    const part of [
      /^Memory accesses of sim/m,
      /^Working set of 1 s: \d\S* MiB \(.* to .*\) · estimated from snapshots$/m,
      /^libfoo.so.1 /m,
      /damo report html/,
    ]
  ) {
    assert.match(out, part);
  }
  assert.deepEqual(out.split("\n").filter((line) => line.length > 80), []);
});

Deno.test("damo report diff compares two records", async () => {
  const { code, out } = await report(["diff", "short.arrow", "damon.arrow", "--format", "jsonl"]);
  assert.equal(code, 0);
  const rows = out.trim().split("\n").map((line) => JSON.parse(line));
  const heap = rows.find(({ kind, figure }) => kind === "mapping" && figure === "heap");
  assert.ok(Math.abs(heap.before_bytes / (2 * 2 ** 20) - 1) < 0.05, `${heap.before_bytes}`);
  assert.ok(Math.abs(heap.change_bytes) < 1);
});

Deno.test("damo report html writes a page beside the record, and says so", async () => {
  const { code, err, files } = await report(["html", "-i", "short.arrow"]);
  assert.deepEqual([code, err], [0, "damo: wrote short.html: open it in a browser\n"]);
  assert.match(new TextDecoder().decode(files.get("short.html")), /^<!doctype html>/);
});

Deno.test("Filters of reports may be written with dashes, and by the Python damo's names", async () => {
  const ours = await report(["wss", "--address-range", "0x7ffc00000000", "0x7ffd00000000", "--format", "csv"]);
  assert.match(ours.out, /^50,4096$/m);
  const peers = await report(["wss", "--address", "0x7ffc00000000", "0x7ffd00000000", "--format", "csv"]);
  assert.equal(peers.out, ours.out);
});

for (
  const [what, args, message, code] of [
    ["a report that is not there", ["heatmpa"], /neither a report nor a record/, 2],
    ["the Python damo's options without its method", ["wss", "--work_time", "2000000"], /--window 2s/, 2],
    ["a window of no time", ["wss", "--window", "0"], /give more than 0/, 2],
    ["half a range", ["wss", "--range", "0", "101"], /--range takes three numbers/, 2],
    ["a reversed filter", ["raw", "--sz_region", "2M", "1M"], /--sz_region takes two values/, 2],
    [
      "what is not in the record",
      ["mappings", "--target", "5"],
      /^damo: damon.arrow has no snapshot of target 5: it has kdamond 7 target 0/,
      2,
    ],
    ["a chart of all regions", ["raw", "--format", "vega-lite"], /no chart of all regions/, 2],
    ["a picture of a table", ["info", "-o", "x.png"], /There is no chart of/, 2],
    ["two formats", ["wss", "--format", "csv", "-o", "x.json"], /leave out --format or -o/, 2],
    [
      "overlapping addresses",
      ["wss", "--address", "1", "9", "--address", "5", "12"],
      /ranges of --address_range overlap/,
      2,
    ],
    ["a style that is not there", ["access", "--style", "loud"], /Allowed choices are/, 2],
  ] as const
) {
  Deno.test(`damo report refuses ${what} in one sentence`, async () => {
    const outcome = await report([...args]);
    assert.equal(outcome.code, code, outcome.err);
    assert.match(outcome.err, message);
    assert.ok(!outcome.err.includes(" at "), outcome.err);
  });
}

Deno.test("damo report footprint refuses what cannot be asked of memory in use, and never ignores it", async () => {
  for (const filter of [["--mapping", "heap"], ["--access_rate", "5", "max"], ["--snapshot_idx", "1", "2"]]) {
    const { code, out, err } = await report(["footprint", ...filter]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, new RegExp(`^damo: The resident set is known .* not by ${filter[0]}`));
  }
  assert.match((await report(["footprint", "--exclude_samples", "3"])).err, /unknown option '--exclude_samples'/);
});

Deno.test("damo report access and profile refuse options that have no use in what is asked for", async () => {
  for (
    const [words, message] of [
      [["access", "--hist_logscale"], /style detailed has no use for --hist_logscale/],
      [["access", "--percentiles_range", "0", "101", "10"], /style detailed has no use for --percentiles_range/],
      [
        ["access", "--style", "cold-memory-tail", "--sort_regions_by", "size"],
        /style cold-memory-tail has no use for --sort_regions_by/,
      ],
      [
        ["access", "--style", "recency-percentiles", "--percentiles_range", "0", "1", "2", "200"],
        /within 0 and 100, not 200/,
      ],
      [["profile", "--folded", "-o", "x.png"], /--folded is text; name x\.png/],
      [["profile", "--folded", "--top", "3"], /--folded has all stacks; leave out --top/],
    ] as const
  ) {
    const { code, err } = await report([...words]);
    assert.equal(code, 2);
    assert.match(err, message);
  }
  assert.equal((await report(["access", "--style", "cold-memory-tail", "--hist_cumulate"])).code, 0);
});
