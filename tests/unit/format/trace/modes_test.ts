import assert from "assert";
import { RecordError } from "../../../../damon/mod.ts";
import { readBytes, snapshotsIn } from "../../../record_samples.ts";

/** One line of the same trace: what each mode prints differently. */
interface Event {
  seconds: number;
  /** Seconds since the line before it. */
  since: number;
  cpu: string;
  start: number;
  end: number;
  nrAccesses: number;
  age: number;
}

const BASE = 0x7f00_0000_0000;
const MiB = 1 << 20;

/** Six snapshots of three regions, 100 ms each; the kdamond moves to another CPU. */
const EVENTS: Event[] = [0, 1, 2, 3, 4, 5].flatMap((k) =>
  [
    { start: BASE, end: BASE + MiB, nrAccesses: 0, age: 3 + k },
    { start: BASE + MiB, end: BASE + 2 * MiB, nrAccesses: 7, age: 0 },
    { start: BASE + 2 * MiB, end: BASE + 4 * MiB, nrAccesses: 0, age: 5 + k },
  ].map((region, i) => ({
    ...region,
    seconds: (100e6 + k * 100e3 + i) / 1e6,
    since: k === 0 && i === 0 ? 0 : i === 0 ? 0.099998 : 0.000001,
    cpu: k < 3 ? "001" : "000",
  }))
);

const time = ({ seconds }: Event) => seconds.toFixed(6);
const us = ({ seconds }: Event) => String(Math.round(seconds * 1e6));
const tp = ({ start, end, nrAccesses, age }: Event, target = 0) =>
  `target_id=${target} nr_regions=3 ${start}-${end}: ${nrAccesses} ${age}`;
const hex = (value: number) => `0x${value.toString(16)}`;
/** perf trace leaves out fields that are 0. */
const call = ({ start, end, nrAccesses, age }: Event, target = 0) =>
  Object.entries({ target_id: target, nr_regions: 3, start, end, nr_accesses: nrAccesses, age })
    .filter(([, value]) => value !== 0).map(([name, value]) => `${name}: ${value}`).join(", ");
const fields = ({ start, end, nrAccesses, age }: Event) =>
  Object.entries({ target_id: 0, nr_regions: 3, start, end, nr_accesses: nrAccesses, age })
    .map(([name, value]) => `${name}=${hex(value)} (${value})`).join(" ");
const raw = ({ start, end, nrAccesses, age }: Event) =>
  `target_id=0x0 nr_regions=3 start=${hex(start)} end=${hex(end)} nr_accesses=${nrAccesses} age=${age}`;

type Mode = (event: Event, i: number) => string;

