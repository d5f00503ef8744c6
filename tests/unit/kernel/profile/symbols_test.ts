import assert from "assert";
import { readElf } from "../../../../kernel/profile/elf.ts";
import { defaultRoots, type Roots } from "../../../../kernel/machine/roots.ts";
import { livingThreadOf, mappingsOf, strangeMapLines } from "../../../../kernel/machine/process.ts";
import { hidesKernelFunctions, Symbols } from "../../../../kernel/profile/symbols.ts";
import { elfOf } from "../../../elf_file.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const reading = (bytes: Uint8Array) => (offset: number, length: number) => bytes.subarray(offset, offset + length);

Deno.test("readElf finds functions by their places in the file; between them is none", () => {
  const functions = readElf(
    reading(elfOf([["second", 0x40_1100, 0x10], ["first", 0x40_1000, 0x80], ["start", 0x40_1200, 0]])),
    () => undefined,
  )!;
  assert.equal(functions.length, 3);
  const at = (offset: number) => functions.nameAt(offset);
  assert.deepEqual([at(0x1000), at(0x107f), at(0x1080)], ["first", "first", undefined]);
  assert.deepEqual([at(0x1100), at(0x110f), at(0x1110)], ["second", "second", undefined]);
  // Without a size: up to the next one.
  assert.deepEqual([at(0x1200), at(0x1fff), at(0x2000)], ["start", "start", undefined]);
  assert.equal(at(0), undefined);
});

Deno.test("readElf takes exported functions where there are no others, and refuses what is no ELF file", () => {
  assert.equal(readElf(reading(elfOf([["exported", 0x40_1000, 8]], 11)), () => undefined)!.nameAt(0x1004), "exported");
  assert.equal(readElf(reading(new TextEncoder().encode("#!/bin/sh\n".repeat(20))), () => undefined), undefined);
  assert.equal(readElf(reading(new Uint8Array(10)), () => undefined), undefined);
});

Deno.test("readElf ends on any damaged file", () => {
  const whole = elfOf([["first", 0x40_1000, 0x80], ["second", 0x40_1100, 0x10]]);
  for (let at = 0; at < 0x200; at++) {
    for (const value of [0, 0xff]) {
      const bytes = whole.slice();
      bytes[at] = value;
      const name = readElf(reading(bytes), () => undefined)?.nameAt(0x1004);
      assert.ok(name === undefined || typeof name === "string");
    }
  }
});

