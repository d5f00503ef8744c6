import assert from "assert";
import { splitArguments } from "../../../../cli/program/arguments.ts";
import { ExitCode } from "../../../../cli/terminal/exit.ts";
import { makeProgram } from "../../../../cli/program/program.ts";
import { RecordWriter } from "../../../../format/mod.ts";
import { schemesRecord } from "../../../schemes_records.ts";

/** What `damo ARGS` prints on standard output, run here, and with which code it ends. */
async function damo(...argv: string[]): Promise<{ out: string; code: number }> {
  const { args, command } = splitArguments(argv);
  const write = Deno.stdout.write;
  let [out, code] = ["", 0];
  Deno.stdout.write = (bytes) => {
    out += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  };
  try {
    await (await makeProgram(command, args)).run(args);
  } catch (error) {
    if (!(error instanceof ExitCode)) throw error;
    code = error.code;
  } finally {
    Deno.stdout.write = write;
  }
  return { out, code };
}

/** A folder with a machine of its own: no swap, one node. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const files: Record<string, string> = {
    "proc/meminfo": "MemTotal: 1000 kB\nMemFree: 900 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n",
    "proc/self/stat": "1 (x) S",
    "proc/pressure/memory": "some avg10=0 total=1\nfull avg10=0 total=1\n",
    "proc/42/stat": `42 (sim) S ${"0 ".repeat(40)}`,
    "proc/42/comm": "sim\n",
    "proc/42/statm": "10 5 1 1 0 1 0",
    "proc/42/maps": "1000-9000 rw-p 00000000 00:00 0 [heap]\n",
    "sys/devices/system/node/has_memory": "0\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/root/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/root/${path}`, text);
  }
  const before = Deno.env.get("DAMO_ROOT");
  Deno.env.set("DAMO_ROOT", `${folder}/root`);
  try {
    await test(folder);
  } finally {
    if (before === undefined) Deno.env.delete("DAMO_ROOT");
    else Deno.env.set("DAMO_ROOT", before);
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeRecord(path: string): Promise<void> {
  await using record = await schemesRecord()();
  const writer = RecordWriter.create(path, record.header);
  for await (const item of record.items()) item.kind === "footer" ? writer.finish(item.footer) : writer.write(item);
  writer.close();
}

Deno.test("damo schemes explain says what schemes would do to a process, what is the matter with its place, and ends with 1", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/s.txt`;
    await Deno.writeTextFile(file, "# guide\n4K max 0 0 60s max pageout\n4K max 0 max 0 max lru_prio\n");
    const { out, code } = await damo("schemes", "explain", "-c", file, "42", "--width", "200");
    assert.equal(code, 1);
    assert.match(
      out,
      /^For process 42 \(sim\), on this machine:\n\nscheme 0: pageout \(\S*s\.txt:2:1\)\n {2}Pages out regions/,
    );
    assert.match(out, /s\.txt:2:20: warning: action: there is no swap: /);
    assert.match(out, /s\.txt:3:20: error: action: vaddr does nothing for lru_prio: paddr does; /);
    // The file may stand before the sub-command's name, as the command above has the option too.
    assert.deepEqual(await damo("schemes", "-c", file, "explain", "42", "--width", "200"), { out, code });
    assert.match((await damo("schemes", "explain", "-c", file, "paddr")).out, /^For physical memory, on this machine/);
    assert.equal((await damo("schemes", "explain", "--damos_action", "stat")).code, 0);
  });
});

Deno.test("damo schemes explain says in the words of a finding what no kernel takes, and refuses to explain nothing", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/s.yaml`;
    await Deno.writeTextFile(file, "- action: stat\n  target_nid: 1\n");
    const { out, code } = await damo("schemes", "explain", "-c", file, "--width", "200");
    assert.match(
      out,
      /s\.yaml:1:3: error: scheme: no kernel takes it: Only migrate_hot and migrate_cold have a target node, not stat/,
    );
    assert.equal(code, 1);
    await assert.rejects(damo("schemes", "explain"), /There is no scheme to explain/);
    await assert.rejects(damo("schemes", "explain", "-c", file, "-o", "x.png"), /Schemes are drawn on a record/);
    await assert.rejects(damo("schemes", "explain", "-c", file, "43"), /43/);
  });
});

Deno.test("damo schemes explain replays schemes on a record, those of the record where none are named, and draws them", async () => {
  await inFolder(async (folder) => {
    const [record, file] = [`${folder}/r.arrow`, `${folder}/s.json`];
    await writeRecord(record);
    await Deno.writeTextFile(file, JSON.stringify([{ action: "pageout", access_rate: "0%", age: "2s..max" }]));
    const picture = `${folder}/p.vl.json`;
    const { out, code } = await damo("schemes", "explain", "-c", file, record, "--format", "json", "-o", picture);
    assert.equal(code, 0, out);
    const { about, kdamonds, schemes, replays } = JSON.parse(out);
    assert.match(about, /r\.arrow \(of another machine/);
    assert.equal(kdamonds[0].contexts[0].targets[0].pid, 42);
    assert.deepEqual(schemes[0].place, { source: file, line: 1, column: 2 });
    // Of this machine's swap nothing is said: the record is of another one.
    assert.deepEqual(schemes[0].findings, []);
    assert.equal(replays[0].schemes[0].scheme, "0 pageout");
    assert.ok(replays[0].schemes[0].distinct_bytes >= 192 * 2 ** 20);
    assert.ok(JSON.parse(await Deno.readTextFile(picture)).vconcat.length >= 2);
    const own = await damo("schemes", "explain", record);
    assert.match(own.out, /scheme 1: hugepage\n/);
    assert.match(own.out, /\n0 pageout +\d+ of 600/);
  });
});

Deno.test("damo report schemes shows a record's schemes as text, rows and a picture, and what was taken over time", async () => {
  await inFolder(async (folder) => {
    const record = `${folder}/r.arrow`;
    await writeRecord(record);
    const text = await damo("report", "schemes", "-i", record, "--width", "100");
    assert.match(text.out, /^What schemes did to sim --fast \(pid 42\)\n/);
    const { rows } = JSON.parse((await damo("report", "schemes", "-i", record, "--format", "json")).out);
    assert.deepEqual(rows.map(({ scheme }: { scheme: string }) => scheme), ["0 pageout", "1 hugepage"]);
    const csv = (await damo("report", "schemes", "-i", record, "--over_time", "--format", "csv")).out;
    assert.equal(csv.trim().split("\n").length, 1 + 61 * 3);
    await damo("report", "schemes", "-i", record, "-o", `${folder}/p.vl.json`);
    const spec = JSON.parse(await Deno.readTextFile(`${folder}/p.vl.json`));
    assert.deepEqual(spec.vconcat.slice(-4).map(({ name }: { name: string }) => name), [
      "memory",
      "faults",
      "pressure",
      "tried",
    ]);
  });
});
