import assert from "assert";
import { readEntry } from "../../../kernel/control/ours.ts";
import { threadsOf } from "../../../kernel/machine/kernel_thread.ts";
import { roots } from "./control.ts";
import { DamoRunner, type Outcome } from "./damo_runner.ts";
import { damo, KDAMONDS, put } from "./guest.ts";

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
const SIGNALS = ["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"] as const;
/** One command in so many is a process of its own, as a person starts it. */
const OWN_PROCESS = 12;

/** One run of random steps, against what is known of each: who started what, whether it may be on, what damo may say. */
export class RandomSteps {
  readonly said: string[] = [];
  /** How often each kind of step was done. */
  readonly counts = new Map<string, number>();
  readonly #random: () => number;
  readonly #runner = new DamoRunner();
  readonly #second = new DamoRunner();
  #target: Deno.ChildProcess | undefined;
  #asker: { stop(): Promise<void> } | undefined;
  #foreign: number | undefined;
  #foreignState = "";

  readonly #kinds: readonly string[] | undefined;

  /** @param kinds Only steps of these kinds; all by default. */
  constructor(seed: number, kinds?: readonly string[]) {
    this.#kinds = kinds;
    this.#random = randomOf(seed);
  }

  /** Does so many steps, then takes all back and compares. */
  async run(steps: number): Promise<void> {
    try {
      for (let n = 0; n < steps; n++) await this.#doOne(n);
      await this.#askerOff();
      await this.#foreignOff();
      const { code, out, err } = await damo("stop");
      assert.equal(code, 0, out + err);
      await this.#targetEnds();
      assert.deepEqual(threadsOf(roots), [], "threads in the end");
      put("nr_kdamonds", 0);
      assert.equal(readEntry(roots, 0), undefined);
    } finally {
      await this.#askerOff();
      await this.#runner.kill();
      await this.#second.kill();
    }
  }

  async #doOne(n: number): Promise<void> {
    const [name, step] = this.#choose();
    this.said.push(name);
    await step();
    // A kdamond whose last target has ended ends by itself, with its next sample.
    await sleep(50);
    assertNothingLost(this.#foreign, `step ${n}, ${name}`);
    this.#assertForeign(name);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (n % 10 === 9) console.log(`  ${n + 1} steps, ${Math.round(performance.now() / 1000)} s of the guest's time`);
  }

