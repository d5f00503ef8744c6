import assert from "assert";
import fc from "../../../fast_check.ts";
import {
  type Context,
  CORE_FILTER_TYPES,
  countedFolder,
  type Kdamond,
  planOf,
  type Scheme,
} from "../../../../damon/mod.ts";
import { startKdamonds, stopOurs, tuneKdamonds } from "../../../../kernel/control/kdamond.ts";
import { SysfsInterface } from "../../../../kernel/control/sysfs_interface.ts";
import type { KdamondStatus } from "../../../../kernel/control/sysfs_read.ts";
import { FakeKernel } from "../../../fake_kernel.ts";
import { treeOf } from "../../../fake_sysfs.ts";
import { arbitraryKdamonds } from "../../../kdamonds.ts";

/** What the kernel would have anyway is not in what is read; filters of the core come first. */
function canonical(kdamond: Kdamond): Kdamond {
  const { refreshMs, contexts } = kdamond;
  return { ...(refreshMs && { refreshMs }), contexts: contexts.map(canonicalContext) };
}

function canonicalContext(
  { addrUnitBytes, pause, probes, sample, schemes, intervals, targets, ...rest }: Context,
): Context {
  const { goal, ...times } = intervals;
  const isUsual = sample?.pageTable && !sample.pageFault;
  const unit = addrUnitBytes ?? 1;
  return {
    ...rest,
    ...(unit !== 1 && { addrUnitBytes: unit }),
    ...(pause && { pause }),
    ...(sample && !isUsual && { sample }),
    intervals: { ...times, ...(goal && goal.aggrs > 0 && { goal }) },
    targets: targets.map(({ obsolete, regions, ...target }) => ({
      ...target,
      // The kernel knows whole units only.
      regions: regions.map(({ start, end }) => ({
        start: Math.floor(start / unit) * unit,
        end: Math.ceil(end / unit) * unit,
      })),
      ...(obsolete && { obsolete }),
    })),
    ...(probes?.length && { probes: probes.map((probe) => ({ weight: 0, ...probe })) }),
    ...(schemes?.length && { schemes: schemes.map(canonicalScheme) }),
  };
}

function canonicalScheme(
  { targetNid, dests, applyIntervalUs, quotas, watermarks, filters, maxNrSnapshots, ...rest }: Scheme,
): Scheme {
  const isSome = (value: object) => JSON.stringify(value).match(/[1-9]|temporal/) !== null;
  const isCore = ({ type }: { type: string }) => (CORE_FILTER_TYPES as readonly string[]).includes(type);
  const { goalTuner, failCharge, ...limits } = quotas ?? {};
  const hasQuotas = quotas && (isSome(limits) || goalTuner === "temporal" || failCharge);
  return {
    ...rest,
    ...(targetNid !== undefined && targetNid >= 0 && { targetNid }),
    ...(dests?.length && { dests }),
    ...(applyIntervalUs && { applyIntervalUs }),
    ...(hasQuotas && {
      quotas: {
        ...quotas,
        ...limits,
        goals: quotas.goals.map((goal) =>
          goal.metric === "user_input" ? { ...goal, currentValue: goal.currentValue ?? 0 } : goal
        ),
        ...(goalTuner === "temporal" ? { goalTuner } : {}),
      },
    }),
    ...(watermarks && (watermarks.metric !== "none" || isSome(watermarks)) && { watermarks }),
    ...(filters?.length && { filters: [...filters.filter(isCore), ...filters.filter((each) => !isCore(each))] }),
    ...(maxNrSnapshots && { maxNrSnapshots }),
  };
}

function withoutTuner(kdamond: Kdamond): Kdamond {
  const text = JSON.stringify(kdamond, (key, value) => key === "goalTuner" && value === "consist" ? undefined : value);
  return JSON.parse(text);
}

function configOf({ contexts, refreshMs }: KdamondStatus): Kdamond {
  return {
    ...(refreshMs !== undefined && { refreshMs }),
    contexts: contexts.map(({ schemes, ...rest }) => ({
      ...rest,
      ...(schemes && {
        schemes: schemes.map(({ stats: _stats, effectiveBytes: _quota, triedBytes: _tried, ...scheme }) => scheme),
      }),
    })),
  };
}

