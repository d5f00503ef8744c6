import { threadsOf } from "../../../kernel/machine/kernel_thread.ts";
import { roots, sleeper, turnOffStat } from "./control.ts";
import { DamoRunner } from "./damo_runner.ts";
import { asker } from "./random_steps.ts";
import { put, until } from "./guest.ts";

// What was once seen to lose a kdamond, or to be said wrongly, done again with any version of damo, in the lab:
//   deno task reproductions               with this checkout's
//   DAMO_PROGRAM=/path/to/damo deno task reproductions
// Each line says what came of it; the exit code is 1 where one of them is as it was.
const PROGRAM = Deno.env.get("DAMO_PROGRAM") ?? new URL("../../../damo", import.meta.url).pathname;
const ONLY = Deno.env.get("DAMO_ONLY");
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const [major, minor] = Deno.osRelease().split(/[.-]/).map(Number);
const isFrom = (wanted: string) => {
  const [a, b] = wanted.split(".").map(Number);
  return major > a || (major === a && minor >= b);
};

interface Outcome {
  code: number;
  out: string;
  err: string;
}

const spawn = (...args: string[]) =>
  new Deno.Command(PROGRAM, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();

async function outcomeOf(child: Deno.ChildProcess): Promise<Outcome> {
  const { code, stdout, stderr } = await child.output();
  return { code, out: text(stdout), err: text(stderr) };
}

/** This checkout's commands, one after the other, have one process: starting one takes a second here. */
const runner = Deno.env.has("DAMO_PROGRAM") ? undefined : new DamoRunner();
const damo = async (...args: string[]): Promise<Outcome> => {
  if (!runner) return await outcomeOf(spawn(...args));
  const { code = -1, out, err } = await runner.run(...args);
  return { code, out, err };
};

/** The kernel threads of DAMON's that live. */
const threads = () => threadsOf(roots).map(({ pid }) => pid);

/** The line that says the most: the last one that damo wrote as a message, or the last of all. */
function lineOf({ code, out, err }: Outcome): string {
  const lines = `${out}\n${err}`.trim().split("\n");
  const said = lines.filter((line) => /^damo: /.test(line)).at(-1) ?? lines.at(-1) ?? "";
  return `exit ${code}: ${said.slice(0, 300)}`;
}

/** Whether it is as it is to be, and what was seen. */
type Verdict = [boolean, string];

function other(): { pid: number; end(): Promise<void> } {
  const child = new Deno.Command("sleep", { args: ["10000"], stdin: "null" }).spawn();
  const status = child.status;
  return {
    pid: child.pid,
    end: async () => {
      try {
        child.kill("SIGKILL");
      } catch { /* it has ended */ }
      await status;
    },
  };
}

async function schemesBesideStatus(): Promise<Verdict> {
  const dir = Deno.makeTempDirSync();
  await using busy = sleeper();
  Deno.writeTextFileSync(`${dir}/cold.txt`, "4K max 0 0 2s max pageout\n");
  const child = spawn("schemes", "-c", `${dir}/cold.txt`, String(busy.pid), "-a", "1s", "--timeout", "15");
  await until(() => threads().length === 1, "on");
  const [thread] = threads();
  const looks = await Promise.all([1, 2, 3].map(() => outcomeOf(spawn("status"))));
  const wrong = looks.filter(({ out }) => !/kdamond 0: on/.test(out));
  const outcome = await outcomeOf(child);
  const left = threads().includes(thread);
  const isWhole = outcome.code === 0 && /ended by: timeout|timeout/.test(outcome.err);
  const seen =
    `${lineOf(outcome)}; afterwards ${
      left ? "PAGEOUT IS LEFT RUNNING" : "off"
    }; ${wrong.length} of 3 status did not say on` +
    (wrong.length > 0 ? `: ${lineOf(wrong[0])}` : "");
  return [isWhole && !left && wrong.length === 0, seen];
}

async function stopBesideAsker(aggr: string): Promise<Verdict> {
  await using busy = sleeper();
  await damo("start", String(busy.pid), "--damos_action", "stat", "-a", aggr);
  const [thread] = threads();
  const loop = asker("update_schemes_tried_regions");
  await sleep(200);
  const stopped = await damo("stop");
  await loop.stop();
  const left = threads().includes(thread);
  const again = await damo("stop");
  const isTrue = left ? stopped.code === 1 && /still on/.test(stopped.err) : stopped.code === 0;
  const seen = `${lineOf(stopped)}; ${left ? "it is on" : "it is off"}; stop again: ${lineOf(again)}`;
  return [isTrue && threads().length === 0, seen];
}

async function recordBesideWatch(): Promise<Verdict> {
  await using busy = sleeper();
  await damo("start", String(busy.pid), "--damos_action", "stat", "-a", "1s");
  const watch = spawn("status", "--watch", "0.2");
  const watched = outcomeOf(watch);
  const recorded = await damo("record", "ongoing", "--timeout", "5", "-o", "/tmp/beside.arrow");
  const left = threads().length === 1;
  watch.kill("SIGINT");
  const off = (await watched).out.match(/kdamond 0: off/g)?.length ?? 0;
  const stopped = await damo("stop");
  const isWhole = recorded.code === 0 && /ended by: timeout/.test(recorded.err);
  const seen = `record: ${lineOf(recorded)}; kdamond ${left ? "on" : "off"}; status said off ${off} times; ` +
    `stop: ${lineOf(stopped)}`;
  return [isWhole && left && off === 0 && stopped.code === 0 && threads().length === 0, seen];
}

async function traceBesideAsker(): Promise<Verdict> {
  await using busy = sleeper();
  const child = spawn("trace", String(busy.pid), "-a", "1s", "--damos_action", "stat", "--timeout", "4");
  await until(() => threads().length === 1, "on");
  const loop = asker("update_schemes_tried_regions");
  const outcome = await outcomeOf(child);
  await loop.stop();
  const [left] = threads();
  const again = await damo("stop");
  // Where others never let it turn off what it started, it says so.
  const isTrue = left === undefined
    ? outcome.code === 0 && /ended by: timeout/.test(outcome.err)
    : outcome.code === 1 && outcome.err.includes(`still on (kernel thread ${left}); end it with: damo stop`);
  const seen = `${lineOf(outcome)}; ${left === undefined ? "off" : "on"}; stop: ${lineOf(again)}`;
  return [isTrue && threads().length === 0, seen];
}

async function tuneWithOneEnded(): Promise<Verdict> {
  await using one = sleeper();
  const two = other();
  await damo("start", "--target_pid", String(one.pid), "--target_pid", String(two.pid));
  await two.end();
  const tuned = await damo("tune", "-a", "200ms");
  await sleep(500);
  const on = threads().length;
  return [tuned.code === 0 && on === 1, `${lineOf(tuned)}; kdamond ${on ? "on" : "OFF"}`];
}

async function migrateForProcess(): Promise<Verdict> {
  await using busy = sleeper();
  const args = ["--damos_action", "migrate_cold", "0"];
  const started = await damo("start", String(busy.pid), ...args);
  const isRight = isFrom("6.17") ? started.code === 0 : started.code !== 0 && /6\.17|vaddr/.test(started.err);
  return [isRight, lineOf(started)];
}

async function afterTargetsEnd(): Promise<Verdict> {
  await using busy = sleeper();
  const target = other();
  await damo("start", String(target.pid), "--damos_action", "stat");
  await target.end();
  await until(() => threads().length === 0, "it ends with its target");
  const said: string[] = [];
  let isRight = true;
  for (const args of [["tune", "-a", "1s"], ["start", String(busy.pid)], ["record", "ongoing", "-o", "/tmp/x.arrow"]]) {
    const outcome = await damo(...args);
    isRight &&= outcome.code !== 0 && /clean up with: damo stop/.test(outcome.err);
    said.push(`${args[0]}: ${lineOf(outcome)}`);
  }
  const stopped = await damo("stop");
  return [isRight && stopped.code === 0, said.join("; ")];
}

async function numberOfRegions(): Promise<Verdict> {
  await using busy = sleeper();
  const outcome = await damo("start", String(busy.pid), "-m", "18446744073709551615");
  return [outcome.code !== 0 && !/18446744073709552000|18446744073709551616/.test(outcome.err), lineOf(outcome)];
}

async function rangeToTheEnd(): Promise<Verdict> {
  await using busy = sleeper();
  const outcome = await damo("start", String(busy.pid), "--regions", "4096-18446744073709551615");
  return [outcome.code !== 0 && /ends above 0xfffffffffffff000/.test(outcome.err), lineOf(outcome)];
}

async function noSuchProcess(): Promise<Verdict> {
  const outcome = await damo("start", "999999");
  return [outcome.code !== 0 && !/record/.test(outcome.err), lineOf(outcome)];
}

async function agesAfterTune(): Promise<Verdict> {
  await using busy = sleeper();
  await damo("start", String(busy.pid), "--damos_action", "stat", "--damos_age", "1s", "max");
  const outcome = await damo("tune", "-a", "200ms");
  return [outcome.code === 0 && /times as long|twice/.test(outcome.err), lineOf(outcome)];
}

async function smallCgroup(): Promise<Verdict> {
  await using busy = sleeper();
  const group = "/sys/fs/cgroup/small";
  Deno.writeTextFileSync("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
  Deno.mkdirSync(group, { recursive: true });
  Deno.writeTextFileSync(`${group}/memory.max`, "40M");
  const command = `echo $$ >${group}/cgroup.procs; exec ${PROGRAM} record ${busy.pid} --timeout 1 -o /tmp/small.arrow`;
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", command], stdin: "null" }).output();
  const outcome = { code, out: text(stdout), err: text(stderr) };
  await damo("stop");
  await sleep(200);
  Deno.removeSync(group);
  const note = /.*the memory cgroup \/small allows 40 MiB.*/.exec(outcome.err)?.[0] ??
    "no word about the memory cgroup";
  return [!/^no word/.test(note), `${lineOf(outcome)}; ${note}`];
}

async function interruptedSchemes(): Promise<Verdict> {
  await using busy = sleeper();
  const child = spawn("schemes", String(busy.pid), "--damos_action", "stat", "-a", "8s");
  await until(() => threads().length === 1, "on");
  await sleep(3000);
  const beginMs = performance.now();
  child.kill("SIGINT");
  const outcome = await outcomeOf(child);
  const tookMs = Math.round(performance.now() - beginMs);
  const left = threads().length;
  return [left === 0 && outcome.code === 130, `Ctrl-C to prompt ${tookMs} ms of the guest's time; ${left} left on`];
}

async function linesOfJson(): Promise<Verdict> {
  await using busy = sleeper();
  const child = spawn("schemes", String(busy.pid), "--damos_action", "stat", "-a", "1s", "--json", "--timeout", "8");
  const times: number[] = [];
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) times.push(performance.now());
  await child.stderr.cancel();
  await child.status;
  const gaps = times.slice(1, -1).map((time, i) => Math.round(time - times[i]));
  return [gaps.every((gap) => gap > 700 && gap < 1500), `ms between lines: ${gaps.join(" ")}`];
}

/** How many warnings the kernel has written. */
function warnings(): number {
  const { stdout } = new Deno.Command("/bin/busybox", { args: ["dmesg"] }).outputSync();
  return text(stdout).split("\n").filter((line) => /WARNING:.*damon|damon.*WARNING/.test(line)).length;
}

async function warningOfTune(): Promise<Verdict> {
  await using busy = sleeper();
  const before = warnings();
  await damo("start", String(busy.pid), "-a", "100ms");
  await sleep(1000);
  const tuned = await damo("tune", "-a", "1s");
  await sleep(3000);
  const drawn = warnings() - before;
  return [drawn === 0, `${lineOf(tuned)}; the kernel wrote ${drawn} warnings`];
}

const ALL: [string, () => Promise<Verdict>][] = [
  ["1  schemes -c F PID beside three status, -a 1s", schemesBesideStatus],
  ["1  stop beside a loop of update_schemes_tried_regions, -a 1s", () => stopBesideAsker("1s")],
  ["1  the same at -a 100ms", () => stopBesideAsker("100ms")],
  ["1  start, record ongoing, status --watch 0.2, -a 1s", recordBesideWatch],
  ["1  trace beside a loop of update_schemes_tried_regions, -a 1s", traceBesideAsker],
  ["2  tune with one ended target of two", tuneWithOneEnded],
  ["3  migrate_cold for a process", migrateForProcess],
  ["4  Ctrl-C of schemes, -a 8s", interruptedSchemes],
  ["4  schemes --json, -a 1s", linesOfJson],
  ["5  tune, start, record ongoing after the target has ended", afterTargetsEnd],
  ["7  -m 18446744073709551615", numberOfRegions],
  ["7  a range up to 2^64-1", rangeToTheEnd],
  ["7  start 999999", noSuchProcess],
  ["7  tune -a 200ms with a scheme of an age", agesAfterTune],
  ["7  record in a memory cgroup of 40M", smallCgroup],
  ["8  tune to a longer aggregation", warningOfTune],
];

/** DAMON as at boot, whatever is left. */
async function clean(): Promise<void> {
  for (let i = 0; i < 400 && threads().length > 0; i++) {
    try {
      put("0/state", "off");
    } catch { /* it is busy, or off by now */ }
    await sleep(5);
  }
  for (let i = 0; i < 100; i++) {
    try {
      put("nr_kdamonds", 0);
      break;
    } catch {
      await sleep(20);
    }
  }
  try {
    Deno.removeSync("/run/damo", { recursive: true });
  } catch { /* nothing was kept */ }
}

if (import.meta.main) {
  turnOffStat();
  console.log(`Linux ${Deno.osRelease()}, ${PROGRAM}`);
  let failed = 0;
  for (const [name, reproduce] of ALL) {
    if (ONLY !== undefined && !new RegExp(ONLY).test(name)) continue;
    let verdict: Verdict;
    try {
      verdict = await reproduce();
    } catch (error) {
      verdict = [false, String(error)];
    }
    await clean();
    if (!verdict[0]) failed++;
    console.log(`${verdict[0] ? "good " : "WRONG"} ${name}\n      ${verdict[1]}`);
  }
  await runner?.kill();
  Deno.exit(failed > 0 ? 1 : 0);
}
