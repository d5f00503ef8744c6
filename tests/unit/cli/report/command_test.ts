import assert from "assert";
import { colourOf } from "../../../../cli/terminal/colour.ts";
import { RecordWriter } from "../../../../format/mod.ts";
import { FOOTER, PROCESS_HEADER, snapshotOf } from "../../../memory_record.ts";

const MAIN = new URL("../../../../cli/damo.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../../deno.json", import.meta.url).pathname;

/** Runs `damo report ARGS` in a folder of its own, with a record of `snapshots` snapshots in it. */
async function report(args: string[], { snapshots = 20, cut = 0, stdin = false } = {}) {
  const folder = await Deno.makeTempDir();
  try {
    const writer = RecordWriter.create(`${folder}/damon.arrow`, PROCESS_HEADER);
    const rows = [[0x1000, 0x9000, 7]] as const;
    for (let i = 0; i < snapshots; i++) {
      writer.write({ kind: "snapshot", snapshot: snapshotOf(5e9 + i * 1e8, 5e9 + (i + 1) * 1e8, rows) });
      if (i % 5 === 4) writer.flush();
    }
    writer.finish(FOOTER);
    writer.close();
    if (cut) {
      const { size } = await Deno.stat(`${folder}/damon.arrow`);
      await Deno.truncate(`${folder}/damon.arrow`, Math.max(0, size - cut));
    }
    const record = await Deno.readFile(`${folder}/damon.arrow`);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--config", CONFIG, MAIN, "report", ...args],
      cwd: folder,
      stdin: stdin ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (stdin) {
      const input = child.stdin.getWriter();
      await input.write(record);
      await input.close();
    }
    const { code, stdout, stderr } = await child.output();
    const files = new Map<string, Uint8Array>();
    for (const { name } of Deno.readDirSync(folder)) files.set(name, Deno.readFileSync(`${folder}/${name}`));
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr), files, text: (name: string) => text(files.get(name)!) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("damo report heatmap draws ./damon.arrow without colour where its output is no terminal", async () => {
  const { code, stdout, stderr } = await report(["heatmap"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^Memory accesses of sim --fast \(pid 42\)\n/);
  assert.match(stdout, /│#+\n/);
  assert.ok(!stdout.includes("\x1b"));
});

Deno.test("damo report heatmap reads standard input and writes colours when told to", async () => {
  const { code, stdout } = await report(["heatmap", "-i", "-", "--color", "truecolor", "--width", "60"], {
    stdin: true,
  });
  assert.equal(code, 0);
  assert.ok(stdout.includes("\x1b[0;48;2;"));
});

Deno.test("damo report heatmap writes by suffix and says nothing", async () => {
  const starts = {
    "a.svg": "<svg ",
    "a.vl.json": '{"$schema"',
    "a.json": '{\n  "title"',
    "a.csv": "target,",
    "a.html": "<!doctype",
  };
  await Promise.all(
    Object.entries(starts).map(async ([name, start]) => {
      const { code, stdout, stderr, text } = await report(["heatmap", "-o", name, "--resol", "10", "10"]);
      assert.deepEqual([code, stdout, stderr], [0, "", ""], name);
      assert.ok(text(name).startsWith(start), name);
    }),
  );
});

Deno.test("damo report heats --heatmap FILE is the older name, with dashes as well", async () => {
  const { code, stderr, files } = await report(["heats", "--heatmap", "old.png", "--time-range", "0.5", "1"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual([...files.get("old.png")!.subarray(1, 4)], [0x50, 0x4e, 0x47]);
});

Deno.test("damo report heatmap draws what a cut record holds, and says that it is cut", async () => {
  const { code, stdout } = await report(["heatmap"], { cut: 1000 });
  assert.equal(code, 0);
  assert.match(stdout, /The record is not complete: it is cut off/);
});

for (
  const [name, args, expected, message, options] of [
    ["no such file", ["-i", "none.arrow"], 1, /^damo: Cannot open none.arrow: there is no such file; .*\n$/],
    ["no record", ["-i", CONFIG], 1, /^damo: Cannot read .*: .+\n$/],
    [
      "no snapshot",
      [],
      1,
      /^damo: damon.arrow has no snapshot: .* record for longer\n$/,
      {
        snapshots: 0,
      },
    ],
    ["a time outside", ["--time_range", "5", "9"], 2, /^damo: No snapshot of .* lies in 5 to 9 s: it lasts 2 s, .*\n$/],
    ["half a time range", ["--time_range", "5"], 2, /^damo: --time_range takes .*\n$/],
    [
      "a reversed address range",
      ["--address_range", "8K", "4K"],
      2,
      /^damo: --address_range takes two values, .*\n$/,
    ],
    [
      "an unknown suffix",
      ["-o", "a.gif"],
      2,
      /^damo: The name a.gif says no format; .* one of: .csv, .html, .json, .jsonl, .png, .svg, .txt, .vl.json\n$/,
    ],
    ["an unknown colour", ["--color", "red"], 2, /^damo: --color is one of: auto, .*; red is not\n$/],
    [
      "a folder that is not there",
      ["-o", "none/a.png"],
      1,
      /^damo: Cannot write none\/a.png: No such [^(]*; choose .*\n$/,
    ],
    ["too many cells", ["--resol", "500000", "8"], 2, /^damo: .* too many cells: at most 100000 are drawn.*\n$/],
    ["a folder that is not there", ["-o", "x/a.csv"], 1, /^damo: Cannot write x\/a.csv: .*\n$/],
  ] as [string, string[], number, RegExp, { snapshots: number }?][]
) {
  Deno.test(`damo report heatmap refuses ${name} in one sentence`, async () => {
    const { code, stdout, stderr } = await report(["heatmap", ...args], options);
    assert.match(stderr, message);
    assert.deepEqual([code, stdout], [expected, ""]);
  });
}

Deno.test("colourOf asks the terminal's variables, and NO_COLOR before them", () => {
  const of = (env: Record<string, string>, choice = "auto", isTerminal = true) =>
    colourOf(choice, isTerminal, (name) => env[name]);
  assert.equal(of({ TERM: "xterm-256color", COLORTERM: "truecolor" }), "truecolor");
  assert.equal(of({ TERM: "xterm-256color" }), "256");
  assert.equal(of({ TERM: "xterm-direct" }), "truecolor");
  assert.equal(of({ TERM: "dumb", COLORTERM: "truecolor" }), "never");
  assert.equal(of({}), "never");
  assert.equal(of({ TERM: "xterm", NO_COLOR: "1" }), "never");
  assert.equal(of({ TERM: "xterm", NO_COLOR: "" }), "256");
  assert.equal(of({ TERM: "xterm" }, "auto", false), "never");
  assert.equal(of({ NO_COLOR: "1" }, "truecolor", false), "truecolor");
});

Deno.test("damo report names standard input, not the copy that it made of it", async () => {
  const record = await report(["heatmap", "-i", "-"], { stdin: true, cut: Infinity });
  assert.equal(record.code, 1);
  assert.match(record.stderr, /^damo: Cannot read standard input: it is empty\n$/);
});
