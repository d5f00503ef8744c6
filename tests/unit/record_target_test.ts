import assert from "assert";
import { splitArguments } from "../../cli/arguments.ts";
import { shellWord } from "../../cli/record_run.ts";
import { StopSignals } from "../../cli/stop_signals.ts";
import type { RecordOptions } from "../../cli/record.ts";
import { kdamondOf, parseRanges, wantedOf } from "../../cli/record_target.ts";

const options = (changes: Partial<RecordOptions> = {}) =>
  ({ out: "damon.arrow", ring: 1, ...changes }) as RecordOptions;

Deno.test("splitArguments takes dashes for underscores before --, and nothing after it", () => {
  assert.deepEqual(splitArguments(["record", "--target-pid=4", "-n", "10", "a-b", "--", "ls", "--no-color"]), {
    args: ["record", "--target_pid=4", "-n", "10", "a-b"],
    command: ["ls", "--no-color"],
  });
  assert.deepEqual(splitArguments(["status"]), { args: ["status"], command: undefined });
});

Deno.test("splitArguments ends the values of an option after as many as it takes", () => {
  const argsOf = (line: string) => splitArguments(line.split(" ")).args.join(" ");
  assert.equal(
    argsOf("record --monitoring-intervals 5ms 100ms 1s 1234"),
    "record --monitoring_intervals=5ms --monitoring_intervals=100ms --monitoring_intervals=1s 1234",
  );
  assert.equal(argsOf("report --time_range 1 -i 2"), "report --time_range=1 -i 2");
  assert.equal(argsOf("report --resol"), "report --resol");
  assert.equal(argsOf("report --address_range=1 2"), "report --address_range=1 2");
});

Deno.test("StopSignals waits for a timeout that is longer than a timer takes", async () => {
  using signals = new StopSignals();
  signals.stopAfter(30 * 86_400);
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(signals.reason, undefined);
});

Deno.test("shellWord quotes what a shell would split or expand", () => {
  assert.equal(shellWord("/tmp/a-b/damon.arrow"), "/tmp/a-b/damon.arrow");
  assert.equal(shellWord("it's $HOME.arrow"), `'it'\\''s $HOME.arrow'`);
});

Deno.test("wantedOf finds the one target that was named", () => {
  assert.deepEqual(wantedOf("42", undefined, options()), { kind: "pid", pid: 42 });
  assert.deepEqual(wantedOf("paddr", undefined, options()), { kind: "paddr" });
  assert.deepEqual(wantedOf(undefined, undefined, options({ ops: "paddr" })), { kind: "paddr" });
  assert.deepEqual(wantedOf("ongoing", undefined, options()), { kind: "ongoing" });
  assert.deepEqual(wantedOf(undefined, undefined, options({ ongoing: true })), { kind: "ongoing" });
  assert.deepEqual(wantedOf(undefined, ["42"], options()), { kind: "command", argv: ["42"] });
  assert.deepEqual(wantedOf("sleep 3", undefined, options()), { kind: "command", argv: ["sh", "-c", "exec sleep 3"] });
});

Deno.test("wantedOf refuses none, two, and what is no target", () => {
  const refused = (message: RegExp, ...args: Parameters<typeof wantedOf>) =>
    assert.throws(() => wantedOf(...args), { name: "TypeError", message });
  refused(/must be named/, undefined, undefined, options());
  refused(/must be followed by a command/, undefined, [], options());
  refused(/command and pid are/, "42", ["ls"], options());
  refused(/damo record -- pady/, "pady", undefined, options());
  refused(/--ops vaddr/, "vaddr", undefined, options());
});

Deno.test("kdamondOf lets single options override the combined ones", () => {
  const { contexts: [context] } = kdamondOf(
    options({ monitoring_intervals: ["1ms", "20ms", "200ms"], aggr: 50_000, minr: 5, regions: "4K-8K 0x3000-16K" }),
    { pid: 42 },
  );
  assert.deepEqual(context, {
    operations: "vaddr",
    intervals: { sampleUs: 1000, aggrUs: 50_000, updateUs: 200_000 },
    nrRegions: { min: 5, max: 1000 },
    targets: [{ pid: 42, regions: [{ start: 4096, end: 8192 }, { start: 0x3000, end: 16384 }] }],
  });
  assert.throws(() => kdamondOf(options({ ops: "maddr" }), { pid: 1 }), /it is maddr/);
  assert.throws(() => kdamondOf(options({ monitoring_intervals: ["1ms"] }), { pid: 1 }), /it has 1/);
  assert.throws(() => parseRanges("4K"), { name: "SyntaxError" });
});
