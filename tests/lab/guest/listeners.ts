import { openListener } from "../../../ffi/listener.ts";
import { openTracer } from "../../../ffi/tracer.ts";
import { TracepointLines } from "../../../cli/record/trace_run.ts";
import { readTracepoints } from "../../../kernel/control/tracepoints.ts";
import { type RunningKdamond, startKdamonds } from "../../../kernel/control/kdamond.ts";
import { context, hotCold, roots, turnOffStat } from "./control.ts";
import { startWorkload } from "./guest.ts";

// What it costs the kdamond to be listened to, in the lab: deno task listeners. Pairs of a window in which nobody listens and one in
// which somebody does, so that both have the same machine.
const PAIRS = Number(Deno.env.get("DAMO_PAIRS") ?? 10);
const WINDOW_MS = Number(Deno.env.get("DAMO_WINDOW_MS") ?? 1000);
const POLL_MS = 250;
const EVENT = "/sys/kernel/tracing/events/damon/damon_aggregated";
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Processor time of the kernel thread, ns. */
const cpuNs = (pid: number) => Number(Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ")[0]);

interface Window {
  cpuNs: number;
  events: number;
}

/** Listens for a window: getting ready for it is not part of that. */
type Listen = (pid: number) => Promise<Window>;

async function plainFtrace(pid: number): Promise<Window> {
  const count = () =>
    [...Deno.readDirSync("/sys/kernel/tracing/per_cpu")].reduce((sum, { name }) => {
      const stats = Deno.readTextFileSync(`/sys/kernel/tracing/per_cpu/${name}/stats`);
      return sum + Number(/^entries: (\d+)/m.exec(stats)![1]) + Number(/^overrun: (\d+)/m.exec(stats)![1]);
    }, 0);
  Deno.writeTextFileSync(`${EVENT}/enable`, "1");
  const before = count();
  const window = await windowOf(pid, async () => {
    await sleep(WINDOW_MS);
    return count() - before;
  });
  Deno.writeTextFileSync(`${EVENT}/enable`, "0");
  return window;
}

/** As `damo record ongoing` listens. */
async function tracer(pid: number): Promise<Window> {
  await using tracer = openTracer({});
  tracer.attach();
  tracer.watch(pid);
  return await windowOf(pid, async () => {
    const untilMs = performance.now() + WINDOW_MS;
    const before = tracer.counters().sent;
    while (performance.now() < untilMs) {
      await tracer.wait(POLL_MS);
      while (tracer.drain().length > 0);
    }
    return tracer.counters().sent - before;
  });
}

/** As `damo trace` listens; with a pause before it takes what there is, or without. */
function listener(pauseMs: number): Listen {
  return async (pid) => {
    await using listener = openListener({});
    const tracepoints = readTracepoints(roots);
    tracepoints.forEach(({ id, name }, number) => listener.attach(id, number, name));
    listener.watch(pid);
    const lines = new TracepointLines(listener, tracepoints, "hex");
    using nowhere = Deno.openSync("/dev/null", { write: true });
    return await windowOf(pid, async () => {
      const untilMs = performance.now() + WINDOW_MS;
      const before = listener.counters().sent;
      while (performance.now() < untilMs) {
        const ready = await listener.wait(POLL_MS);
        if (pauseMs > 0 && ready === "ready") await sleep(pauseMs);
        for (let text = lines.next(); text !== ""; text = lines.next()) {
          await nowhere.write(new TextEncoder().encode(text));
        }
      }
      return listener.counters().sent - before;
    });
  };
}

/** Measures while `hear` goes on, which gives the number of events. */
async function windowOf(pid: number, hear: () => Promise<number>): Promise<Window> {
  const beginMs = performance.now(), before = cpuNs(pid);
  const events = await hear();
  const share = WINDOW_MS / (performance.now() - beginMs);
  return { cpuNs: (cpuNs(pid) - before) * share, events: events * share };
}

const LISTENERS: [string, Listen][] = [
  ["plain ftrace", plainFtrace],
  ["record ongoing", tracer],
  ["trace, each event at once", listener(0)],
  ["trace", listener(10)],
];

async function measure(kdamond: RunningKdamond): Promise<void> {
  for (const [name, listen] of LISTENERS) {
    const ratios: number[] = [], each: number[] = [];
    let events = 0;
    for (let pair = 0; pair < PAIRS; pair++) {
      const alone = await windowOf(kdamond.pid, async () => (await sleep(WINDOW_MS), 0));
      const heard = await listen(kdamond.pid);
      ratios.push(heard.cpuNs / alone.cpuNs);
      each.push((heard.cpuNs - alone.cpuNs) / heard.events);
      events += heard.events;
    }
    const middle = (all: number[]) => all.toSorted((a, b) => a - b)[all.length >> 1];
    const sorted = ratios.toSorted((a, b) => a - b);
    console.log(
      `${name}: kdamond's processor time x${middle(ratios).toFixed(3)} (${sorted[0].toFixed(3)} to ` +
        `${sorted.at(-1)!.toFixed(3)}), ${(middle(each) / 1000).toFixed(2)} µs an event, ` +
        `${Math.round(events / PAIRS)} events a window; ${PAIRS} pairs of ${WINDOW_MS} ms`,
    );
  }
}

if (import.meta.main) {
  turnOffStat();
  await using busy = await startWorkload(hotCold(), Deno.makeTempDirSync());
  await busy.go();
  const nrRegions = { min: 1000, max: 1000 };
  const [kdamond] = await startKdamonds(roots, [{ contexts: [context(busy.pid, { nrRegions })] }]);
  try {
    await sleep(1000);
    console.log(`Linux ${Deno.osRelease()}, 1000 regions, 5 ms and 100 ms, under emulation in virtual time`);
    await measure(kdamond);
  } finally {
    await kdamond.stop();
  }
}
