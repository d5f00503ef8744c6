import assert from "assert";
import { splitArguments } from "../../../../cli/program/arguments.ts";
import { makeProgram } from "../../../../cli/program/program.ts";

/** What `damo args damon ARGS` prints, run here. */
async function argsDamon(...args: string[]): Promise<string> {
  const { args: split, command } = splitArguments(["args", "damon", ...args]);
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => void lines.push(line);
  try {
    await (await makeProgram(command, split)).run(split);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const pageout = "--damos_action pageout --damos_access_rate 0% 0% --damos_age 60s max".split(" ");

Deno.test("damo args damon prints options as JSON that the Python damo reads, in all its forms, the shortest too", async () => {
  assert.deepEqual(JSON.parse(await argsDamon("42", ...pageout, "--omit_defaults")), {
    kdamonds: [{
      contexts: [{
        ops: "vaddr",
        targets: [{ pid: 42, obsolete: false, regions: [] }],
        schemes: [{
          action: "pageout",
          access_pattern: {
            sz_bytes: { min: "0", max: "max" },
            nr_accesses: { min: "0 %", max: "0 %" },
            age: { min: "1m", max: "max" },
          },
        }],
      }],
    }],
  });
  const { contexts: [context] } = JSON.parse(await argsDamon("42", ...pageout, "--raw")).kdamonds[0];
  assert.equal(context.intervals.aggr_us, "100000");
  assert.deepEqual(context.schemes[0].access_pattern.age, { min: "600 aggr_intervals", max: "max aggr_intervals" });
});

Deno.test("damo args damon prints an outline, YAML with its schema, and options as a shell takes them", async () => {
  assert.match(
    await argsDamon("42", ...pageout, "--format", "text"),
    /^kdamond 0\n.*\n {4}target 0: process 42\n {4}scheme 0: pageout, /,
  );
  const yaml = await argsDamon("42", ...pageout, "--format", "yaml", "--omit_defaults");
  assert.match(yaml, /^# yaml-language-server: \$schema=\/.*\/schema\/kdamonds\.schema\.json\nkdamonds:\n/);
  assert.match(yaml, /\n {10}- action: pageout\n {12}access_rate: 0%\n {12}age: 1m\.\.max$/);
  const schema = /\$schema=(.*)/.exec(yaml)![1];
  assert.equal(JSON.parse(await Deno.readTextFile(schema)).title, "Configuration of DAMON, as damo reads it");
  assert.equal(
    await argsDamon(
      "--target_pid",
      "42",
      "--ops",
      "vaddr",
      ...pageout,
      "--damos_filter",
      "reject",
      "memcg",
      "/my app",
      "--format",
      "options",
    ),
    "--ops vaddr \\\n  --target_pid 42 \\\n" +
      "  --damos_action pageout --damos_access_rate 0% 0% --damos_age 1m max \\\n" +
      "  --damos_filter reject memcg '/my app'",
  );
});

Deno.test("damo args damon takes a file for a target, and schemes out of a file, of any form", async () => {
  await inFolder(async (folder) => {
    await argsDamon("42", ...pageout, "--format", "yaml", "-o", `${folder}/a.yaml`);
    const wanted = await argsDamon("42", ...pageout);
    assert.equal(await argsDamon(`${folder}/a.yaml`), wanted);
    assert.equal(await argsDamon("--kdamonds", `${folder}/a.yaml`), wanted);
    assert.equal(await argsDamon(wanted), wanted, "the text itself in the place of a file");
    await Deno.writeTextFile(`${folder}/prcl.txt`, "#min max ...\nmin max 0 0 60s max pageout\n");
    assert.equal(await argsDamon("42", "-c", `${folder}/prcl.txt`), wanted);
    await Deno.writeTextFile(`${folder}/prcl.json`, JSON.stringify(JSON.parse(wanted).kdamonds[0].contexts[0].schemes));
    assert.equal(await argsDamon("42", "-c", `${folder}/prcl.json`), wanted);
    // Times are counted in the intervals that the command line names.
    const [{ contexts: [{ schemes: [scheme] }] }] =
      JSON.parse(await argsDamon("42", "-a", "200ms", "-c", `${folder}/prcl.txt`, "--raw")).kdamonds;
    assert.equal(scheme.access_pattern.age.min, "300 aggr_intervals");
  });
});

Deno.test("damo args damon adds to, replaces in and removes from a file", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/all.json`;
    const pids = (text: string) =>
      JSON.parse(text).kdamonds.map((kdamond: { contexts: { targets: { pid: number }[] }[] }) =>
        kdamond.contexts[0].targets[0].pid
      );
    await argsDamon("1", "-o", file);
    await Deno.writeTextFile(file, await argsDamon("2", "--add", file));
    assert.deepEqual(pids(await argsDamon(file)), [1, 2]);
    assert.deepEqual(pids(await argsDamon("3", "--replace", file, "0")), [3, 2]);
    assert.deepEqual(pids(await argsDamon("--remove", file, "1")), [1]);
    await assert.rejects(argsDamon("--remove", file, "2"), {
      name: "RangeError",
      message: /has no kdamond 2 for --remove: it has 2$/,
    });
    await assert.rejects(argsDamon("--remove", file), {
      name: "TypeError",
      message: /takes a file and the index of a kdamond/,
    });
    await assert.rejects(argsDamon("--remove", file, "1", "--add", file), /exclude each other; use one/);
    await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replaceAll('"100ms"', '"1ms"'));
    await assert.rejects(argsDamon(file), {
      name: "RangeError",
      message: /aggrUs \(1000\) is shorter .* \(kdamond 0 of .*\/all\.json\)$/,
    });
  });
});

Deno.test("damo args damon refuses what is no configuration, and says what would be one", async () => {
  const refused = (name: string, message: RegExp, ...args: string[]) =>
    assert.rejects(argsDamon(...args), { name, message });
  await refused("TypeError", /no parameters to print; name a target, a file or an option$/);
  await refused("TypeError", /"sleep" is no target: a pid, paddr, or a file is/, "sleep");
  await refused("RangeError", /^Cannot read \.\/none\.yaml: there is no such file$/, "./none.yaml");
  await refused("TypeError", /each a whole configuration; name one$/, "./a.yaml", "--kdamonds", "./b.yaml");
  await refused("TypeError", /with --sample as the file says all: change the file$/, "./a.yaml", "-s", "5ms");
  await refused("RangeError", /aggrUs \(100000\) is shorter than sampleUs \(1000000\)/, "42", "-s", "1s");
  await refused("SyntaxError", /^"5x" is not a time; .* \(sample\)$/, "42", "-s", "5x");
  await refused(
    "RangeError",
    /^damos_quota_goal does not say .*; add damos_quota_interval: "1s"$/,
    "42",
    "--damos_action",
    "stat",
    "--damos_quota_goal",
    "active_mem_bp",
    "5%",
  );
  await refused(
    "RangeError",
    /^Cannot write \/nowhere\/x: .*; choose another file with -o FILE$/,
    "42",
    "-o",
    "/nowhere/x",
  );
});

Deno.test("damo args damon -c FILE takes options of schemes beside it: they change the file's, for the contexts they name", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/two.txt`, "4K max 0 0 60s max pageout\n4K max 0 0 5s max stat\n");
    const args = "--target_pid 42 --target_pid 43 --nr_targets 1 1 --nr_schemes 1 1 --damos_age 7s max".split(" ");
    const { kdamonds } = JSON.parse(await argsDamon(...args, "-c", `${folder}/two.txt`, "--raw"));
    const schemes = kdamonds.map(({ contexts: [context] }: { contexts: { schemes: unknown[] }[] }) => context.schemes);
    assert.deepEqual(
      schemes.map(([scheme]: { action: string; access_pattern: { age: { min: string } } }[]) => [
        scheme.action,
        scheme.access_pattern.age.min,
      ]),
      [["pageout", "70 aggr_intervals"], ["stat", "50 aggr_intervals"]],
    );
  });
});
