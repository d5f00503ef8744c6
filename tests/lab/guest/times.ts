import { threadsOf } from "../../../kernel/machine/kernel_thread.ts";
import { roots, sleeper, turnOffStat } from "./control.ts";
import { damo, outcomeOf, spawnDamo, until } from "./guest.ts";

// How long commands take, and from a signal to its answer and to the prompt, in the lab: deno task times. Times of the guest, whose
// processor is some ten times slower: the start of a command that does nothing stands beside them.
const AGGRS = (Deno.env.get("DAMO_AGGRS") ?? "100ms 8s").split(" ");
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function timeOf(...args: string[]): Promise<string> {
  const beginMs = performance.now();
  const { code, err } = await damo(...args);
  const tookMs = Math.round(performance.now() - beginMs);
  return `${tookMs} ms${code === 0 ? "" : `, exit ${code}: ${err.trim().split("\n").at(-1)}`}`;
}

/** From a signal to the first word or the end, and to the end. */
async function signalled(afterMs: number, signal: Deno.Signal, ...args: string[]): Promise<string> {
  const child = spawnDamo(...args);
  if (args[0] === "schemes" || (args[0] === "trace" && args.length > 2)) {
    await until(() => threadsOf(roots).length > 0, "on");
  }
  await sleep(afterMs);
  const [reader, drained] = [child.stderr.getReader(), child.stdout.pipeTo(new WritableStream())];
  let firstMs: number | undefined, sentMs = Infinity, said = "";
  const decoder = new TextDecoder();
  const reading = (async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (performance.now() < sentMs) continue;
      firstMs ??= performance.now();
      said += decoder.decode(read.value);
    }
  })();
  await sleep(1);
  sentMs = performance.now();
  try {
    child.kill(signal);
  } catch {
    await Promise.all([child.status, reading, drained.catch(() => {})]);
    return `ended before ${signal} came after ${afterMs} ms`;
  }
  const { code } = await child.status;
  const endMs = performance.now();
  await Promise.all([reading, drained.catch(() => {})]);
  const answerMs = Math.round(Math.min(firstMs ?? endMs, endMs) - sentMs);
  const word = said.trim().split("\n")[0]?.slice(0, 100) ?? "";
  return `${signal}: answer ${answerMs} ms, prompt ${Math.round(endMs - sentMs)} ms, exit ${code}: ${word}`;
}

if (import.meta.main) {
  turnOffStat();
  console.log(`Linux ${Deno.osRelease()}, virtual time`);
  console.log(`--version: ${await timeOf("--version")}`);
  for (const aggr of AGGRS) {
    await using busy = sleeper();
    const pid = String(busy.pid);
    console.log(`-a ${aggr}`);
    const lines: [string, () => Promise<string>][] = [
      ["start", () => timeOf("start", pid, "--damos_action", "stat", "-a", aggr)],
      ["status", () => timeOf("status")],
      ["tune --damos_age", () => timeOf("tune", "--damos_age", "9s", "max")],
      ["record ongoing --timeout 1", () => timeOf("record", "ongoing", "--timeout", "1", "-o", "/tmp/times.arrow")],
      ["record ongoing", () => signalled(9000, "SIGINT", "record", "ongoing", "-o", "/tmp/times.arrow")],
      ["trace (of what runs)", () => signalled(9000, "SIGINT", "trace")],
      ["status --watch", () => signalled(9000, "SIGINT", "status", "--watch")],
      ["status", () => signalled(2400, "SIGTERM", "status")],
      ["tune --damos_age", () => signalled(3000, "SIGINT", "tune", "--damos_age", "10s", "max")],
      ["stop", () => signalled(2400, "SIGTERM", "stop")],
      ["stop", () => timeOf("stop")],
      ["schemes", () => signalled(4000, "SIGINT", "schemes", pid, "--damos_action", "stat", "-a", aggr)],
      ["schemes", () => signalled(4000, "SIGTERM", "schemes", pid, "--damos_action", "stat", "-a", aggr)],
      ["trace PID", () => signalled(4000, "SIGINT", "trace", pid, "-a", aggr)],
      [
        "record PID",
        () => signalled(9000, "SIGINT", "record", pid, "--monitor", "damon", "-a", aggr, "-o", "/tmp/t.arrow"),
      ],
    ];
    for (const [name, time] of lines) console.log(`  ${name}: ${await time()}`);
    await outcomeOf(spawnDamo("stop"));
  }
}
