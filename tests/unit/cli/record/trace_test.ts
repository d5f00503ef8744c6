import assert from "assert";
import { Ajv } from "../../../ajv.ts";
import { LiveOutput } from "../../../../cli/terminal/live_output.ts";
import { chosenTracepoints, TracepointLines } from "../../../../cli/record/trace_run.ts";
import { decodeTracepoint, parseTracepoint, type Tracepoint } from "../../../../damon/events/tracepoint.ts";
import { decodeHeard, type Heard } from "../../../../ffi/listener.ts";
import { HEARD } from "../../../../ffi/listener_symbols.ts";
import { formatLostEvents, formatTracepointEvent } from "../../../../format/trace/tracepoint_line.ts";

/** As Linux 6.12 shows it. */
const AGGREGATED = parseTracepoint(`name: damon_aggregated
ID: 480
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:unsigned long target_id;	offset:8;	size:8;	signed:0;
	field:unsigned int nr_regions;	offset:16;	size:4;	signed:0;
	field:unsigned long start;	offset:24;	size:8;	signed:0;
	field:unsigned long end;	offset:32;	size:8;	signed:0;
	field:unsigned int nr_accesses;	offset:40;	size:4;	signed:0;
	field:unsigned int age;	offset:44;	size:4;	signed:0;

print fmt: "target_id=%lu nr_regions=%u %lu-%lu: %u %u", REC->target_id, REC->nr_regions, REC->start
`);

/** One with texts, arrays and signed numbers. */
const MIXED = parseTracepoint(`name: mixed
ID: 9
format:
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:short left;	offset:8;	size:2;	signed:1;
	field:__data_loc unsigned char[] probe_hits;	offset:12;	size:4;	signed:0;
	field:char comm[8];	offset:16;	size:8;	signed:0;
	field:u32 pair[2];	offset:24;	size:8;	signed:0;
	field:unsigned long far;	offset:60;	size:8;	signed:0;
`);

function record(bytes: number, fill: (view: DataView) => void): DataView {
  const view = new DataView(new ArrayBuffer(bytes));
  fill(view);
  return view;
}

const region = (start: bigint, end: bigint, targetId = 0n) =>
  record(48, (view) => {
    view.setBigUint64(8, targetId, true);
    view.setUint32(16, 2, true);
    view.setBigUint64(24, start, true);
    view.setBigUint64(32, end, true);
    view.setUint32(40, 17, true);
    view.setUint32(44, 3, true);
  });

const line = (tracepoint: Tracepoint, of: DataView, addresses?: "hex") =>
  formatTracepointEvent({
    event: tracepoint.name,
    timeNs: 5e9,
    kdamond: 9,
    comm: "kdamond.0",
    cpu: 1,
    fields: decodeTracepoint(tracepoint, of),
  }, addresses);

Deno.test("parseTracepoint reads a format file, without what all tracepoints have", () => {
  assert.equal(AGGREGATED.id, 480);
  const names = AGGREGATED.fields.map(({ name }) => name);
  assert.deepEqual(names, ["target_id", "nr_regions", "start", "end", "nr_accesses", "age"]);
  assert.deepEqual(MIXED.fields.map(({ name, type, array }) => `${name}: ${type} ${array}`), [
    "left: short no",
    "probe_hits: unsigned char located",
    "comm: char inline",
    "pair: u32 inline",
    "far: unsigned long no",
  ]);
  assert.throws(() => parseTracepoint("hello"), { name: "SyntaxError", message: /has no name and ID/ });
});

Deno.test("an event is one line under the tracepoint's field names, addresses exact as integers or in hex", () => {
  const begin = '{"event":"damon_aggregated","time_ns":5000000000,"kdamond":9,"comm":"kdamond.0","cpu":1';
  const end = '"nr_accesses":17,"age":3}';
  const of = region(0x7fff_ffff_f000n, 0xffff_ffff_ffff_f000n);
  assert.equal(
    line(AGGREGATED, of),
    `${begin},"target_id":0,"nr_regions":2,"start":140737488351232,"end":18446744073709547520,${end}`,
  );
  assert.equal(
    line(AGGREGATED, of, "hex"),
    `${begin},"target_id":0,"nr_regions":2,"start":"0x7ffffffff000","end":"0xfffffffffffff000",${end}`,
  );
});

Deno.test("what a double does not hold, as a pointer for a target's id, is text", () => {
  const { target_id } = JSON.parse(line(AGGREGATED, region(0n, 4096n, 18446623438842320001n)));
  assert.equal(target_id, "18446623438842320001");
});

Deno.test("decodeTracepoint reads signed numbers, arrays behind the fields, text, and knows where a record was cut", () => {
  const of = record(64, (view) => {
    view.setInt16(8, -5, true);
    view.setUint32(12, 3 << 16 | 40, true);
    [1, 19, 255].forEach((value, i) => view.setUint8(40 + i, value));
    [..."damo"].forEach((letter, i) => view.setUint8(16 + i, letter.charCodeAt(0)));
    view.setUint32(24, 7, true);
    view.setUint32(28, 2 ** 32 - 1, true);
  });
  const values = Object.fromEntries(decodeTracepoint(MIXED, of).map(([{ name }, value]) => [name, value]));
  assert.deepEqual(values, {
    left: -5n,
    probe_hits: [1n, 19n, 255n],
    comm: "damo",
    pair: [7n, 4294967295n],
    far: null,
  });
  assert.match(
    line(MIXED, of),
    /"left":-5,"probe_hits":\[1,19,255\],"comm":"damo","pair":\[7,4294967295\],"far":null\}$/,
  );
});