const same = (a: Kdamond, b: Kdamond) => assert.deepEqual(withoutTuner(a), withoutTuner(b));

Deno.test("what startKdamonds stages on the newest kernel is read back as it was asked for, and taken back without a trace", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryKdamonds(), async (kdamonds) => {
      using kernel = new FakeKernel("7.2", true);
      const damon = new SysfsInterface(kernel.roots, kernel.write);
      const before = treeOf(kernel.roots.damon);
      const running = await startKdamonds(kernel.roots, kdamonds, { damon });
      (await damon.read()).forEach((status, i) => same(configOf(status), canonical(kdamonds[i])));
      for (const each of running) await each.stop();
      assert.deepEqual(treeOf(kernel.roots.damon), before);
    }),
    { numRuns: 60 },
  );
});

Deno.test("tuneKdamonds makes of any configuration any other, writing only what differs, and nothing the second time", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryKdamonds(), arbitraryKdamonds(), async ([from], [to]) => {
      using kernel = new FakeKernel("7.2", true);
      const damon = new SysfsInterface(kernel.roots, kernel.write);
      const [running] = await startKdamonds(kernel.roots, [from], { damon });
      await tuneKdamonds(kernel.roots, new Map([[0, to]]), damon);
      same(configOf((await damon.read())[0]), canonical(to));
      assert.deepEqual(damon.tunePlan(0, to), []);
      await running.stop();
    }),
    { numRuns: 60 },
  );
});

Deno.test("startKdamonds leaves the tree as it was, whichever write the kernel refuses", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryKdamonds(), fc.nat(), async (kdamonds, n) => {
      using kernel = new FakeKernel("7.2", true);
      const damon = new SysfsInterface(kernel.roots, kernel.write);
      const before = treeOf(kernel.roots.damon);
      const plan = damon.startPlan(kdamonds);
      let left = n % plan.length;
      kernel.refuses = () => left-- === 0;
      await assert.rejects(startKdamonds(kernel.roots, kdamonds, { damon }), { name: "KernelError" });
      assert.deepEqual(treeOf(kernel.roots.damon), before);
      assert.deepEqual(await stopOurs(kernel.roots), []);
    }),
    { numRuns: 60 },
  );
});

Deno.test("tuneKdamonds leaves files and kdamond as they were, whichever write the kernel refuses", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryKdamonds(), arbitraryKdamonds(), fc.nat(), async ([from], [to], n) => {
      using kernel = new FakeKernel("7.2", true);
      const damon = new SysfsInterface(kernel.roots, kernel.write);
      const [running] = await startKdamonds(kernel.roots, [from], { damon });
      const plan = damon.tunePlan(0, to);
      if (plan.length > 0) {
        let left = n % plan.length;
        kernel.refuses = () => left-- === 0;
        await assert.rejects(tuneKdamonds(kernel.roots, new Map([[0, to]]), damon), { name: "KernelError" });
        same(configOf((await damon.read())[0]), canonical(from));
      }
      assert.ok(running.isOn());
      await running.stop();
    }),
    { numRuns: 60 },
  );
});

Deno.test("planOf never writes into a folder before the number that makes it", () => {
  fc.assert(fc.property(arbitraryKdamonds(), ([kdamond]) => {
    const made = new Map<string, number>([["0", 1]]);
    for (const { path, text } of planOf(kdamond, 0)) {
      for (const found of path.matchAll(/(.*?)\/(\d+)(?=\/)/g)) {
        const folder = path.slice(0, found.index + found[0].length);
        const at = folder.slice(0, folder.lastIndexOf("/"));
        assert.ok((made.get(at) ?? 0) > Number(found[2]), `${path}: ${at} has ${made.get(at) ?? 0}`);
      }
      const folder = countedFolder(path);
      if (folder !== undefined) made.set(folder.slice(0, -1), Number(text));
    }
  }));
});
