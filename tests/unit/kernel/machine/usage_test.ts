import assert from "assert";
import { usageOf } from "../../../../kernel/machine/usage.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

/** A machine, and processes by pid: lines of their status, minor and major faults. */
function machine(processes: Record<string, [status: string, minor: number, major: number]>) {
  const roots = fakeRoots({});
  Deno.mkdirSync(roots.proc, { recursive: true });
  const files: Record<string, string> = {
    meminfo: "MemTotal: 1000 kB\nMemFree: 400 kB\nSwapTotal: 8 kB\nSwapFree: 6 kB\n",
    vmstat: "pgfault 12\npgmajfault 5\n",
    "pressure/memory":
      "some avg10=0.00 avg60=0.00 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=33\n",
  };
  for (const [pid, [status, minor, major]] of Object.entries(processes)) {
    files[`${pid}/status`] = `Name:\tx\n${status}`;
    files[`${pid}/stat`] = `${pid} (a) b) S 1 1 1 0 -1 0 ${minor} 0 ${major} 0 ${"0 ".repeat(30)}`;
  }
  for (const [path, text] of Object.entries(files)) {
    Deno.mkdirSync(`${roots.proc}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${roots.proc}/${path}`, text);
  }
  return roots;
}

Deno.test("usageOf tells the memory of a process, and of the machine, with faults and memory pressure", () => {
  using roots = machine({ 42: ["VmSize:\t  90 kB\nVmRSS:\t  40 kB\nVmSwap:\t   8 kB\n", 11, 3] });
  const pressure = { someUs: 77, fullUs: 33 };
  const { virtualBytes: _, ...process } = usageOf(roots, 42, 5)!;
  assert.deepEqual(process, {
    ...{ timeNs: 5, pid: 42, residentBytes: 40 * 1024, swapBytes: 8192, majorFaults: 3, minorFaults: 11, pressure },
  });
  const { virtualBytes: __, ...all } = usageOf(roots, 0, 6)!;
  assert.deepEqual(all, {
    ...{ timeNs: 6, pid: 0, residentBytes: 600 * 1024, swapBytes: 2048, majorFaults: 5, minorFaults: 7, pressure },
  });
});

Deno.test("usageOf says nothing of a process that is not there, or is about to end and has given its memory back", () => {
  using roots = machine({ 43: ["State:\tZ (zombie)\n", 11, 3] });
  assert.equal(usageOf(roots, 44, 5), undefined);
  assert.equal(usageOf(roots, 43, 5), undefined);
});
