import assert from "assert";
import { checkWritable, openRecord, RecordWriter } from "../../../../format/mod.ts";
import { type RecordItem, Regions } from "../../../../damon/mod.ts";
import { ParquetEncoder } from "../../../../format/parquet/write.ts";
import { PythonDamoSideWriter } from "../../../../format/python_damo/side_write.ts";
import { HEADER } from "../../../records.ts";

const FOOTER = { endNs: 9e9, reason: "timeout", snapshots: 1, regions: 1, events: 1, received: 1, dropped: 0, torn: 0 };

/** Random, so that compression does not make it small. */
function bigSnapshot(length: number, endNs: number): RecordItem {
  const regions = Regions.alloc(length);
  for (let i = 0; i < length; i++) {
    regions.start[i] = (regions.end[i - 1] ?? 0) + 4096 * Math.floor(Math.random() * 2 ** 22);
    regions.end[i] = regions.start[i] + 4096 * Math.ceil(Math.random() * 2 ** 22);
    regions.nrAccesses[i] = Math.random() * 20;
    regions.age[i] = Math.random() * 2 ** 31;
  }
  return {
    kind: "snapshot",
    snapshot: { kdamond: 1, targetId: 0n, startNs: endNs - 1e8, endNs, sampleUs: 5000, aggrUs: 100_000, regions },
  };
}

async function readAll(path: string) {
  await using reader = await openRecord(path);
  const items: RecordItem[] = [];
  for await (const item of reader.items()) items.push(item);
  return { items, incomplete: reader.incomplete };
}

