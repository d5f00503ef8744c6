import assert from "assert";
import type { RecordItem } from "../../damon/mod.ts";
import { encodeSample } from "../record_samples.ts";
import { smallRecord } from "../report_records.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const DIR = Deno.makeTempDirSync();
const RECORD = `${DIR}/small.arrow`;

async function run(program: string, flags: string[], args: string[]) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--no-check", ...flags, `${ROOT}${program}`, ...args],
    cwd: DIR,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, out: text(stdout), err: text(stderr) };
}

async function makeRecord(): Promise<void> {
  const reader = await smallRecord()();
  const items: RecordItem[] = [];
  for await (const item of reader.items()) items.push(item);
  await Deno.writeFile(RECORD, await encodeSample({ header: reader.header, items }, "arrow", 10));
}

/** Each use with the least that it needs: with one flag less it fails, and names what is missing. */
const USES: { program: string; flags: string[]; args: string[]; says: RegExp; writes?: string }[] = [
  {
    program: "examples/working_set.ts",
    flags: [`--allow-read=${RECORD}`],
    args: [RECORD],
    says: /^second,working_set_bytes,resident_bytes\n0\.0,\d+,\d*\n/,
  },
  { program: "examples/cold_mappings.ts", flags: [`--allow-read=${RECORD}`], args: [RECORD], says: / in heap\n/ },
  {
    program: "examples/heatmap.ts",
    flags: [`--allow-read=${RECORD}`, `--allow-write=${DIR}/heat.vl.json`],
    args: [RECORD, `${DIR}/heat.vl.json`],
    says: /Memory accesses of/,
    writes: `${DIR}/heat.vl.json`,
  },
  ...["svg", "png", "html"].map((end) => ({
    program: "examples/heatmap.ts",
    // The packages that draw read their fonts and bundles.
    flags: ["--allow-read", `--allow-write=${DIR}/heat.${end}`],
    args: [RECORD, `${DIR}/heat.${end}`],
    says: /Memory accesses of/,
    writes: `${DIR}/heat.${end}`,
  })),
];

for (const { program, flags, args, says, writes } of USES) {
  const name = `${program}${writes ? ` of ${writes.replace(/^.*\./, ".")}` : ""}`;
  Deno.test(`${name} runs with just ${flags.map((flag) => flag.replace(/=.*/, "")).join(" ")}, not with less`, async () => {
    await makeRecord();
    const { success, out, err } = await run(program, flags, args);
    assert.ok(success, err);
    assert.match(out, says);
    if (writes) assert.ok(Deno.statSync(writes).size > 1000);
    for (const flag of flags) {
      const less = await run(program, flags.filter((each) => each !== flag), args);
      assert.equal(less.success, false);
      assert.match(less.err, new RegExp(flag.replace(/=.*/, "")));
    }
    // What only the packages need is no more than reading.
    if (flags.includes("--allow-read")) {
      const less = await run(program, [`--allow-read=${RECORD}`, ...flags.slice(1)], args);
      assert.match(less.err, /Requires read access/);
    }
  });
}

Deno.test("examples/watch_process.ts watches a process with all permissions, and says so with less", async () => {
  const busy = new Deno.Command(`${ROOT}build/workload`, { args: ["zigzag", "--quiet"], stdout: "null" }).spawn();
  try {
    const { success, out, err } = await run("examples/watch_process.ts", ["--allow-all"], [String(busy.pid), "2"]);
    assert.ok(success, err);
    assert.match(out, /^watched by \w+\n[^]*\d+ regions seen, \d+ lost; usually /);
    const some = ["--allow-read", "--allow-write", "--allow-ffi", "--allow-env", "--allow-sys", "--allow-run"];
    const less = await run("examples/watch_process.ts", some, [String(busy.pid), "1"]);
    assert.equal(less.success, false);
    assert.match(
      less.err,
      /Deno opens the kernel's files only to programs with all permissions; run it with all of them/,
    );
  } finally {
    busy.kill();
    await busy.status;
  }
});

Deno.test("examples/reclaim.ts says what it would write", async () => {
  const roots = `${DIR}/root`;
  for (const dir of ["proc", "sys/kernel/mm/damon/admin/kdamonds", "run"]) {
    Deno.mkdirSync(`${roots}/${dir}`, { recursive: true });
  }
  Deno.writeTextFileSync(`${roots}/sys/kernel/mm/damon/admin/kdamonds/nr_kdamonds`, "0\n");
  // The package that reads YAML asks for two variables of its own.
  const flags = ["--allow-env=DAMO_ROOT,LOG_TOKENS,LOG_STREAM", `--allow-read=${roots}`];
  Deno.env.set("DAMO_ROOT", roots);
  try {
    const { success, out, err } = await run("examples/reclaim.ts", flags, ["42", "--plan"]);
    assert.ok(success, err);
    assert.match(out, /^echo 1 > \S+nr_kdamonds\n[^]*echo pageout > \S+action\n[^]*echo on > \S+state\n$/);
  } finally {
    Deno.env.delete("DAMO_ROOT");
  }
});
