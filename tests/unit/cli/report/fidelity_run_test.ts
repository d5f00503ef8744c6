import { messageOf } from "../../../../cli/terminal/exit.ts";
import assert from "assert";
import { Ajv } from "../../../ajv.ts";
import { convert } from "../../../../cli/convert/run.ts";
import { reportFidelity } from "../../../../cli/report/fidelity_run.ts";
import type { RecordHeader, Snapshot } from "../../../../damon/mod.ts";
import { renderSvg } from "../../../../draw/mod.ts";
import { RecordWriter } from "../../../../format/mod.ts";
import { fidelitySpec } from "../../../../report/mod.ts";
import { recordsReport, SNAPSHOTS, truthReport } from "../../../fidelity_report.ts";
import { FOOTER, PROCESS_HEADER } from "../../../memory_record.ts";
import { snapshot } from "../../../truths.ts";

/** A folder with records and truths by name, which is removed at the end of `use`. */
async function inFolder(use: (at: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const at = (name: string) => `${folder}/${name}`;
  // The snapshots that tests make are of kdamond 1.
  const header = { ...PROCESS_HEADER, kdamonds: [{ ...PROCESS_HEADER.kdamonds[0], pid: 1 }] };
  try {
    writeRecord(at("a.arrow"), header, SNAPSHOTS);
    writeRecord(at("b.arrow"), header, [snapshot(5e9, 9e9, [0, 4096, 20], [4096, 6144, 0])], 3);
    writeRecord(at("other.arrow"), { ...header, host: { ...header.host, bootId: "c" } }, SNAPSHOTS);
    await Deno.writeTextFile(at("truth.jsonl"), truthLines(42, 0));
    await Deno.writeTextFile(at("stranger.jsonl"), truthLines(43, 0));
    await Deno.writeTextFile(at("later.jsonl"), truthLines(42, 100e9));
    await Deno.writeTextFile(at("broken.jsonl"), '{"kind":"workload"}\n');
    await Deno.writeTextFile(at("prose.md"), "# Prose\n");
    await use(at);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function writeRecord(path: string, header: RecordHeader, snapshots: Snapshot[], dropped = 0): void {
  const writer = RecordWriter.create(path, header);
  for (const snapshot of snapshots) writer.write({ kind: "snapshot", snapshot });
  writer.finish({ ...FOOTER, dropped, events: dropped, torn: dropped });
  writer.close();
}

/** One region of 16 pages, busy from second 5 to 9 (and `afterNs`). */
function truthLines(pid: number, afterNs: number): string {
  const [start, end, startNs, endNs] = [0, 16 * 4096, 5e9 + afterNs, 9e9 + afterNs];
  return [
    { kind: "workload", schema: 1, pid, config: "a.cfg", clock: "boottime", pageBytes: 4096, startNs },
    { kind: "region", name: "r", start, end },
    { kind: "phase", phase: 0, name: "busy", startNs },
    { kind: "access", phase: 0, region: "r", start, end, startNs, endNs, mode: "rw", order: "random", probability: 1 },
    { kind: "phase_end", phase: 0, name: "busy", endNs },
    { kind: "end", endNs, reason: "finished" },
  ].map((line) => JSON.stringify({ ...line, accesses: 1e9 }) + "\n").join("");
}

const OPTIONS = { hot: "20%" };

Deno.test("reportFidelity takes its reference for what it contains, whatever its name", async () => {
  await inFolder(async (at) => {
    await Deno.rename(at("truth.jsonl"), at("truth.arrow"));
    await Deno.rename(at("b.arrow"), at("b.jsonl"));
    const made = async (reference: string) => {
      await reportFidelity(at("a.arrow"), at(reference), { ...OPTIONS, output: at("out.json") });
      return JSON.parse(await Deno.readTextFile(at("out.json")));
    };
    const [truth, record] = [await made("truth.arrow"), await made("b.jsonl")];
    assert.equal(truth.reference.kind, "truth");
    assert.deepEqual([truth.rows[0].precision, truth.rows[0].recall], [1, 0.428571]);
    assert.equal(record.reference.kind, "record");
    assert.deepEqual([record.rows[0].precision, record.rows[0].recall], [0.553191, 0.232143]);
    assert.match(record.caption.at(-1), /^The reference lost 3 of 3 events; 3 torn snapshots left out$/);
  });
});

Deno.test("reportFidelity compares records of any format with each other, lines of JSON too", async () => {
  await inFolder(async (at) => {
    for (const name of ["a.jsonl", "b.parquet"]) {
      await convert(at(name.replace(/\..*/, ".arrow")), at(name), { addresses: "integer" });
    }
    const made = async (record: string, reference: string) => {
      await reportFidelity(at(record), at(reference), { ...OPTIONS, output: at("out.json") });
      return JSON.parse(await Deno.readTextFile(at("out.json"))).rows[0];
    };
    const wanted = await made("a.arrow", "b.arrow");
    for (const [record, reference] of [["a.jsonl", "b.arrow"], ["a.arrow", "b.parquet"]]) {
      assert.deepEqual(await made(record, reference), wanted, `${record} ${reference}`);
    }
    assert.deepEqual((await made("b.arrow", "a.jsonl")).precision, wanted.recall);
  });
});

Deno.test("reportFidelity writes what the output's name asks for", async () => {
  await inFolder(async (at) => {
    const made = async (name: string) => {
      await reportFidelity(at("a.arrow"), at("truth.jsonl"), { ...OPTIONS, output: at(name) });
      return await Deno.readTextFile(at(name));
    };
    assert.match(await made("out.csv"), /^part,name,time_start_s/);
    assert.match(await made("out.vl.json"), /^\{"\$schema"/);
    assert.match(await made("OUT.SVG"), /^<svg/);
    assert.match(await made("out.html"), /Point at the chart: the sizes at that time/);
  });
});

Deno.test("reportFidelity says in a sentence what it cannot do, and leaves no file", async () => {
  await inFolder(async (at) => {
    const fails = (names: [string, string], message: RegExp, options = {}) =>
      assert.rejects(
        reportFidelity(at(names[0]), at(names[1]), { ...OPTIONS, output: at("out.json"), ...options }),
        (error: Error) => message.test(messageOf(error)),
        String(message),
      );
    await fails(["truth.jsonl", "a.arrow"], /truth, which comes second: damo report fidelity RECORD TRUTH/);
    await fails(["none.arrow", "truth.jsonl"], /there is no such file/);
    await fails(["a.arrow", "none.jsonl"], /there is no such file/);
    await fails(["a.arrow", "prose.md"], /neither a truth, JSON lines .* nor a record of any format/);
    await fails(["a.arrow", "broken.jsonl"], /broken\.jsonl: line 1 needs/);
    await fails(["a.arrow", "stranger.jsonl"], /watched process 42, and the truth is about process 43/);
    await fails(["a.arrow", "later.jsonl"], /has no snapshot in the time of .*; are they of the same run\?/);
    await fails(["a.arrow", "other.arrow"], /same boot of one machine/);
    await fails(["a.arrow", "b.arrow"], /--tolerance is about phases/, { tolerance: 0 });
    await fails(["a.arrow", "truth.jsonl"], /about process 42; leave out --pid 43/, { pid: 43 });
    await fails(["a.arrow", "truth.jsonl"], /above 0 and at most 100%/, { hot: "20" });
    await fails(["a.arrow", "truth.jsonl"], /says no format; let it end in one of/, { output: at("out.gif") });
    await fails(["a.arrow", "truth.jsonl"], /leave out --format or -o/, { format: "json" });
    await fails(["a.arrow", "truth.jsonl"], /one of: text, json, csv, vega-lite/, { output: "-", format: "yaml" });
    await assert.rejects(Deno.stat(at("out.json")), Deno.errors.NotFound);
  });
});

Deno.test("fidelitySpec is a valid Vega-Lite 6 specification", async () => {
  await import("vega-lite");
  const schema = JSON.parse(await Deno.readTextFile(new URL(import.meta.resolve("vega-lite/vega-lite-schema.json"))));
  const ajv = new Ajv({ allErrors: false, strict: false, formats: { "color-hex": true, uri: true }, logger: false });
  delete schema.$schema;
  const validate = ajv.compile(schema);
  for (const report of [truthReport(10), await recordsReport(10)]) {
    assert.ok(validate(fidelitySpec(report)), JSON.stringify(validate.errors));
  }
});

Deno.test("fidelitySpec draws a line for each, breaks it where nothing was compared, and names the phases", async () => {
  const svg = await renderSvg(fidelitySpec(truthReport(10)));
  for (const text of ["working set in truth", "working set in the record", "hot in both", "lower, first", "F1 0.69"]) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  // Two stretches of time: each line begins twice.
  const lines = [
    ...svg.matchAll(/aria-roledescription="line mark"[^>]* d="([^"]*)"|d="([^"]*)"[^>]*stroke="#0072b2"/g),
  ];
  assert.ok(lines.some(([, one, other]) => (one ?? other).split("M").length === 3), `${lines.length}`);
});