Deno.test("the schema of trace's lines takes each kind of them, and refuses others", async () => {
  const schema = new URL("../../../../schema/trace-line.schema.json", import.meta.url);
  const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(await Deno.readTextFile(schema)));
  const of = region(0n, 4096n, 18446623438842320001n);
  const lines = [
    line(AGGREGATED, of),
    line(AGGREGATED, of, "hex"),
    line(MIXED, record(64, () => {})),
    line(AGGREGATED, record(8, () => {})),
    formatLostEvents(3, 5e9),
  ];
  for (const each of lines) assert.ok(validate(JSON.parse(each)), `${each}: ${JSON.stringify(validate.errors)}`);
  for (
    const wrong of [{ event: "lost", time_ns: 1, count: 0 }, { event: "x" }, { ...JSON.parse(lines[0]), age: 1.5 }]
  ) {
    assert.equal(validate(wrong), false, JSON.stringify(wrong));
  }
});

Deno.test("chosenTracepoints takes names and patterns, and refuses what no tracepoint has", () => {
  const all = [AGGREGATED, MIXED];
  assert.deepEqual(chosenTracepoints(all, undefined), all);
  assert.deepEqual(chosenTracepoints(all, ["all"]), all);
  assert.deepEqual(chosenTracepoints(all, ["damon_*"]), [AGGREGATED]);
  assert.deepEqual(chosenTracepoints(all, ["mixed", "damon:damon_aggregated"]), all);
  assert.throws(() => chosenTracepoints(all, ["mixe"]), {
    name: "RangeError",
    message: "This kernel's DAMON has no tracepoint mixe: it has damon_aggregated, mixed",
  });
});

Deno.test("decodeHeard reads what the kernel side sends", () => {
  const bytes = new Uint8Array(HEARD.bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(HEARD.tracepoint, 3, true);
  view.setUint32(HEARD.pid, 77, true);
  view.setBigUint64(HEARD.timeNs, 2n ** 40n + 1n, true);
  view.setBigUint64(HEARD.dropped, 5n, true);
  view.setUint32(HEARD.cpu, 2, true);
  bytes.set(new TextEncoder().encode("kdamond.12"), HEARD.comm);
  bytes[HEARD.record + 8] = 42;
  const { record, ...rest } = decodeHeard(bytes);
  assert.deepEqual(rest, { tracepoint: 3, pid: 77, timeNs: 2 ** 40 + 1, dropped: 5, cpu: 2, comm: "kdamond.12" });
  assert.equal(record.getUint8(8), 42);
});

Deno.test("TracepointLines puts a line where events were lost, and one at the end for the last of them", () => {
  const heard = (dropped: number): Heard => ({
    tracepoint: 0,
    pid: 9,
    comm: "kdamond.0",
    cpu: 0,
    timeNs: 1e9,
    dropped,
    record: region(0n, 4096n),
  });
  const batches = [[heard(0), heard(4), heard(3), heard(4)], []];
  const lines = new TracepointLines(
    {
      drain: () => batches.shift() ?? [],
      counters: () => ({ sent: 10, received: 4, dropped: 6 }),
      clockNs: () => 2e9,
    },
    [AGGREGATED],
    "integer",
  );
  const text = lines.next() + lines.next() + lines.end() + lines.end();
  const events = text.trimEnd().split("\n").map((each) => JSON.parse(each));
  assert.deepEqual(events.map(({ event, count }) => count ?? event), [
    "damon_aggregated",
    4,
    "damon_aggregated",
    "damon_aggregated",
    "damon_aggregated",
    2,
  ]);
  assert.deepEqual([lines.count, lines.lost], [4, 6]);
});

Deno.test("LiveOutput writes on in pieces, and after the signal waits for a reader that stands still no longer than it must", async () => {
  const stop = new AbortController();
  const read: string[] = [];
  let isStanding = false;
  const output = new LiveOutput({
    write(bytes) {
      if (isStanding) return new Promise(() => {});
      const piece = bytes.subarray(0, 3);
      read.push(new TextDecoder().decode(piece));
      return Promise.resolve(piece.length);
    },
  }, stop.signal);
  await output.write("abcdefgh");
  assert.deepEqual(read, ["abc", "def", "gh"]);
  stop.abort();
  await output.write("ij");
  assert.deepEqual([read.at(-1), output.isGivenUp], ["ij", false]);
  isStanding = true;
  await output.write("lost");
  assert.equal(output.isGivenUp, true);
  await output.write("lost, too");
});

Deno.test("LiveOutput gives a write up that began before the signal", async () => {
  const stop = new AbortController();
  const output = new LiveOutput({ write: () => new Promise(() => {}) }, stop.signal);
  const written = output.write("abc");
  stop.abort();
  await written;
  assert.equal(output.isGivenUp, true);
});
