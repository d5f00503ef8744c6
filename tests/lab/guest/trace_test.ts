import assert from "assert";
import { TracepointLines } from "../../../cli/record/trace_run.ts";
import { openListener } from "../../../ffi/listener.ts";
import { readTracepoints } from "../../../kernel/control/tracepoints.ts";
import { roots } from "./control.ts";
import {
  damo,
  damonTree,
  foreignKdamond,
  isRecording,
  KDAMONDS,
  outcomeOf,
  spawnDamo,
  startWorkload,
  until,
} from "./guest.ts";

const OUT = Deno.makeTempDirSync();

/** An event, as a reader of the lines has it. */
interface Line {
  event: string;
  time_ns: number;
  kdamond: number;
  comm: string;
  cpu: number;
  [field: string]: unknown;
}

const linesOf = (text: string) => text.trimEnd().split("\n").map((line): Line => JSON.parse(line));

function assertClean(): void {
  assert.deepEqual(damonTree(), { [`${KDAMONDS}/nr_kdamonds`]: "0\n" });
}

Deno.test("trace --list names every tracepoint of DAMON's with the fields of its format file", async () => {
  const { code, out, err } = await damo("trace", "--list");
  assert.equal(code, 0, err);
  assert.match(out, /^damon_aggregated +target_id nr_regions start end nr_accesses age$/m);
  const folders = [...Deno.readDirSync("/sys/kernel/tracing/events/damon")].filter(({ isDirectory }) => isDirectory);
  assert.deepEqual(out.trimEnd().split("\n").map((line) => line.split(" ")[0]), folders.map(({ name }) => name).sort());
});

Deno.test("trace PID starts DAMON, prints its events under the tracepoints' names, and turns it off", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  await busy.go();
  const schemes = ["--damos_action", "stat", "--damos_access_rate", "0%", "100%"];
  const child = spawnDamo("trace", String(busy.pid), "--timeout", "3", "--addresses", "hex", ...schemes);
  await until(isRecording, "DAMON on");
  const pid = Number(Deno.readTextFileSync(`${KDAMONDS}/0/pid`));
  const { code, out, err } = await outcomeOf(child);
  assert.equal(code, 0, err);
  const lines = linesOf(out);
  assert.match(
    err,
    new RegExp(`^damo: ${lines.length.toLocaleString("en")} events in .*nothing lost; ended by: timeout$`, "m"),
  );
  assert.ok(lines.every(({ kdamond, comm }) => kdamond === pid && comm === "kdamond.0"));
  assert.ok(lines.every(({ time_ns }, i) => i === 0 || time_ns >= lines[i - 1].time_ns));
  const aggregated = lines.filter(({ event }) => event === "damon_aggregated");
  const common = ["event", "time_ns", "kdamond", "comm", "cpu"];
  const fields = ["target_id", "nr_regions", "start", "end", "nr_accesses", "age"];
  assert.deepEqual(Object.keys(aggregated[0]), [...common, ...fields]);
  // Whole snapshots of ascending regions: nothing was read at a wrong place.
  const { nr_regions } = aggregated[0];
  const first = aggregated.slice(0, Number(nr_regions));
  assert.ok(first.length >= 10);
  assert.ok(first.every((line) => line.nr_regions === nr_regions && line.target_id === 0));
  assert.ok(first.every(({ start, end }) => /^0x[0-9a-f]+000$/.test(String(start)) && Number(start) < Number(end)));
  assert.ok(first.every(({ start }, i) => i === 0 || Number(start) >= Number(first[i - 1].end)));
  assert.ok(aggregated.some(({ nr_accesses }) => Number(nr_accesses) > 0));
  const applied = lines.filter(({ event }) => event === "damos_before_apply");
  assert.ok(applied.length > 0);
  assert.deepEqual(
    Object.keys(applied[0]).slice(common.length),
    ["context_idx", "scheme_idx", "target_idx", "start", "end", "nr_accesses", "age", "nr_regions"],
  );
  assert.ok(applied.every((line) => line.context_idx === 0 && line.scheme_idx === 0 && line.target_idx === 0));
  assertClean();
});

Deno.test("trace without a target listens to any kdamond, also one that comes later, and changes nothing", async () => {
  const child = spawnDamo("trace", "--events", "damon_*", "--addresses", "integer");
  // It says what it listens to once it does.
  await new Promise((done) => setTimeout(done, 12_000));
  const foreign = foreignKdamond(true);
  const before = damonTree();
  await new Promise((done) => setTimeout(done, 3000));
  child.kill("SIGINT");
  const { code, out, err } = await outcomeOf(child);
  assert.deepEqual(damonTree(), before);
  foreign[Symbol.dispose]();
  assert.equal(code, 130, err);
  assert.match(err, /listening to every kdamond: none is on/);
  assert.match(err, /nothing lost; ended by: SIGINT$/m);
  const lines = linesOf(out);
  assert.ok(lines.length >= 10, `${lines.length} lines`);
  assert.ok(
    lines.every(({ event, start, end }) =>
      event === "damon_aggregated" && Number(start) >= 16 << 20 && Number(end) <= 512 << 20
    ),
  );
  assertClean();
});

Deno.test("a reader that goes away ends trace without a word, and DAMON is off", async () => {
  const command = new Deno.Command("bash", {
    args: ["-c", `./damo trace paddr -r 64M-128M | head -n 3; echo "\${PIPESTATUS[0]}"`],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { stdout, stderr } = await command.output();
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.equal(lines.pop(), "0");
  assert.equal(lines.length, 3);
  assertClean();
});

Deno.test("events that find no room are counted, and a line stands where they were lost", async () => {
  const tracepoints = readTracepoints(roots).filter(({ name }) => name === "damon_aggregated");
  await using listener = openListener({ ringBytes: 16 << 10, everyone: true });
  listener.attach(tracepoints[0].id, 0, tracepoints[0].name);
  const lines = new TracepointLines(listener, tracepoints, "integer");
  using _foreign = foreignKdamond(true);
  await until(() => listener.counters().dropped > 0, "the ring is full");
  const text = lines.next();
  await new Promise((done) => setTimeout(done, 1000));
  const after = linesOf(text + lines.next() + lines.end());
  const lost = after.filter(({ event }) => event === "lost").map(({ count }) => Number(count));
  assert.ok(lost.length > 0);
  assert.equal(lost.reduce((sum, count) => sum + count), lines.lost);
  const { sent, received, dropped } = listener.counters();
  assert.ok(lines.lost <= dropped && sent >= received + lines.lost);
  assert.equal(after.length - lost.length, lines.count);
});

Deno.test("trace refuses an event that this kernel lacks, and names those that it has", async () => {
  const { code, err } = await damo("trace", "--events", "damon_nonsense");
  assert.equal(code, 2);
  assert.match(err, /^damo: This kernel's DAMON has no tracepoint damon_nonsense: .*damon_aggregated/);
});