/** Modes of the programs that print traces, as their sources and outputs have it; all of them say the same. */
const MODES: Record<string, Mode> = {
  "perf script": (e) => `       kdamond.0  4452 [${e.cpu}] ${time(e).padStart(12)}: damon:damon_aggregated: ${tp(e)}`,
  "perf script --ns": (e) =>
    `       kdamond.0  4452 [${e.cpu}] ${e.seconds.toFixed(6)}000: damon:damon_aggregated: ${tp(e)}`,
  "perf script -F comm,tid,time,event,trace": (e) =>
    `       kdamond.0  4452   ${time(e)}: damon:damon_aggregated: ${tp(e)}`,
  "perf script -F comm,pid,tid,cpu,time,event,trace": (e) =>
    `       kdamond.0  4452/4452  [${e.cpu}]   ${time(e)}: damon:damon_aggregated: ${tp(e)}`,
  "perf trace of perf 4": (e) => `${(e.seconds * 1e3).toFixed(3)} kdamond.0/4452 damon:damon_aggregated:${tp(e)})`,
  "perf script -F tid,time,event,trace": (e) => ` 4452   ${time(e)}: damon:damon_aggregated: ${tp(e)}`,
  "perf script -F +period": (e) =>
    `       kdamond.0  4452 [${e.cpu}]   ${time(e)}:          1 damon:damon_aggregated: ${tp(e)}`,
  "perf script -F +flags, of a thread with blanks": (e) =>
    `        my mon 0  4452 [${e.cpu}]   ${time(e)}:   damon:damon_aggregated: ${tp(e)}`,
  "perf script -F +tod": (e) =>
    `       kdamond.0  4452 [${e.cpu}] 2026-11-29 21:00:00.123456   ${time(e)}: damon:damon_aggregated: ${tp(e)}`,
  "perf script -F comm,pid,time,trace, without the event": (e) => `       kdamond.0  4452   ${time(e)}: ${tp(e)}`,
  "perf script --deltatime": (e) =>
    `       kdamond.0  4452 [${e.cpu}] ${e.since.toFixed(6).padStart(12)}: damon:damon_aggregated: ${tp(e)}`,
  "perf script --reltime": (e) =>
    `       kdamond.0  4452 [${e.cpu}] ${(e.seconds - 100).toFixed(6).padStart(12)}: damon:damon_aggregated: ${tp(e)}`,
  "perf script of a thread in brackets": (e) =>
    `  [007] x-12 3  4452 [${e.cpu}]   ${time(e)}: damon:damon_aggregated: ${tp(e)}`,
  "perf script of a thread that is called as an event": (e) =>
    `    damon_watch   4452 [${e.cpu}]   ${time(e)}: damon:damon_aggregated: ${tp(e)}`,
  "perf trace": (e) =>
    `${((e.seconds - 100) * 1e3).toFixed(3).padStart(10)} kdamond.0/4452 damon:damon_aggregated(${call(e)})`,
  "perf trace with durations": (e) =>
    `${((e.seconds - 100) * 1e3).toFixed(3).padStart(10)} (         ): kdamond.0/4452 damon:damon_aggregated(${
      call(e)
    })`,
  "perf trace of a thread with a slash and blanks": (e) =>
    `${((e.seconds - 100) * 1e3).toFixed(3).padStart(10)} my mon/7 x/4452 damon:damon_aggregated(${call(e)})`,
  "perf trace of before 5.x, with the tracepoint's text": (e) =>
    `${((e.seconds - 100) * 1e3).toFixed(3).padStart(10)} kdamond.0/4452 damon:damon_aggregated(${tp(e)})`,
  "trace-cmd report": (e) => `       kdamond.0-4452  [${e.cpu}]   ${time(e)}: damon_aggregated:     ${tp(e)}`,
  "trace-cmd report with flags": (e) =>
    `       kdamond.0-4452  [${e.cpu}] .....   ${time(e)}: damon_aggregated:     ${tp(e)}`,
  "trace-cmd report -l": (e) => `kdamond.-4452    ${Number(e.cpu)}.....   ${time(e)}: damon_aggregated:     ${tp(e)}`,
  "trace-cmd report -t": (e) => `       kdamond.0-4452  [${e.cpu}]   ${time(e)}000: damon_aggregated:     ${tp(e)}`,
  "trace-cmd report -R": (e) => `       kdamond.0-4452  [${e.cpu}]   ${time(e)}: damon_aggregated:     ${raw(e)}`,
  "trace-cmd report --ts-diff": (e) =>
    `       kdamond.0-4452  [${e.cpu}]   ${time(e)}: (+${Math.round(e.since * 1e6)}) damon_aggregated:     ${tp(e)}`,
  "trace-cmd report of a task without a name": (e) =>
    `           <...>-4452  [${e.cpu}] d..1.   ${time(e)}: damon_aggregated:     ${tp(e)}`,
  "the kernel's trace": (e) => `       kdamond.0-4452    [${e.cpu}] .....   ${time(e)}: damon_aggregated: ${tp(e)}`,
  "the kernel's trace, options/record-tgid": (e) =>
    `       kdamond.0-4452    (   4452) [${e.cpu}] .....   ${time(e)}: damon_aggregated: ${tp(e)}`,
  "the kernel's trace, of an unknown thread group": (e) =>
    `       kdamond.0-4452    (-------) [${e.cpu}] .....   ${time(e)}: damon_aggregated: ${tp(e)}`,
  "the kernel's trace, options/noirq-info": (e) =>
    `       kdamond.0-4452    [${e.cpu}]   ${time(e)}: damon_aggregated: ${tp(e)}`,
  "the kernel's trace, options/latency-format": (e) =>
    `kdamond.-4452      ${Number(e.cpu)}..... ${us(e)}us#: damon_aggregated: ${tp(e)}`,
  "the kernel's trace, latency format with a blank mark": (e) =>
    `kdamond.-4452      ${Number(e.cpu)}d.s1. ${us(e)}us : damon_aggregated: ${tp(e)}`,
  "the kernel's trace, options/fields": (e) =>
    `       kdamond.0-4452    [${e.cpu}] .....   ${time(e)}: damon_aggregated: ${fields(e)}`,
  "the kernel's trace, of a thread with blanks and dashes": (e) =>
    `       my-mon 0-4452    [${e.cpu}] .....   ${time(e)}: damon_aggregated: ${tp(e)}`,
  "the kernel's trace_pipe of an instance, with tabs": (e) =>
    `\tkdamond.0-4452\t[${e.cpu}]\t.....\t${time(e)}:\tdamon_aggregated:\t${tp(e)}`,
};