  #choose(): [string, () => Promise<void>] {
    const aggr = () => this.#one(AGGRS);
    const schemes = () => ["schemes", this.#pid(), "--damos_action", "stat", "-a", aggr(), "--timeout", "1"];
    const record = () => ["record", this.#pid(), "--timeout", "1", "--monitor", "damon", "-o", RECORD];
    const start = () => ["start", this.#pid(), "--damos_action", "stat", "-a", aggr()];
    const ongoing = ["record", "ongoing", "--timeout", "1", "-o", "/tmp/ongoing.arrow"];
    const all: [string, () => Promise<void>][] = [
      ["start", () => this.#damo(...start())],
      ["start", () => this.#damo(...start())],
      ["stop", () => this.#damo("stop")],
      ["tune", () => this.#damo("tune", "-a", aggr())],
      ["tune", () => this.#damo("tune", "--damos_age", this.#one(["1s", "2s"]), "max")],
      ["status", () => this.#damo("status")],
      ["schemes", () => this.#damo(...schemes())],
      ["record", () => this.#damo(...record())],
      ["record ongoing", () => this.#damo(...ongoing)],
      ["pair", () => this.#pair(this.#one([start(), ["tune", "-a", aggr()], schemes(), ongoing, ["stop"]]))],
      ["killed", () => this.#killed(this.#one([start(), ["stop"], ["tune", "-a", aggr()], schemes(), record()]))],
      ["killed", () => this.#killed(this.#one([start(), ["stop"], ["tune", "-a", aggr()], schemes(), record()]))],
      ["asker on", () => this.#askerOn()],
      ["asker off", () => this.#askerOff()],
      ["foreign setting", () => this.#foreignSetting()],
      ["target ends", () => this.#targetEnds()],
      ["foreign on", () => this.#foreignOn()],
      ["foreign off", () => this.#foreignOff()],
    ];
    return this.#one(all.filter(([name]) => this.#kinds?.includes(name) ?? true));
  }

  #one<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)];
  }

  #pid(): string {
    this.#target ??= new Deno.Command("sleep", { args: ["10000"], stdin: "null" }).spawn();
    return String(this.#target.pid);
  }

  /** The kernel threads but the foreign one. */
  #threads(): number[] {
    return threadsOf(roots).map(({ pid }) => pid).filter((pid) => pid !== this.#foreign);
  }

  async #damo(...args: string[]): Promise<void> {
    const before = this.#threads();
    const isOwnProcess = this.#random() < 1 / OWN_PROCESS;
    const outcome = await (isOwnProcess ? damo(...args) : this.#runner.run(...args));
    this.said.push(`  ${args.join(" ")}: ${outcome.code}`);
    this.#check(args, outcome, before, this.#threads());
    // Who could not turn off what it started has ended, as a process of its own would have.
    if (/is still on/.test(outcome.err)) await this.#runner.kill();
  }

  /** What damo says is held against the threads that were there before and are there after. */
  #check(args: string[], { code, out, err }: Outcome, before: number[], after: number[]): void {
    const what = `damo ${args.join(" ")}: exit ${code}, threads ${before} then ${after}\n${out}${err}`;
    const isBusy = /EBUSY|has served others|is still on/.test(err);
    assert.ok(code === 0 || code === 1 || code === 2, what);
    assert.doesNotMatch(out + err, /DAMO_DEBUG|undefined|\bat file:/, what);
    if (code === 1 && this.#asker === undefined) assert.ok(!isBusy, `nobody asks: ${what}`);
    const [name, second] = args;
    const isTargetAlive = this.#target !== undefined;
    if (name === "start") {
      if (code === 0) assert.ok(after.length === 1 && out.includes(`pid ${after[0]}`), what);
      else assert.deepEqual(after, before, what);
      if (code !== 0 && before.length === 0 && this.#foreign === undefined) {
        assert.match(err, /damo stop|busy|others/, what);
      }
    } else if (name === "tune") {
      if (code === 0) assert.ok(after.length === 1 && (before[0] === after[0] || /on again/.test(err)), what);
      else if (isTargetAlive) assert.deepEqual(after, before, what);
      if (before.length === 0) assert.notEqual(code, 0, what);
      if (/is not on|is off/.test(err)) assert.deepEqual(before, [], what);
    } else if (name === "status") {
      assert.ok(code === 0 || isBusy, what);
      for (const pid of code === 0 ? before : []) assert.ok(out.includes(`on, pid ${pid}`), what);
      if (before.length === 0 && this.#foreign === undefined) assert.doesNotMatch(out, /on, pid/, what);
    } else if (name === "stop") {
      if (code === 0) assert.deepEqual(after, [], what);
      else assert.ok(isBusy && (after.length === 0 || err.includes(`kernel thread ${after[0]}`)), what);
      if (/Nothing to stop/.test(out)) assert.ok(before.length === 0 && this.#foreign === undefined, what);
      if (code === 0 && before.length > 0) assert.match(out, /Turned off|Ended/, what);
      if (code === 0 && this.#foreign !== undefined) assert.match(out, /Left alone/, what);
    } else if (second === "ongoing") {
      assert.deepEqual(after, before, what);
      if (before.length > 0) assert.ok(code === 0 ? /ended by: timeout/.test(err) : isBusy, what);
      else if (this.#foreign === undefined) assert.notEqual(code, 0, what);
    } else {
      // One that was on before stays, and nothing else is left on.
      if (!/is still on/.test(err)) assert.deepEqual(after, before, what);
      if (code === 0) assert.match(err, /ended by: timeout/, what);
      else if (before.length > 0 || this.#foreign !== undefined) {
        assert.match(err, /Cannot|is in the way|busy|left untouched|uses|still there|left behind/, what);
      }
    }
  }

  /** A command beside one that only looks. */
  async #pair(args: string[]): Promise<void> {
    const before = this.#threads();
    const [outcome, looked] = await Promise.all([this.#runner.run(...args), this.#second.run("status")]);
    this.said.push(`  ${args.join(" ")}: ${outcome.code}, beside status: ${looked.code}`);
    this.#check(args, outcome, before, this.#threads());
    assert.doesNotMatch(looked.out + looked.err, /DAMO_DEBUG|undefined|\bat file:/);
  }

  /** A command that is killed, or told to end, at a random moment. */
  async #killed(args: string[]): Promise<void> {
    await this.#runner.run("--version");
    const signal = this.#one(SIGNALS);
    const running = this.#runner.run(...args);
    await sleep(this.#random() ** 2 * 2500);
    if (signal === "SIGKILL") await this.#runner.kill();
    else this.#runner.signal(signal);
    // What does not end by itself after a signal came to it before it listened for it.
    const late = setTimeout(() => this.#runner.kill(), 120_000);
    const { code, out, err } = await running;
    clearTimeout(late);
    // A signal that came after the command has ended the runner itself, or will.
    await this.#runner.kill();
    if (code !== undefined) assert.doesNotMatch(out + err, /DAMO_DEBUG|undefined|\bat file:/);
    this.said.push(`  ${args.join(" ")}: ${signal}, ${code}`);
  }

  async #askerOn(): Promise<void> {
    await this.#askerOff();
    this.#asker = asker(this.#one(WORDS), this.#one(WORDS));
  }

  async #askerOff(): Promise<void> {
    await this.#asker?.stop();
    this.#asker = undefined;
  }

  /** Somebody else changes a setting of what damo started, and takes that back: with another one it would be theirs once it is off. */
  async #foreignSetting(): Promise<void> {
    if (this.#threads().length !== 1 || this.#target === undefined) return;
    await this.#askerOff();
    const max = "0/contexts/0/monitoring_attrs/nr_regions/max";
    const before = Deno.readTextFileSync(`${KDAMONDS}/${max}`).trim();
    for (const text of ["700", before]) {
      put(max, text);
      put("0/state", "commit");
      await sleep(100);
    }
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
}

const RECORD = "/tmp/steps.arrow";
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
