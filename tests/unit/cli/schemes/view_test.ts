import assert from "assert";
import { SchemesView } from "../../../../cli/schemes/view.ts";
import type { DamonInterface } from "../../../../kernel/control/interface.ts";
import type { RunningKdamond } from "../../../../kernel/control/kdamond.ts";
import { memoryPressureOf } from "../../../../kernel/machine/pressure.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const status = (rss: number, swap: number) => `Name:\tjob\nVmRSS:\t${rss} kB\nVmSwap:\t${swap} kB\n`;
const stat = (faults: number) => `42 (job) S 1 1 1 0 -1 0 5 0 ${faults} 0 0 0\n`;
const psi = (some: number, full: number) =>
  `some avg10=0.00 avg60=0.00 avg300=0.00 total=${some}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${full}\n`;

Deno.test("SchemesView says what schemes did, and what became of the process and the machine meanwhile", async () => {
  using roots = fakeRoots({
    "proc/42/comm": "job\n",
    "proc/42/status": status(65536, 0),
    "proc/42/stat": stat(3),
    "proc/pressure/memory": psi(1000, 10),
  });
  const stats = { nrTried: 12, szTriedBytes: 49 << 20, nrApplied: 12, szAppliedBytes: 48 << 20, qtExceeds: 2 };
  const goals = [{ metric: "user_input", targetValue: 1000, currentValue: 400 }];
  const damon = {
    refreshPlan: () => [],
    run: () => Promise.resolve(),
    read: () =>
      Promise.resolve([{
        contexts: [{ schemes: [{ action: "pageout", stats, effectiveBytes: 1 << 20, quotas: { goals } }] }],
      }]),
  } as unknown as DamonInterface;
  let isOn = true;
  const running = [{ index: 0, isOn: () => isOn }] as unknown as RunningKdamond[];
  const view = new SchemesView(roots, damon, [{ contexts: [] }], [42, 43]);
  Deno.writeTextFileSync(`${roots.proc}/42/status`, status(16384, 49152));
  Deno.writeTextFileSync(`${roots.proc}/42/stat`, stat(10));
  Deno.writeTextFileSync(`${roots.proc}/pressure/memory`, psi(3000, 20));
  view.look(running);
  await view.lookLast(running);
  const seen = JSON.parse(JSON.stringify(view));
  assert.deepEqual({ ...seen, elapsed_s: 0 }, {
    elapsed_s: 0,
    schemes: [{
      kdamond: 0,
      scheme: 0,
      action: "pageout",
      goals,
      effective_bytes: 1 << 20,
      nr_tried: 12,
      sz_tried: 49 << 20,
      nr_applied: 12,
      sz_applied: 48 << 20,
      qt_exceeds: 2,
    }],
    processes: [{ pid: 42, comm: "job", rss_bytes: 16 << 20, swap_bytes: 48 << 20, major_faults: 7 }],
    pressure: { some_us: 2000, full_us: 10 },
  });
  const lines = view.summary("a test").split("\n");
  assert.match(lines[0], /^damo: schemes ran for .*; ended by: a test$/);
  assert.match(
    lines[1],
    /^damo: scheme 0 \(pageout\): tried 12 regions \(49\.0 MiB\); .*quota now 1\.00 MiB; user_input 400 of 1,000$/,
  );
  assert.equal(
    lines[2],
    "damo: process 42 (job): resident 64.0 MiB -> 16.0 MiB, swapped 0 B -> 48.0 MiB, 7 major page faults",
  );
  assert.match(lines[3], /memory pressure: some task waited [\d.]+ % of the time, all of them [\d.]+ %/);
  // Off, or gone: what was seen last stays.
  isOn = false;
  Deno.removeSync(`${roots.proc}/42`, { recursive: true });
  damon.read = () => Promise.resolve([]);
  view.look(running);
  assert.equal(JSON.parse(JSON.stringify(view)).schemes[0].nr_tried, 12);
  assert.equal(JSON.parse(JSON.stringify(view)).processes[0].swap_bytes, 48 << 20);
});

Deno.test("memoryPressureOf is nothing where the kernel does not count it", () => {
  using roots = fakeRoots({});
  assert.equal(memoryPressureOf(roots), undefined);
});