Deno.test("RecordWriter keeps an existing file as .old", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/damon.arrow`;
  await Deno.writeTextFile(path, "precious");
  checkWritable(path);
  assert.equal(await Deno.readTextFile(path), "precious");
  const writer = RecordWriter.create(path, HEADER);
  writer.finish(FOOTER);
  writer.close();
  assert.equal(await Deno.readTextFile(`${path}.old`), "precious");
  const { items, incomplete } = await readAll(path);
  assert.deepEqual(items, [{ kind: "footer", footer: FOOTER }]);
  assert.equal(incomplete, undefined);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("checkWritable says why a record cannot be begun, and makes nothing", async () => {
  const dir = await Deno.makeTempDir();
  assert.throws(() => checkWritable(dir), { name: "RecordError", message: /it is a folder/ });
  assert.throws(() => checkWritable(`${dir}/none/damon.arrow`), { name: "RecordError", message: /choose another/ });
  checkWritable(`${dir}/damon.arrow`);
  assert.deepEqual([...Deno.readDirSync(dir)], []);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("checkWritable refuses a pipe that would wait for its reader", async () => {
  const dir = await Deno.makeTempDir();
  new Deno.Command("mkfifo", { args: [`${dir}/pipe`] }).outputSync();
  assert.throws(() => checkWritable(`${dir}/pipe`), { name: "RecordError", message: /it is a pipe.*-o - > PIPE/ });
  assert.throws(() => checkWritable(""), { name: "RecordError", message: /^Cannot write "":/ });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("RecordWriter writes to a device as it is", async () => {
  const dir = await Deno.makeTempDir();
  const device = (name: string, minor: number) => {
    const { success } = new Deno.Command("mknod", { args: [`${dir}/${name}`, "c", "1", String(minor)] }).outputSync();
    assert.ok(success, "this test needs root");
    return `${dir}/${name}`;
  };
  const nothing = device("null", 3);
  checkWritable(nothing);
  const writer = RecordWriter.create(nothing, HEADER);
  writer.finish(FOOTER);
  writer.close();
  assert.ok(writer.bytes > 0);
  assert.throws(() => RecordWriter.create(device("full", 7), HEADER), { name: "RecordError", message: /no space/ });
  for (const { name } of Deno.readDirSync(dir)) assert.ok(Deno.statSync(`${dir}/${name}`).isCharDevice, name);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a record on a full disk ends with its last whole batch", async () => {
  const dir = await Deno.makeTempDir();
  const mount = (...args: string[]) => new Deno.Command("mount", { args }).outputSync();
  assert.ok(mount("-t", "tmpfs", "-o", "size=256k", "none", dir).success, "this test needs root");
  try {
    const path = `${dir}/damon.arrow`;
    const writer = RecordWriter.create(path, HEADER);
    let written = 0;
    assert.throws(() => {
      for (;; written++) {
        writer.write(bigSnapshot(1000, (written + 1) * 1e8));
        writer.flush();
      }
    }, { name: "RecordError", message: /no space is left; the record is readable up to there/ });
    assert.ok(written > 2);
    const cut = await readAll(path);
    assert.equal(cut.items.length, written);
    assert.match(cut.incomplete!, /no footer: its recorder was killed, had no space left, or is still writing/);
    // What was taken back of the last batch leaves room to say why.
    assert.ok(writer.finishCut({ ...FOOTER, reason: "failure: no space is left", snapshots: 99, regions: 99 }));
    writer.close();
    const { items, incomplete } = await readAll(path);
    assert.equal(items.length, written + 1);
    const last = items.at(-1)!;
    assert.ok(last.kind === "footer" && last.footer.snapshots === written && last.footer.regions === written * 1000);
    assert.equal(incomplete, "its recorder failed: no space is left");
    // Of what does not stay nothing is readable.
    Deno.removeSync(path);
    const whole = RecordWriter.create(path, HEADER);
    whole.isKept = false;
    assert.throws(() => {
      for (let i = 0;; i++) {
        whole.write(bigSnapshot(1000, (i + 1) * 1e8));
        whole.flush();
      }
    }, { name: "RecordError", message: /no space is left; make room, or write elsewhere/ });
    whole.discard();
  } finally {
    // Also where an assertion left a file open.
    new Deno.Command("umount", { args: ["-l", dir] }).outputSync();
    await Deno.remove(dir);
  }
});

Deno.test("a Parquet record on a full disk keeps its row groups, and says why it ends", async () => {
  const dir = await Deno.makeTempDir();
  const mount = (...args: string[]) => new Deno.Command("mount", { args }).outputSync();
  assert.ok(mount("-t", "tmpfs", "-o", "size=256k", "none", dir).success, "this test needs root");
  try {
    const path = `${dir}/damon.parquet`;
    const writer = RecordWriter.create(path, HEADER, new ParquetEncoder(HEADER));
    let written = 0;
    assert.throws(() => {
      for (;; written++) {
        writer.write(bigSnapshot(1000, (written + 1) * 1e8));
        writer.flush();
      }
    }, { name: "RecordError", message: /no space is left; make room, or write elsewhere/ });
    assert.ok(written > 6);
    assert.ok(writer.finishCut({ ...FOOTER, reason: "failure: no space is left", snapshots: 99, regions: 99 }));
    writer.close();
    const { items, incomplete } = await readAll(path);
    const { length } = items.filter(({ kind }) => kind === "snapshot");
    // The list of the row groups takes the room of one or two.
    assert.ok(length <= written && length >= written - 2);
    const last = items.at(-1)!;
    assert.ok(last.kind === "footer" && last.footer.snapshots === length && last.footer.regions === length * 1000);
    assert.equal(incomplete, "its recorder failed: no space is left");
  } finally {
    // Also where an assertion left a file open.
    new Deno.Command("umount", { args: ["-l", dir] }).outputSync();
    await Deno.remove(dir);
  }
});

Deno.test("PythonDamoSideWriter on a full disk names the file once, and leaves lists that are whole", async () => {
  const dir = await Deno.makeTempDir();
  const mount = (...args: string[]) => new Deno.Command("mount", { args }).outputSync();
  assert.ok(mount("-t", "tmpfs", "-o", "size=64k", "none", dir).success, "this test needs root");
  try {
    const writer = new PythonDamoSideWriter(`${dir}/damon.data`, HEADER);
    let looks = 0;
    assert.throws(() => {
      for (;; looks++) writer.footprints(looks, []);
    }, { message: `Cannot write ${dir}/damon.data.mem_footprint: no space is left; make room, or write elsewhere` });
    writer.footprints(looks, []);
    writer[Symbol.dispose]();
    assert.ok(looks > 2);
    assert.equal(JSON.parse(Deno.readTextFileSync(`${dir}/damon.data.mem_footprint`)).length, looks);
  } finally {
    // Also where an assertion left a file open.
    new Deno.Command("umount", { args: ["-l", dir] }).outputSync();
    await Deno.remove(dir);
  }
});
