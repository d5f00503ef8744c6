import assert from "assert";
import fc from "../../../fast_check.ts";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, KernelError, Regions, type Target } from "../../../../damon/mod.ts";
import { FollowedTargets, type RetargetedKdamond } from "../../../../kernel/monitor/followed_targets.ts";
import { FakeProcesses } from "../../../fake_processes.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const ROOT = 42;
/** Few, so that they are used again. */
const PIDS = Array.from({ length: 8 }, (_, i) => 50 + i);
const UNIT = 0x10000;
const PARKED = 0;

/** What a kernel does with a list in which a process is not there any more. */
type Refusal = "ends the kdamond" | "says nothing" | "refuses";

interface Sent {
  kdamond: number;
  target: number;
  /** Whose memory it shows: the mark of a process, or {@linkcode PARKED}. */
  mark: number;
  timeNs: number;
}

/** The kernel's side: processes, each with a mark of its own that its addresses show, and a kdamond. */
class Model implements RetargetedKdamond {
  pid = 1000;
  nowNs = 1;
  refusal: Refusal = "says nothing";
  /** Ends in the moment of the next change. */
  dies: number | undefined;
  readonly marks = new Map<number, number>();
  readonly parents = new Map<number, number>();
  readonly ring: Sent[] = [];
  list: { pid: number; mark: number }[] = [];
  #on = true;
  #mark = 0;

  constructor(readonly processes: FakeProcesses) {
    this.processes.begin(this.pid);
    this.begin(ROOT);
    this.list = [{ pid: ROOT, mark: this.marks.get(ROOT)! }];
  }

  begin(pid: number, parent?: number): void {
    this.marks.set(pid, ++this.#mark);
    if (parent !== undefined) this.parents.set(pid, parent);
    this.processes.begin(pid, parent, this.#mark * UNIT);
  }

  end(pid: number): void {
    this.marks.delete(pid);
    this.parents.delete(pid);
    this.processes.end(pid);
    // Its children are somebody else's now; nothing here follows them any more but who did already.
    for (const [child, parent] of this.parents) if (parent === pid) this.parents.set(child, 1);
  }

  isOn(): boolean {
    return this.#on;
  }

  commit(targets: readonly Target[]): Promise<void> {
    assert.ok(this.#on);
    this.#loseOne();
    if (!this.#areThere(targets)) {
      if (this.refusal === "refuses") return Promise.reject(new KernelError("write commit", 22));
      if (this.refusal === "ends the kdamond") this.#on = false;
      return Promise.resolve();
    }
    this.list = targets.map(({ pid, regions }, i) => {
      if (regions.length > 0) return { pid: pid!, mark: regions[0].start / UNIT };
      // What was found out about one process must never become another's.
      assert.equal(this.list[i]?.pid, pid);
      return this.list[i];
    });
    return Promise.resolve();
  }

  restart(targets: readonly Target[]): Promise<void> {
    this.#on = false;
    this.#loseOne();
    if (!this.#areThere(targets)) return Promise.reject(new KernelError("write on", 22));
    this.#on = true;
    this.processes.end(this.pid);
    this.processes.begin(++this.pid);
    this.list = targets.map(({ pid }) => ({ pid: pid!, mark: this.marks.get(pid!)! }));
    return Promise.resolve();
  }

  aggregate(): void {
    if (!this.#on) return;
    this.list.forEach(({ mark }, target) => {
      this.ring.push({ kdamond: this.pid, target, mark, timeNs: this.nowNs });
    });
  }

  #loseOne(): void {
    if (this.dies !== undefined && this.marks.has(this.dies)) this.end(this.dies);
    this.dies = undefined;
    this.nowNs += 1e7;
  }

  #areThere(targets: readonly Target[]): boolean {
    return targets.every(({ pid }) => pid === this.pid || this.marks.has(pid!));
  }
}

const pick = fc.nat(1000);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("fork" as const), pid: pick, parent: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), pid: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("aggregate" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("drain" as const), count: fc.nat(30) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("look" as const),
      afterMs: fc.constantFrom(250, 250, 1000, 2500),
      dies: fc.option(pick, { freq: 4 }),
    }),
  },
);

Deno.test("FollowedTargets never takes one process's memory for another's, whoever begins and ends when, and in the end has all", async () => {
  const refusal = fc.constantFrom<Refusal>("ends the kdamond", "says nothing", "refuses");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), refusal, fc.boolean(), async (steps, refusal, replaces) => {
      using roots = fakeRoots({});
      const model = new Model(new FakeProcesses(roots));
      model.refusal = refusal;
      const context = {
        operations: "vaddr" as const,
        intervals: DEFAULT_INTERVALS,
        nrRegions: DEFAULT_NR_REGIONS,
        targets: [{ pid: ROOT, regions: [] }],
      };
      const recorded = { pid: model.pid, index: 0, ours: true, contexts: [context] };
      const followed = new FollowedTargets(roots, recorded, model, { replaces, clockNs: () => model.nowNs });
      const markOf = new Map<number, number>();
      const drain = (count: number) => {
        for (const { kdamond, target, mark, timeNs } of model.ring.splice(0, count)) {
          const start = mark * UNIT;
          const regions = Regions.from([{ start, end: start + 4096, nrAccesses: 0, age: 0 }]);
          const id = followed.idOf(kdamond, BigInt(target), regions, timeNs);
          assert.equal(id === undefined, mark === PARKED, `mark ${mark}, id ${id}`);
          if (id === undefined) continue;
          assert.ok(id < followed.pids.length);
          assert.equal(markOf.get(id) ?? mark, mark, `target ${id}`);
          markOf.set(id, mark);
        }
      };
      const look = async (afterMs: number) => {
        model.nowNs += afterMs * 1e6;
        await followed.look();
      };
      for (const each of steps) {
        const children = [...model.marks.keys()].filter((pid) => pid !== ROOT);
        const one = (of: readonly number[], pick: number) => of[pick % of.length];
        if (each.kind === "aggregate") {
          model.nowNs += 1e8;
          model.aggregate();
        } else if (each.kind === "drain") drain(each.count);
        else if (each.kind === "look") {
          if (each.dies !== null && children.length > 0) model.dies = one(children, each.dies);
          await look(each.afterMs);
          model.dies = undefined;
        } else if (each.kind === "end") {
          if (children.length > 0) model.end(one(children, each.pid));
        } else {
          const free = PIDS.filter((pid) => !model.marks.has(pid));
          if (free.length > 0) model.begin(one(free, each.pid), one([...model.marks.keys()], each.parent));
        }
      }
      for (let i = 0; i < 12; i++) {
        await look(1000);
        model.aggregate();
        drain(Infinity);
      }
      const isBelow = (pid: number | undefined): boolean =>
        pid === ROOT || (pid !== undefined && isBelow(model.parents.get(pid)));
      const wanted = [...model.marks].filter(([pid]) => isBelow(pid));
      const watched = new Set(model.list.map(({ mark }) => mark));
      for (const [pid, mark] of wanted) assert.ok(watched.has(mark), `${pid} is not watched`);
      const alive = new Set([...model.marks.values(), PARKED]);
      for (const { pid, mark } of model.list) assert.ok(alive.has(mark), `${pid} has ended`);
      assert.ok(model.isOn());
    }),
    { numRuns: 1000 },
  );
});