type Encode = (text: string) => Uint8Array;
const utf8: Encode = (text) => new TextEncoder().encode(text);
const utf16 = (isLittle: boolean): Encode => (text) => {
  const bytes = new Uint8Array(2 * text.length + 2);
  const view = new DataView(bytes.buffer);
  [0xfeff, ...text].forEach((one, i) =>
    view.setUint16(2 * i, typeof one === "number" ? one : one.charCodeAt(0), isLittle)
  );
  return bytes;
};

/** How text is written, whatever it says. */
const ENCODINGS: Record<string, Encode> = {
  "UTF-8": utf8,
  "UTF-8 with a mark": (text) => utf8(`\ufeff${text}`),
  "UTF-16, little end first": utf16(true),
  "UTF-16, big end first": utf16(false),
  "lines that end in CR LF": (text) => utf8(text.replaceAll("\n", "\r\n")),
};

async function check(bytes: Uint8Array, what: string, losses?: RegExp) {
  const back = await readBytes(bytes);
  const snapshots = snapshotsIn(back);
  assert.equal(snapshots.length, 6, what);
  for (const [k, { kdamond, targetId, startNs, endNs, regions }] of snapshots.entries()) {
    assert.equal(kdamond, 4452, what);
    assert.equal(targetId, 0n, what);
    assert.equal(Math.round((endNs - startNs) / 1e3), 100_000, `${what}: snapshot ${k}`);
    assert.deepEqual([...regions].map(({ nrAccesses, age }) => [nrAccesses, age]), [[0, 3 + k], [7, 0], [0, 5 + k]]);
    assert.deepEqual([regions.start[0], regions.end[2]], [BASE, BASE + 4 * MiB], what);
  }
  assert.equal(Math.round((snapshots[5].endNs - snapshots[0].startNs) / 1e3), 600_000, what);
  if (losses) assert.match(back.incomplete!, losses);
  else assert.equal(back.incomplete, undefined, what);
}

for (const [mode, line] of Object.entries(MODES)) {
  Deno.test(`text of ${mode} says what perf script says`, async () => {
    const text = EVENTS.map((event, i) => line(event, i) + "\n").join("");
    await check(utf8(text), mode);
    // With lines around it that are none of DAMON's.
    await check(utf8(`# tracer: nop\n#\ncpus=2\n${text}\n# end\n`), `${mode}, with comments`);
  });
}

for (const [encoding, encode] of Object.entries(ENCODINGS)) {
  Deno.test(`a trace in ${encoding} is read`, async () => {
    for (const mode of ["perf script", "the kernel's trace", "perf trace"]) {
      await check(encode(EVENTS.map((event, i) => MODES[mode](event, i) + "\n").join("")), `${mode} in ${encoding}`);
    }
  });
}

