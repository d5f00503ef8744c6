import assert from "assert";

const ROOT = new URL("../..", import.meta.url).pathname;

interface Output {
  output_type: string;
  name?: string;
  text?: string[];
  data?: Record<string, unknown>;
}

interface Cell {
  cell_type: string;
  outputs?: Output[];
}

/** Runs a notebook as Jupyter does, with the Deno that runs this test, and gives the outputs of its code cells. */
async function execute(name: string): Promise<Output[][]> {
  const dir = Deno.makeTempDirSync();
  Deno.mkdirSync(`${dir}/kernels/deno`, { recursive: true });
  const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
  const spec = { argv, display_name: "Deno", language: "typescript" };
  Deno.writeTextFileSync(`${dir}/kernels/deno/kernel.json`, JSON.stringify(spec));
  const { success, stderr } = await new Deno.Command("jupyter-nbconvert", {
    args: [
      ...["--to", "notebook", "--NotebookExporter.preprocessors=late_outputs.LateOutputs"],
      ...["--output-dir", dir, `${ROOT}notebooks/${name}.ipynb`],
    ],
    cwd: `${ROOT}notebooks`,
    env: {
      JUPYTER_PATH: dir,
      JUPYTER_PLATFORM_DIRS: "0",
      PYTHONPATH: `${ROOT}tests/native`,
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const { cells }: { cells: Cell[] } = JSON.parse(Deno.readTextFileSync(`${dir}/${name}.ipynb`));
  return cells.filter(({ cell_type }) => cell_type === "code").map(({ outputs = [] }) => outputs);
}

function notebookTest(title: string, name: string, check: (cells: Output[][]) => void): void {
  Deno.test(title, async () => check(await execute(name)));
}

/** Of the outputs of a cell, the last value or display. */
function shown(outputs: Output[]): Record<string, unknown> {
  const found = outputs.findLast(({ data }) => data);
  assert.ok(found, JSON.stringify(outputs).slice(0, 2000));
  return found.data!;
}
const textOf = (value: unknown) => [value].flat().join("");

/** A chart in all its forms, of something. */
function assertChart(data: Record<string, unknown>, about: RegExp): void {
  assert.deepEqual(Object.keys(data).sort(), ["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]);
  const spec = data["application/vnd.vegalite.v5+json"] as { $schema: string; title: unknown };
  assert.match(spec.$schema, /vega-lite\/v5\.json$/);
  assert.match(JSON.stringify(spec.title), about);
  assert.match(textOf(data["image/svg+xml"]), /^<svg [^]*<\/svg>\s*$/);
}

/** A table with a chart above it. */
function assertTable(data: Record<string, unknown>, about: RegExp): void {
  assert.match(textOf(data["text/html"]), /^<svg [^]*<\/svg>\n<p><b>[^]*<table>/);
  assert.match(textOf(data["text/plain"]), about);
}

notebookTest("the notebook for beginners records, draws, and computes", "getting_started", (cells) => {
  const [, pid, live, record, workingSet, mappings, snapshot, saved] = cells;
  assert.match(textOf(shown(pid)["text/plain"]), /\d+/);
  assertChart(shown(live), /Memory accesses of workload zigzag/);
  assertChart(shown(record), /Memory accesses of workload zigzag/);
  assertTable(shown(workingSet), /Working set of workload zigzag/);
  assertTable(shown(mappings), /Mappings of workload zigzag/);
  assert.match(textOf(shown(snapshot)["text/html"]), /<table>/);
  assert.match(textOf(snapshot.find(({ name }) => name === "stdout")?.text), /most used: anonymous with \d+/);
  for (const name of ["heat.html", "heat.png", "heat.svg", "heat.vl.json"]) {
    assert.ok(textOf(shown(saved)["text/plain"]).includes(name), name);
  }
});

notebookTest(
  "the notebook about schemes replays them on a record, and finds an age at which they pay",
  "tuning_a_scheme",
  ([, record, words, replay, ages]) => {
    assertChart(shown(record), /Memory accesses of workload stairs/);
    assert.match(
      textOf(shown(words)["text/plain"]),
      /Pages out regions that were not accessed at all for 1 s or longer/,
    );
    assertTable(shown(replay), /Schemes replayed on workload stairs/);
    assertChart(shown(ages), /What reclaim would save/);
    const values: { age: string; what: string; MiB: number }[] = JSON.parse(textOf(shown(ages)["text/plain"]));
    const saved = values.filter(({ what }) => what === "saved").map(({ MiB }) => MiB);
    // The longer it waits the less it saves; of this workload there is always something at a second.
    assert.ok(saved[2] > 16, `${saved}`);
    assert.ok(saved.at(-1)! <= saved[0]);
  },
);

notebookTest(
  "the notebook about two builds shows that one uses an eighth of the other's memory",
  "comparing_builds",
  ([, , structures, arrays, diff]) => {
    assertChart(shown(structures), /Memory accesses of structures/);
    assertChart(shown(arrays), /Memory accesses of arrays/);
    assertTable(shown(diff), /structures and arrays/);
    const row = /working set, median\s+(\S+) MiB\s+(\S+) MiB/.exec(textOf(shown(diff)["text/plain"]))!;
    assert.ok(Number(row[1]) > 3 * Number(row[2]), row[0]);
  },
);
