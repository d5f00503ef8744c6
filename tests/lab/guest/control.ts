import assert from "assert";
import { type Context, DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Scheme } from "../../../damon/mod.ts";
import { exists } from "../../../kernel/machine/files.ts";
import { readEntry } from "../../../kernel/control/ours.ts";
import { defaultRoots } from "../../../kernel/machine/roots.ts";
import { damonTree, KDAMONDS } from "./guest.ts";

/** The guest's own. */
export const roots = defaultRoots();

/** A process that sleeps, ended with the test. */
export function sleeper(): { pid: number } & AsyncDisposable {
  const child = new Deno.Command("sleep", { args: ["1000"], stdin: "null" }).spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
    },
  };
}

/** What DAMON watches by default. */
export const context = (pid: number, changes: Partial<Context> = {}): Context => ({
  operations: "vaddr",
  intervals: DEFAULT_INTERVALS,
  nrRegions: DEFAULT_NR_REGIONS,
  targets: [{ pid, regions: [] }],
  ...changes,
});
/** A scheme that only counts. */
export const scheme = (changes: Partial<Scheme> = {}): Scheme => ({
  action: "stat",
  accessPattern: { szBytes: { min: 4096, max: 2 ** 64 }, nrAccesses: { min: 0, max: 20 }, age: { min: 1, max: 1000 } },
  ...changes,
});

/** Turns off DAMON_STAT, with which newer kernels of Debian's begin: it takes DAMON alone. */
export function turnOffStat(): void {
  const path = "/sys/module/damon_stat/parameters/enabled";
  if (exists(path)) Deno.writeTextFileSync(path, "N", { create: false });
}

/** DAMON as at boot. */
export function assertClean(): void {
  assert.deepEqual(damonTree(), { [`${KDAMONDS}/nr_kdamonds`]: "0\n" });
  assert.equal(readEntry(roots, 0), undefined);
  assert.equal(readEntry(roots, 1), undefined);
}

/** Swap in compressed memory, off again after the test. */
export function compressedSwap(mebibytes: number): Disposable {
  const run = (...words: string[]) => {
    const { success, stderr } = new Deno.Command(words[0], { args: words.slice(1) }).outputSync();
    assert.ok(success, `${words.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  };
  if (!exists("/sys/block/zram0")) run("/run/lab/bin/modprobe", "zram");
  Deno.writeTextFileSync("/sys/block/zram0/disksize", `${mebibytes}M`);
  run("/bin/busybox", "mkswap", "/dev/zram0");
  run("/bin/busybox", "swapon", "/dev/zram0");
  return {
    [Symbol.dispose]() {
      run("/bin/busybox", "swapoff", "/dev/zram0");
      Deno.writeTextFileSync("/sys/block/zram0/reset", "1");
    },
  };
}

/** 12 MiB that are in use all the time, and 48 MiB that are written once. */
export const HOT = 12 << 20, COLD = 48 << 20;
/** The configuration of a workload that has them, for ten minutes. */
export function hotCold(): string {
  const path = `${Deno.makeTempDirSync()}/hot_and_cold`;
  Deno.writeTextFileSync(
    path,
    `hot, ${HOT}, none\ncold, ${COLD}, none\n\nstart\n500\nhot, 0, 4096, 1, rw\ncold, 0, 4096, 4, rw\n\n` +
      "work\n600000\nhot, 0, 4096, 100, rw\n",
  );
  return path;
}