/** What cannot be known. */
const REFUSED: Record<string, { line: Mode; why: RegExp }> = {
  "trace_clock x86-tsc": {
    line: (e) => `  kdamond.0-4452 [${e.cpu}] ..... ${Math.round(e.seconds * 28e8)}: damon_aggregated: ${tp(e)}`,
    why: /ticks of a clock/,
  },
  "trace_clock counter": {
    line: (e, i) => `  kdamond.0-4452 [${e.cpu}] ..... ${i + 1}: damon_aggregated: ${tp(e)}`,
    why: /ticks of a clock/,
  },
  "trace_clock counter in latency format": {
    line: (e, i) => `kdamond.-4452      1..... ${i + 1}: damon_aggregated: ${tp(e)}`,
    why: /ticks of a clock/,
  },
  "perf script -F comm,tid,event,trace": {
    line: (e) => `       kdamond.0  4452 damon:damon_aggregated: ${tp(e)}`,
    why: /its events have no times/,
  },
  "trace-cmd report --profile": {
    line: (e) => `  Event: damon_aggregated (18) Total: 18 Avg: ${e.age} Max: 7`,
    why: /tell no single event, as a summary does/,
  },
  "options/context-info off": { line: (e) => `damon_aggregated: ${tp(e)}`, why: /its events have no times/ },
};

for (const [mode, { line, why }] of Object.entries(REFUSED)) {
  Deno.test(`text of ${mode} is refused with the reason`, async () => {
    const bytes = utf8("# tracer: nop\n" + EVENTS.map((event, i) => line(event, i) + "\n").join(""));
    await assert.rejects(readBytes(bytes), (error) => error instanceof RecordError && why.test(error.message));
  });
}

/** What the programs say of losses, between the third snapshot and the fourth. */
const LOSSES: Record<string, [mode: string, line: string, says: RegExp]> = {
  "the kernel's trace": ["the kernel's trace", "CPU:1 [LOST 3 EVENTS]", /3 events were lost/],
  "the kernel's trace, uncounted": ["the kernel's trace", "CPU:1 [LOST EVENTS]", /at least 1 event was lost/],
  "the kernel's per_cpu stats": [
    "the kernel's trace",
    "overrun: 55\ndropped events: 3",
    /3 events were lost, 55 events before/,
  ],
  "perf script's warning of samples": ["perf script", "Processed 18 samples and lost 12.50%!", /12.50% of its events/],
  "trace-cmd report": ["trace-cmd report", "CPU:1 [12 EVENTS DROPPED]", /12 events were lost/],
  "perf trace": ["perf trace", "LOST 7 events!", /7 events were lost/],
  "perf script --show-lost-events": [
    "perf script",
    "       kdamond.0  4452 [001]   100.250000: PERF_RECORD_LOST lost 5",
    /5 events were lost/,
  ],
  "perf script's own warning": [
    "perf script",
    "Processed 18 events and lost 2 chunks!",
    /2 chunks of events were lost/,
  ],
  "the kernel's head": [
    "the kernel's trace",
    "# entries-in-buffer/entries-written: 18/48   #P:2",
    /30 events before its first were overwritten/,
  ],
};

for (const [what, [mode, loss, says]] of Object.entries(LOSSES)) {
  Deno.test(`losses that the text of ${what} states are counted`, async () => {
    const lines = EVENTS.map((event, i) => MODES[mode](event, i));
    await check(utf8("# tracer: nop\n" + lines.toSpliced(9, 0, loss).join("\n") + "\n"), what, says);
  });
}

Deno.test("what other programs make of a recording says what to run instead", async () => {
  const texts: Record<string, RegExp> = {
    '{\n\t"linux-perf-json-version": 1,\n\t"samples": [\n': /JSON of perf data convert.*perf script -i/,
    "[00:01:40.000001] (+?.????) host damon:damon_aggregated: { cpu_id = 1 }, { target_id = 0, nr_regions = 3 }\n":
      /babeltrace.*perf script -i/,
  };
  for (const [text, why] of Object.entries(texts)) {
    await assert.rejects(readBytes(utf8(text)), { name: "RecordError", message: why });
  }
});

