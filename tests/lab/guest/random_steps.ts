import assert from "assert";
import { readEntry } from "../../../kernel/ours.ts";
import { threadsOf } from "../../../kernel/kernel_thread.ts";
import { roots } from "./control.ts";
import { damo, KDAMONDS, outcomeOf, put, spawnDamo } from "./guest.ts";

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Somebody else who asks DAMON for something again and again, as a second shell does. */
export function asker(...words: string[]): { stop(): Promise<void> } {
  const script = `while :; do for w in ${words.join(" ")}; do echo $w >${KDAMONDS}/0/state; done; done`;
  const child = new Deno.Command("sh", { args: ["-c", script], stdin: "null", stderr: "null" }).spawn();
  return {
    async stop() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/** Whether kdamond 0 is on, by its files; somebody may keep them busy for a moment. */
export async function stateOf(): Promise<string> {
  for (let i = 0; i < 2000; i++) {
    try {
      return Deno.readTextFileSync(`${KDAMONDS}/0/state`).trim();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "none";
      await new Promise((done) => setTimeout(done, 10));
    }
  }
  return "busy";
}

/** What must hold whatever came before: a kernel thread is one that is noted as ours, or the foreign one. */
export function assertNothingLost(foreign: number | undefined, what: string): void {
  for (const { pid } of threadsOf(roots)) {
    if (pid === foreign) continue;
    const entry = readEntry(roots, 0);
    // One that was killed before it could note the thread has noted what it staged.
    const isNoted = entry !== undefined && (entry.kdamondPid === undefined || entry.kdamondPid === pid);
    assert.ok(isNoted, `${what}: kernel thread ${pid} is nobody's`);
  }
}

const AGGRS = ["20ms", "100ms", "400ms", "1s"];
const WORDS = ["update_schemes_stats", "update_schemes_tried_regions", "commit", "update_schemes_effective_quotas"];

/** One run of random steps, against what is known of each: who started what, whether it may be on, what damo may say. */
export class RandomSteps {
  readonly said: string[] = [];
  readonly #random: () => number;
  #target: Deno.ChildProcess | undefined;
  #asker: { stop(): Promise<void> } | undefined;
  #foreign: number | undefined;
  #foreignState = "";

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  /** Does so many steps, then takes all back and compares. */
  async run(steps: number): Promise<void> {
    for (let n = 0; n < steps; n++) {
      const [name, step] = this.#choose();
      this.said.push(name);
      await step();
      await this.#settle();
      assertNothingLost(this.#foreign, `step ${n}, ${name}`);
      this.#assertForeign(name);
    }
    await this.#askerOff();
    await this.#foreignOff();
    const { code, out, err } = await damo("stop");
    assert.equal(code, 0, out + err);
    this.#target?.kill("SIGKILL");
    await this.#target?.status;
    assert.deepEqual(threadsOf(roots), [], "threads in the end");
    put("nr_kdamonds", 0);
    assert.equal(readEntry(roots, 0), undefined);
  }

  #choose(): [string, () => Promise<void>] {
    const all: [string, () => Promise<void>][] = [
      ["start", () => this.#damo("start", String(this.#pid()), "--damos_action", "stat", "-a", this.#one(AGGRS))],
      ["stop", () => this.#stop()],
      ["tune", () => this.#damo("tune", "-a", this.#one(AGGRS))],
      ["tune scheme", () => this.#damo("tune", "--damos_age", this.#one(["1s", "2s"]), "max")],
      ["status", () => this.#damo("status")],
      [
        "schemes",
        () =>
          this.#damo(
            "schemes",
            String(this.#pid()),
            "--damos_action",
            "stat",
            "-a",
            this.#one(AGGRS),
            "--timeout",
            "1",
          ),
      ],
      [
        "record",
        () =>
          this.#damo("record", String(this.#pid()), "--timeout", "1", "--monitor", "damon", "-o", "/tmp/steps.arrow"),
      ],
      ["record ongoing", () => this.#damo("record", "ongoing", "--timeout", "1", "-o", "/tmp/steps.arrow")],
      ["killed", () => this.#killed()],
      ["asker on", () => this.#askerOn()],
      ["asker off", () => this.#askerOff()],
      ["target ends", () => this.#targetEnds()],
      ["foreign on", () => this.#foreignOn()],
      ["foreign off", () => this.#foreignOff()],
    ];
    return this.#one(all);
  }

  #one<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)];
  }

  #pid(): number {
    this.#target ??= new Deno.Command("sleep", { args: ["10000"], stdin: "null" }).spawn();
    return this.#target.pid;
  }

  async #damo(...args: string[]): Promise<void> {
    const { code, out, err } = await damo(...args);
    this.#check(args, code, out, err);
    if (args[0] === "start" && code === 0) assert.equal(threadsOf(roots).length, 1, `${args}: ${out}`);
  }

  #check(args: string[], code: number, out: string, err: string): void {
    const what = `damo ${args.join(" ")}: exit ${code}\n${out}${err}`;
    assert.ok([0, 1, 2].includes(code), what);
    assert.doesNotMatch(out + err, /DAMO_DEBUG|undefined|\bat file:/, what);
    // One that goes on is not said to have ended.
    if (/^damo: .*kdamond stopped/m.test(err)) assert.ok(this.#foreign === undefined || args[1] !== "ongoing", what);
  }

  async #stop(): Promise<void> {
    const { code, out, err } = await damo("stop");
    this.#check(["stop"], code, out, err);
    const others = threadsOf(roots).filter(({ pid }) => pid !== this.#foreign);
    if (code === 0) assert.deepEqual(others, [], `${out}${err}`);
    if (this.#foreign !== undefined) assert.match(out, /Left alone/);
  }

  /** A command that is killed at a random moment. */
  async #killed(): Promise<void> {
    const args = this.#one([
      ["start", String(this.#pid()), "--damos_action", "stat"],
      ["stop"],
      ["tune", "-a", this.#one(AGGRS)],
      ["schemes", String(this.#pid()), "--damos_action", "stat"],
      ["record", String(this.#pid()), "--monitor", "damon", "-o", "/tmp/steps.arrow"],
    ]);
    const child = spawnDamo(...args);
    await new Promise((done) => setTimeout(done, this.#random() * 4000));
    try {
      child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await outcomeOf(child);
    this.said.push(`  ${args.join(" ")}`);
  }

  async #askerOn(): Promise<void> {
    await this.#askerOff();
    this.#asker = asker(this.#one(WORDS), this.#one(WORDS));
  }

  async #askerOff(): Promise<void> {
    await this.#asker?.stop();
    this.#asker = undefined;
  }

  async #targetEnds(): Promise<void> {
    this.#target?.kill("SIGKILL");
    await this.#target?.status;
    this.#target = undefined;
  }

  /** Somebody else's kdamond, where nothing of ours is staged. */
  async #foreignOn(): Promise<void> {
    const isFree = threadsOf(roots).length === 0 && readEntry(roots, 0) === undefined;
    if (this.#foreign !== undefined || !isFree) return;
    await this.#askerOff();
    put("nr_kdamonds", 1);
    put("0/contexts/nr_contexts", 1);
    put("0/contexts/0/operations", "paddr");
    put("0/contexts/0/monitoring_attrs/intervals/aggr_us", 200_000);
    put("0/contexts/0/targets/nr_targets", 1);
    put("0/contexts/0/targets/0/regions/nr_regions", 1);
    put("0/contexts/0/targets/0/regions/0/start", 16 << 20);
    put("0/contexts/0/targets/0/regions/0/end", 512 << 20);
    put("0/state", "on");
    this.#foreign = threadsOf(roots)[0].pid;
    this.#foreignState = this.#foreignTree();
  }

  async #foreignOff(): Promise<void> {
    if (this.#foreign === undefined) return;
    await this.#askerOff();
    put("0/state", "off");
    put("nr_kdamonds", 0);
    this.#foreign = undefined;
  }

  #foreignTree(): string {
    const files = [
      "operations",
      "monitoring_attrs/intervals/aggr_us",
      "monitoring_attrs/intervals/sample_us",
      "targets/nr_targets",
      "schemes/nr_schemes",
      "targets/0/regions/0/end",
    ];
    return files.map((file) => Deno.readTextFileSync(`${KDAMONDS}/0/contexts/0/${file}`)).join("");
  }

  #assertForeign(what: string): void {
    if (this.#foreign === undefined) return;
    assert.ok(threadsOf(roots).some(({ pid }) => pid === this.#foreign), `${what} ended a foreign kdamond`);
    assert.equal(this.#foreignTree(), this.#foreignState, `${what} changed a foreign kdamond`);
  }

  /** A kdamond whose last target has ended ends by itself, with its next look. */
  async #settle(): Promise<void> {
    await new Promise((done) => setTimeout(done, 50));
  }
}
