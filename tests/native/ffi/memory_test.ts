import assert from "assert";
import { type Mapping, parseMaps } from "../../../damon/mod.ts";
import { MemoryScanner, writeFiles } from "../../../ffi/memory.ts";
import { Process } from "../pages_processes.ts";

const PAGE = 4096;
const mappingsOf = (pid: number): Mapping[] =>
  parseMaps(Deno.readTextFileSync(`/proc/${pid}/maps`)).filter(({ path }) => !/^\[v/.test(path));

/** Resident bytes by mapping, as the kernel counts them. */
function smapsOf(pid: number): Map<number, number> {
  const found = new Map<number, number>();
  let start = 0;
  for (const line of Deno.readTextFileSync(`/proc/${pid}/smaps`).split("\n")) {
    const head = /^([0-9a-f]+)-[0-9a-f]+ /.exec(line);
    if (head) start = Number(`0x${head[1]}`);
    const rss = /^Rss:\s+(\d+) kB/.exec(line);
    if (rss) found.set(start, Number(rss[1]) * 1024);
  }
  return found;
}

for (const entryByEntry of [false, true]) {
  const how = entryByEntry ? "entry by entry, as before Linux 6.7" : "with PAGEMAP_SCAN";
  Deno.test(`MemoryScanner finds what the kernel counts as resident, in each mapping, ${how}`, async () => {
    await using target = Process.start("forks", 4000, 2000);
    await target.memory();
    const mappings = mappingsOf(target.pid);
    using scanner = new MemoryScanner({ entryByEntry });
    // It may touch one more page when it begins to wait: what the kernel counts is the same before and after the look.
    let [runs, wanted] = [await scanner.scan(`/proc/${target.pid}/pagemap`, mappings, 0), new Map<number, number>()];
    for (let before = ""; JSON.stringify([...wanted]) !== before || before === "";) {
      before = JSON.stringify([...smapsOf(target.pid)]);
      runs = await scanner.scan(`/proc/${target.pid}/pagemap`, mappings, 0);
      wanted = smapsOf(target.pid);
    }
    for (const mapping of mappings) {
      const inside = runs.filter(({ start }) => mapping.start <= start && start < mapping.end);
      const bytes = inside.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
      assert.equal(bytes, wanted.get(mapping.start), `${mapping.start.toString(16)} ${mapping.path}`);
      assert.ok(inside.every(({ start, end, residentBytes }) => end <= mapping.end && end - start === residentBytes));
    }
    // More than fit into the first answer, and than one call of the kernel gives.
    const whole = await scanner.scan(`/proc/${target.pid}/pagemap`, mappings, Infinity);
    assert.equal(whole.length, new Set(runs.map(({ start }) => mappings.findIndex((one) => start < one.end))).size);
  });
}

Deno.test("MemoryScanner joins pages no further apart than asked, and never over the end of a mapping", async () => {
  const library = Deno.dlopen("libc.so.6", {
    mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "i64"], result: "usize" },
    mprotect: { parameters: ["usize", "usize", "i32"], result: "i32" },
    memset: { parameters: ["usize", "i32", "usize"], result: "usize" },
  });
  const [PROT_READ, PROT_RW, MAP_PRIVATE_ANONYMOUS, MAP_NORESERVE] = [1, 3, 0x22, 0x4000];
  const size = 64 * PAGE;
  const at = Number(library.symbols.mmap(0n, BigInt(size), PROT_RW, MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE, -1, 0n));
  const touch = (page: number) => library.symbols.memset(BigInt(at + page * PAGE), 1, 1n);
  for (const page of [0, 1, 4, 20, 31, 32, 63]) touch(page);
  library.symbols.mprotect(BigInt(at + 32 * PAGE), BigInt(size / 2), PROT_READ);
  library.close();
  using scanner = new MemoryScanner();
  const mappings = [{ start: at, end: at + size / 2 }, { start: at + size / 2, end: at + size }];
  const scan = async (gapPages: number) =>
    (await scanner.scan(`/proc/${Deno.pid}/pagemap`, mappings, gapPages * PAGE))
      .map(({ start, end, residentBytes }) => [start, end, residentBytes].map((x, i) => (x - (i < 2 ? at : 0)) / PAGE));
  assert.deepEqual(await scan(0), [[0, 2, 2], [4, 5, 1], [20, 21, 1], [31, 32, 1], [32, 33, 1], [63, 64, 1]]);
  assert.deepEqual(await scan(2), [[0, 5, 3], [20, 21, 1], [31, 32, 1], [32, 33, 1], [63, 64, 1]]);
  assert.deepEqual(await scan(64), [[0, 32, 5], [32, 64, 2]]);
});

Deno.test("MemoryScanner finds as many runs as there are, and names a process that is gone", async () => {
  await using target = Process.start("forks", 4000, 2000);
  await target.memory();
  using scanner = new MemoryScanner();
  await assert.rejects(scanner.scan("/proc/0/pagemap", [{ start: 0, end: PAGE }], 0), {
    name: "KernelError",
    errno: 2,
  });
  assert.deepEqual(await scanner.scan("/proc/0/pagemap", [], 0), []);
});

Deno.test("writeFiles writes in order, into files that are there, and names the errno of the first that fails", async () => {
  const dir = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${dir}/a`, "");
  Deno.writeTextFileSync(`${dir}/b`, "xxx");
  const path = (name: string) => `${dir}/${name}`;
  assert.deepEqual(await writeFiles([{ path: path("a"), text: "1" }, { path: path("b"), text: "2" }]), {
    done: 2,
    errno: 0,
  });
  // Nothing is cut: the kernel's files have no length.
  assert.equal(Deno.readTextFileSync(path("b")), "2xx");
  const failed = await writeFiles([
    { path: path("a"), text: "3" },
    { path: path("absent"), text: "4" },
    { path: path("b"), text: "5" },
  ]);
  assert.deepEqual(failed, { done: 1, errno: 2 });
  assert.deepEqual([Deno.readTextFileSync(path("a")), Deno.readTextFileSync(path("b"))], ["3", "2xx"]);
  Deno.removeSync(dir, { recursive: true });
});