Deno.test("differences are told by a region that comes twice at one time", async () => {
  const text = [0, 1, 2, 3].map((k) =>
    ` kdamond.0  4452 [001] ${
      k === 0 ? "0.000000" : "0.100000"
    }: damon:damon_aggregated: target_id=0 nr_regions=1 0-4096: 7 0\n`
  ).join("");
  const snapshots = snapshotsIn(await readBytes(utf8(text)));
  assert.deepEqual(snapshots.map(({ endNs }) => endNs), [0, 1e8, 2e8, 3e8]);
});

Deno.test("a tail and the next head that look like one snapshot are told apart by their times", async () => {
  // Of the third snapshot the last region is lost, of the fourth the first two.
  const lines = EVENTS.map((event, i) => MODES["perf script"](event, i)).toSpliced(8, 3);
  const back = await readBytes(utf8(lines.join("\n") + "\n"));
  assert.deepEqual(
    snapshotsIn(back).map(({ startNs, endNs }) => [startNs / 1e6, endNs / 1e6].map(Math.round)),
    [[99_900, 100_000], [100_000, 100_100], [100_300, 100_400], [100_400, 100_500]],
  );
  assert.match(back.incomplete!, /events of 2 snapshots are missing/);
});

/** Names that look like other parts of a line; the kernel takes 15 bytes of them. */
const NAMES = [
  ...[
    "kd [001] 5.0:",
    "a damon_x: b",
    "damon_aggr: 5",
    "12 34",
    "x-99",
    "(1) 7",
    "target_id=7 nr_",
    "[9]",
    "5.000001: x",
  ],
  ...["a:b:c 3", "-", "0", "damos_x(1", "100.5:", "数据 库", "1/2", "damon_x:y: 3", "[001] 7-8 9", "kdamond.0 7"],
];

Deno.test("a thread may have any name: its number is told all the same, in every layout", async () => {
  const layouts: Record<string, (name: string, event: Event) => string> = {
    "perf script": (name, e) => `${name.padStart(16)}  4452 [${e.cpu}] ${time(e)}: damon:damon_aggregated: ${tp(e)}`,
    "trace-cmd report": (name, e) =>
      `${name.padStart(16)}-4452  [${e.cpu}] ..... ${time(e)}: damon_aggregated: ${tp(e)}`,
    "trace-cmd report -l": (name, e) => `${name.slice(0, 8)}-4452    1..... ${time(e)}: damon_aggregated: ${tp(e)}`,
    "the kernel, latency format": (name, e) =>
      `${name.slice(0, 8)}-4452    1d..2. ${us(e)}us+: damon_aggregated: ${tp(e)}`,
    "perf trace": (name, e) => `${(e.seconds * 1e3).toFixed(3)} ${name}/4452 damon:damon_aggregated(${call(e)})`,
  };
  for (const [layout, line] of Object.entries(layouts)) {
    for (const name of NAMES) {
      const text = "# tracer: nop\n" + EVENTS.map((event) => line(name, event) + "\n").join("");
      const back = await readBytes(utf8(text));
      const found = snapshotsIn(back);
      assert.deepEqual([...new Set(found.map(({ kdamond }) => kdamond))], [4452], `${name} in ${layout}`);
      assert.equal(found.length, 6, `${name} in ${layout}`);
      assert.deepEqual(
        found.map(({ endNs }) => Math.round(endNs / 1e6)),
        [0, 1, 2, 3, 4, 5].map((k) => 100_000 + k * 100),
      );
    }
  }
});

Deno.test("a snapshot of which events were lost is left out, and the next one is as long as the others", async () => {
  const lines = EVENTS.map((event, i) => MODES["the kernel's trace"](event, i));
  for (const text of [lines.toSpliced(6, 3, "CPU:1 [LOST 3 EVENTS]"), lines.toSpliced(7, 1)]) {
    const back = await readBytes(utf8(text.join("\n") + "\n"));
    const snapshots = snapshotsIn(back);
    assert.equal(snapshots.length, 5);
    assert.deepEqual(snapshots.map(({ startNs, endNs }) => Math.round((endNs - startNs) / 1e6)), [
      100,
      100,
      100,
      100,
      100,
    ]);
    assert.match(back.incomplete!, /lost|missing/);
  }
});
