import assert from "assert";
import { threadsOf } from "../../../kernel/machine/kernel_thread.ts";
import { readEntry } from "../../../kernel/control/ours.ts";
import { assertClean, roots, sleeper, turnOffStat } from "./control.ts";
import { DamoRunner } from "./damo_runner.ts";
import { damo, KDAMONDS, outcomeOf, spawnDamo, until } from "./guest.ts";
import { asker, RandomSteps, stateOf } from "./random_steps.ts";

// Not part of the lab's suite, as it takes minutes to hours: deno task concurrency runs it.
// DAMO_AGGRS="20ms 100ms 1s 8s" and DAMO_STEPS=500 take as long as they need.
turnOffStat();
const AGGRS = (Deno.env.get("DAMO_AGGRS") ?? "100ms 1s").split(" ");
const STEPS = Number(Deno.env.get("DAMO_STEPS") ?? 12);
/** `DAMO_KINDS="killed,start,stop"`: only these. */
const KINDS = Deno.env.get("DAMO_KINDS")?.split(",");
const SEED = Number(Deno.env.get("DAMO_SEED") ?? 1);

for (const aggr of AGGRS) {
  for (const word of ["update_schemes_stats", "update_schemes_tried_regions", "commit"]) {
    Deno.test(`start, tune, record ongoing, status and stop go their way beside a loop of ${word} at ${aggr}`, async () => {
      await using busy = sleeper();
      // What comes one after the other has one process: starting one takes a second here.
      await using runner = new DamoRunner();
      const damo = (...args: string[]) => runner.run(...args);
      const args = ["start", String(busy.pid), "--damos_action", "stat", "-a", aggr];
      assert.equal((await damo(...args)).code, 0);
      const [{ pid }] = threadsOf(roots);
      const other = asker(word);
      try {
        const recording = spawnDamo("record", "ongoing", "--timeout", "2", "-o", "/tmp/ongoing.arrow");
        const status = await damo("status");
        assert.match(status.out, new RegExp(`kdamond 0: on, pid ${pid}, started by damo start`), status.err);
        const recorded = await outcomeOf(recording);
        assert.equal(recorded.code, 0, recorded.err);
        assert.match(recorded.err, /ended by: timeout/);
        const tuned = await damo("tune", "--damos_age", "1s", "max");
        assert.ok(tuned.code === 0 || /EBUSY|has served others/.test(tuned.err), tuned.err);
        assert.deepEqual(threadsOf(roots).map((thread) => thread.pid), [pid]);
        const stopped = await damo("stop");
        // Where others never let it, that is said, and nothing is forgotten.
        if (stopped.code === 0) assert.match(stopped.out, /Turned off kdamond 0/);
        else {
          assert.match(stopped.err, new RegExp(`still on \\(kernel thread ${pid}\\); end it with: damo stop`));
          assert.equal(readEntry(roots, 0)?.kdamondPid, pid);
        }
        assert.equal(threadsOf(roots).length === 0, stopped.code === 0);
      } finally {
        await other.stop();
      }
      await stateOf();
      assert.equal((await damo("stop")).code, 0);
      assertClean();
    });
  }
}

Deno.test("schemes beside three that look at it runs until its time is over, and is off then", async () => {
  await using busy = sleeper();
  const args = ["schemes", String(busy.pid), "--damos_action", "stat", "-a", "1s", "--timeout", "6"];
  const schemes = spawnDamo(...args);
  await until(() => threadsOf(roots).length === 1, "on");
  const looks = [1, 2, 3].map(() => damo("status"));
  for (const look of looks) assert.match((await look).out, /kdamond 0: on/);
  const { code, err } = await outcomeOf(schemes);
  assert.equal(code, 0, err);
  assert.match(err, /ended by: timeout/);
  assertClean();
});

Deno.test("tune takes a target out that has ended, and says what to do where all have", async () => {
  await using runner = new DamoRunner();
  const damo = (...args: string[]) => runner.run(...args);
  await using one = sleeper();
  const two = new Deno.Command("sleep", { args: ["1000"], stdin: "null" }).spawn();
  assert.equal((await damo("start", "--target_pid", String(one.pid), "--target_pid", String(two.pid))).code, 0);
  const [{ pid }] = threadsOf(roots);
  two.kill("SIGKILL");
  await two.status;
  const { code, out, err } = await damo("tune", "-a", "200ms");
  assert.equal(code, 0, err);
  assert.match(err, new RegExp(`taken out as they have ended: ${two.pid}`));
  assert.match(out, /aggr_us: 100000 -> 200000/);
  assert.deepEqual(threadsOf(roots).map((thread) => thread.pid), [pid], "the same kernel thread goes on");
  assert.equal(Deno.readTextFileSync(`${KDAMONDS}/0/contexts/0/targets/nr_targets`), "1\n");
  assert.match((await damo("stop")).out, /Turned off/);
  assertClean();
});

Deno.test("once its target has ended, every command names the way out of it", async () => {
  await using runner = new DamoRunner();
  const damo = (...args: string[]) => runner.run(...args);
  await using other = sleeper();
  const target = new Deno.Command("sleep", { args: ["1000"], stdin: "null" }).spawn();
  assert.equal((await damo("start", String(target.pid), "--damos_action", "stat")).code, 0);
  target.kill("SIGKILL");
  await target.status;
  await until(() => threadsOf(roots).length === 0, "it ends with its target");
  for (
    const args of [["tune", "-a", "1s"], ["start", String(other.pid)], ["record", "ongoing", "-o", "/tmp/x.arrow"]]
  ) {
    const { code, err } = await damo(...args);
    assert.notEqual(code, 0);
    assert.match(err, /kdamond 0 is off, .*clean up with: damo stop/, args.join(" "));
  }
  assert.equal((await damo("stop")).code, 0);
  assertClean();
});

Deno.test(`after ${STEPS} random steps no kdamond of ours is lost, none of others' touched`, async () => {
  const steps = new RandomSteps(SEED, KINDS);
  try {
    await steps.run(STEPS);
  } catch (error) {
    console.log(`seed ${SEED}:\n${steps.said.join("\n")}`);
    throw error;
  } finally {
    console.log(JSON.stringify(Object.fromEntries(steps.counts)));
  }
  assertClean();
});