async function withProcess(use: (roots: Roots, dir: string) => void | Promise<void>, perfMap = ""): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/42/root/opt`, { recursive: true });
    await Deno.mkdir(`${dir}/42/root/tmp`, { recursive: true });
    await Deno.writeFile(`${dir}/42/root/opt/prog`, elfOf([["_ZN4heap4scanEv", 0x40_1000, 0x80]]));
    await Deno.writeTextFile(`${dir}/42/root/tmp/perf-42.map`, perfMap);
    const { ino } = await Deno.stat(`${dir}/42/root/opt/prog`);
    await Deno.writeTextFile(
      `${dir}/42/maps`,
      `00401000-00402000 r-xp 00001000 fe:00 ${ino} /opt/prog\n` +
        "00500000-00501000 rw-p 00000000 00:00 0\n" +
        "00600000-00601000 r-xp 00000000 00:00 0\n",
    );
    await Deno.writeTextFile(
      `${dir}/kallsyms`,
      "ffffffff81000000 T _stext\nffffffff81000100 t clear_page\nffffffffc0000000 t probe\t[zram]\n" +
        "ffffffff82000000 D data\n",
    );
    await use({ ...defaultRoots(), proc: dir }, dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("Symbols names code of a process by its file, code that it made by its map, and nothing else", async () => {
  await withProcess((roots) => {
    const symbols = new Symbols(roots);
    assert.equal(symbols.frameOf(42, 0x40_1004, false), undefined);
    symbols.see(42);
    assert.deepEqual(symbols.frameOf(42, 0x40_1004, false), { function: "heap::scan", file: "prog" });
    // A return address behind the last call is still of that function.
    assert.deepEqual(symbols.frameOf(42, 0x40_1080, true), { function: "heap::scan", file: "prog" });
    assert.deepEqual(symbols.frameOf(42, 0x40_1080, false), { function: "", file: "prog" });
    assert.deepEqual(symbols.frameOf(42, 0x60_0010, false), { function: "JS:run", file: "anonymous" });
    assert.equal(symbols.frameOf(42, 0x50_0000, false), undefined);
    assert.equal(symbols.frameOf(43, 0x40_1004, false), undefined);
  }, "600000 100 JS:run\n");
});

Deno.test("Symbols names code of the kernel and of its modules", async () => {
  await withProcess((roots) => {
    const symbols = new Symbols(roots);
    const of = (address: bigint, isReturn = false) => symbols.kernelFrameOf(address, isReturn);
    assert.deepEqual(of(0xffffffff81000104n), { function: "clear_page", file: "[kernel]" });
    assert.deepEqual(of(0xffffffff81000100n, true), { function: "_stext", file: "[kernel]" });
    assert.deepEqual(of(0xffffffffc0000010n), { function: "probe", file: "[zram]" });
    assert.deepEqual(of(0xffffffff80000000n), { function: "", file: "[kernel]" });
  });
});

/** What a process may put in the place of a file that it names. */
Deno.test("Symbols finds the map of a process in another pid namespace by the pid that it has there", async () => {
  await withProcess(async (roots, dir) => {
    await Deno.rename(`${dir}/42/root/tmp/perf-42.map`, `${dir}/42/root/tmp/perf-7.map`);
    await Deno.writeTextFile(`${dir}/42/status`, "Name:\tnode\nPid:\t42\nNSpid:\t42\t3\t7\n");
    const symbols = new Symbols(roots);
    symbols.see(42);
    assert.equal(symbols.frameOf(42, 0x60_0010, false)?.function, "inner");
  }, "600000 100 inner\n");
  await withProcess(async (roots, dir) => {
    // Whatever its own pid: an agent outside may have written the map, and knows it by the outer one.
    await Deno.writeTextFile(`${dir}/42/status`, "Name:\tjava\nNSpid:\t42\t7\n");
    const symbols = new Symbols(roots);
    symbols.see(42);
    assert.equal(symbols.frameOf(42, 0x60_0010, false)?.function, "outer");
  }, "600000 100 outer\n");
});

const TRAPS: Record<string, (path: string) => Promise<void>> = {
  "a FIFO": async (path) => void assert.ok((await new Deno.Command("mkfifo", { args: [path] }).output()).success),
  "a link to a device": (path) => Deno.symlink("/dev/zero", path),
  "a link to itself": (path) => Deno.symlink(path, path),
  "a folder": (path) => Deno.mkdir(path),
  "a socket's name that nobody has": (path) => Deno.symlink("/nowhere/at all", path),
};

for (const [what, set] of Object.entries(TRAPS)) {
  Deno.test(`Symbols neither waits for ${what} in place of a file, nor reads it`, async () => {
    await withProcess(async (roots, dir) => {
      for (const path of [`${dir}/42/root/opt/prog`, `${dir}/42/root/tmp/perf-42.map`]) {
        await Deno.remove(path);
        await set(path);
      }
      const symbols = new Symbols(roots);
      symbols.see(42);
      assert.deepEqual(symbols.frameOf(42, 0x40_1004, false), { function: "", file: "prog" });
      assert.deepEqual(symbols.frameOf(42, 0x60_0010, false), { function: "", file: "anonymous" });
    });
  });
}

Deno.test("Symbols takes another file of the same name for none, and never mixes those of two roots", async () => {
  await withProcess(async (roots, dir) => {
    // The same path, in the root of another process: other functions, another inode.
    await Deno.mkdir(`${dir}/43/root/opt`, { recursive: true });
    await Deno.writeFile(`${dir}/43/root/opt/prog`, elfOf([["other", 0x40_1000, 0x80]]));
    const { ino } = await Deno.stat(`${dir}/43/root/opt/prog`);
    await Deno.writeTextFile(`${dir}/43/maps`, `00401000-00402000 r-xp 00001000 fe:00 ${ino} /opt/prog\n`);
    const symbols = new Symbols(roots);
    for (const pid of [42, 43]) symbols.see(pid);
    assert.equal(symbols.frameOf(42, 0x40_1004, false)!.function, "heap::scan");
    assert.equal(symbols.frameOf(43, 0x40_1004, false)!.function, "other");
    // Put there since: it is not the file that is mapped.
    await Deno.writeTextFile(`${dir}/43/maps`, "00401000-00402000 r-xp 00001000 fe:00 7 /opt/prog\n");
    const fresh = new Symbols(roots);
    fresh.see(43);
    assert.equal(fresh.frameOf(43, 0x40_1004, false)!.function, "");
  });
});

Deno.test("Symbols names the functions of a program that runs out of a memory file, by the kernel's link to it", async () => {
  await withProcess(async (roots, dir) => {
    await Deno.mkdir(`${dir}/43/map_files`, { recursive: true });
    await Deno.writeFile(`${dir}/memory`, elfOf([["hidden", 0x40_1000, 0x80]]));
    await Deno.symlink(`${dir}/memory`, `${dir}/43/map_files/401000-402000`);
    const { ino } = await Deno.stat(`${dir}/memory`);
    await Deno.writeTextFile(`${dir}/43/maps`, `00401000-00402000 r-xp 00001000 00:01 ${ino} /memfd:exe (deleted)\n`);
    const symbols = new Symbols(roots);
    symbols.see(43);
    assert.deepEqual(symbols.frameOf(43, 0x40_1004, false), { function: "hidden", file: "memfd:exe" });
  });
});

Deno.test("Symbols reads the beginning only of a map that says it is huge", async () => {
  await withProcess(async (roots, dir) => {
    await Deno.truncate(`${dir}/42/root/tmp/perf-42.map`, 3_000_000_000);
    const symbols = new Symbols(roots);
    symbols.see(42);
    const before = Deno.memoryUsage().rss;
    assert.deepEqual(symbols.frameOf(42, 0x60_0010, false), { function: "JS:run", file: "anonymous" });
    assert.ok(Deno.memoryUsage().rss - before < 400e6);
  }, "600000 100 JS:run\n");
});

Deno.test("a process whose main thread has ended is its lowest thread that has not", async () => {
  await withProcess(async (roots, dir) => {
    const stat = async (pid: number, state: string) => {
      await Deno.mkdir(`${dir}/${pid}`, { recursive: true });
      await Deno.writeTextFile(`${dir}/${pid}/stat`, `${pid} (a) b) ${state} 1 1 1`);
    };
    await stat(42, "Z");
    for (const [tid, state] of [[44, "Z"], [46, "S"], [45, "S"]] as const) {
      await stat(tid, state);
      await Deno.mkdir(`${dir}/42/task/${tid}`, { recursive: true });
    }
    assert.equal(livingThreadOf(roots, 42), 45);
    assert.equal(livingThreadOf(roots, 45), 45);
    assert.equal(livingThreadOf(roots, 99), 99);
  });
});

Deno.test("mappings whose names hold CR, separators or escaped ends of lines are read; a line of another form is counted", async () => {
  await withProcess(async (roots, dir) => {
    const names = ["/a\rb", "/a\u2028b\u2029", "/a\\012b", "/a\\134", "/x (deleted)", "\x1b[31m"];
    await Deno.writeTextFile(
      `${dir}/42/maps`,
      names.map((name, i) => `${(i + 1).toString(16)}000-${(i + 1).toString(16)}800 rw-p 0 fe:00 1 ${name}\n`).join(
        "",
      ) +
        "what is this\n",
    );
    const before = strangeMapLines();
    assert.deepEqual(mappingsOf(roots, 42).map(({ path }) => path), names);
    assert.equal(strangeMapLines() - before, 1);
  });
});

Deno.test("hidesKernelFunctions tells a kernel that shows no addresses", () => {
  const of = (text: string) => {
    using roots = fakeRoots({ "proc/kallsyms": text });
    return hidesKernelFunctions(roots);
  };
  assert.equal(of("0000000000000000 A fixed_percpu_data\n0000000000000000 T _stext\n"), true);
  assert.equal(of("0000000000000000 A fixed_percpu_data\n0000000000001000 T _stext\n"), false);
  assert.equal(of("ffffffff81000000 T _stext\n"), false);
  assert.equal(of(""), false);
});
