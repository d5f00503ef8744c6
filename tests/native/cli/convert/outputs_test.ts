import assert from "assert";
import { writeRecord } from "../../../../cli/convert/write.ts";
import { openRecord } from "../../../../format/mod.ts";
import { HEADER } from "../../../records.ts";
import { type RecordItem, Regions } from "../../../../damon/mod.ts";

const DAMO = new URL("../../../../damo", import.meta.url).pathname;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function damo(cwd: string, ...args: string[]): Promise<{ code: number; err: string }> {
  const { code, stderr } = await new Deno.Command(DAMO, { args, cwd, stdin: "null", stdout: "null" }).output();
  return { code, err: text(stderr) };
}

async function* each(items: readonly RecordItem[]): AsyncGenerator<RecordItem> {
  yield* items;
}

/** A folder with `in.arrow`, 40 snapshots that only their owner may read. */
async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const items = Array.from({ length: 40 }, (_, i): RecordItem => {
      const regions = Regions.alloc(200);
      for (let r = 0; r < 200; r++) {
        regions.start[r] = (1 + 3 * r) * 2 ** 21;
        regions.end[r] = regions.start[r] + 4096 * (1 + (r * 7919 + i * 104_729) % 500);
        regions.nrAccesses[r] = (r * 31 + i * 17) % 20;
        regions.age[r] = (r * 131 + i * 37) % 10_000;
      }
      const [startNs, endNs] = [i * 1e8, (i + 1) * 1e8];
      const times = { kdamond: 1, targetId: 0n, startNs, endNs, sampleUs: 5000, aggrUs: 100_000 };
      return { kind: "snapshot", snapshot: { ...times, regions } };
    });
    await writeRecord(HEADER, each(items), { output: `${dir}/in.arrow`, format: "arrow" });
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Every way to write a file out of a record, and its name. */
const WRITES = [
  ["report heatmap -i in.arrow -o out/h.svg", "h.svg"],
  ["report html -i in.arrow -o out/h.html", "h.html"],
  ["report wss -i in.arrow -o out/w.csv", "w.csv"],
  ["report access -i in.arrow -o out/a.json", "a.json"],
  ["convert in.arrow out/c.jsonl", "c.jsonl"],
  ["convert in.arrow out/c.parquet", "c.parquet"],
  ["convert in.arrow out/c.data", "c.data"],
  ["cut in.arrow out/cut.arrow", "cut.arrow"],
  ["merge in.arrow -o out/m.arrow", "m.arrow"],
] as const;

Deno.test("what damo makes of a private record is private, and is not written through a link that was put there", async () => {
  await inFolder(async (dir) => {
    Deno.mkdirSync(`${dir}/out`);
    Deno.chmodSync(`${dir}/out`, 0o1777);
    Deno.writeTextFileSync(`${dir}/victim`, "precious");
    for (const [words, name] of WRITES) {
      Deno.symlinkSync("../victim", `${dir}/out/${name}`);
      const { code, err } = await damo(dir, ...words.split(" "));
      assert.equal(code, 0, `${words}: ${err}`);
      const { isFile, mode } = Deno.lstatSync(`${dir}/out/${name}`);
      assert.ok(isFile, name);
      assert.equal(mode! & 0o777, 0o600, name);
      assert.equal(Deno.readTextFileSync(`${dir}/victim`), "precious", name);
    }
    // What everybody may read makes what everybody may read; what is there keeps who may.
    Deno.chmodSync(`${dir}/in.arrow`, 0o644);
    const before = Deno.umask(0o022);
    await damo(dir, "report", "wss", "-i", "in.arrow", "-o", "out/open.csv");
    await damo(dir, "report", "wss", "-i", "in.arrow", "-o", "out/w.csv");
    Deno.umask(before);
    const modeOf = (name: string) => Deno.statSync(`${dir}/out/${name}`).mode! & 0o777;
    assert.deepEqual([modeOf("open.csv"), modeOf("w.csv")], [0o644, 0o600]);
  });
});

Deno.test("nothing half-written stays on a full disk, and what was there is there again", async () => {
  await inFolder(async (dir) => {
    Deno.mkdirSync(`${dir}/out`);
    // In a mount namespace of its own: nothing of this machine changes.
    const names = WRITES.map(([, name]) => name);
    const lines = [
      `mount -t tmpfs -o size=64k none out`,
      ...names.map((name) => `echo before > out/${name}`),
      `head -c 65536 /dev/zero > out/fill 2>/dev/null`,
      ...WRITES.map(([words, name]) =>
        `"$0" ${words} 2> err >/dev/null; echo "${name} $? $(wc -l < err) $(cut -c 1-19 err) $(cat out/${name})"`
      ),
      `cd out; ls -A`,
    ];
    const { stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--mount", "--propagation", "private", "sh", "-c", lines.join("\n"), DAMO],
      cwd: dir,
      stdin: "null",
    }).output();
    assert.equal(text(stderr), "");
    const wanted = names.map((name) => `${name} 1 1 damo: Cannot write  before`);
    assert.deepEqual(text(stdout).trim().split("\n"), [...wanted, ...[...names, "fill"].sort()]);
  });
});

Deno.test("a second record does not take the file of one that is being written, which stays whole", async () => {
  await inFolder(async (dir) => {
    const record = (
      timeout: string,
    ) => ["record", "--monitor", "pages", "--timeout", timeout, "-o", "r.arrow", String(Deno.pid)];
    const first = new Deno.Command(DAMO, { args: record("60s"), cwd: dir, stdin: "null", stderr: "null" }).spawn();
    while (!hasBytes(`${dir}/r.arrow`)) await new Promise((done) => setTimeout(done, 20));
    const said = "another damo is writing its record there; choose another file with -o FILE\n";
    for (const words of [record("1s"), ["convert", "in.arrow", "r.arrow"]]) {
      assert.deepEqual(await damo(dir, ...words), { code: 1, err: `damo: Cannot write r.arrow: ${said}` });
    }
    first.kill("SIGTERM");
    await first.status;
    assert.deepEqual([...Deno.readDirSync(dir)].map(({ name }) => name).sort(), ["in.arrow", "r.arrow"]);
    await using reader = await openRecord(`${dir}/r.arrow`);
    for await (const _ of reader.items());
    assert.equal(reader.incomplete, undefined);
    // Nobody writes it any more.
    const { code } = await damo(dir, "convert", "in.arrow", "r.arrow");
    assert.equal(code, 0);
    assert.ok(hasBytes(`${dir}/r.arrow.old`));
  });
});

function hasBytes(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
}
