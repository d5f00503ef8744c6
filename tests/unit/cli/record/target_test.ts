import assert from "assert";
import { joinWords, splitArguments } from "../../../../cli/program/arguments.ts";
import { makeProgram } from "../../../../cli/program/program.ts";
import { shellWord } from "../../../../cli/terminal/shell_word.ts";
import { StopSignals } from "../../../../cli/terminal/stop_signals.ts";
import type { RecordOptions } from "../../../../cli/record/record.ts";
import { kdamondsFor, PID_TO_COME, wantedOf, withPid } from "../../../../cli/record/target.ts";
import { parseRanges } from "../../../../damon/mod.ts";
import { defaultRoots } from "../../../../kernel/machine/roots.ts";

const options = (changes: Partial<RecordOptions> = {}) =>
  ({ out: "damon.arrow", ring: 1, ...changes }) as RecordOptions;

Deno.test("splitArguments takes dashes for underscores before --, and nothing after it", () => {
  assert.deepEqual(splitArguments(["record", "--target-pid=4", "-n", "10", "a-b", "--", "ls", "--no-color"]), {
    args: ["record", "--target_pid=4", "-n", "10", "a-b"],
    command: ["ls", "--no-color"],
  });
  assert.deepEqual(splitArguments(["status"]), { args: ["status"], command: undefined });
});

Deno.test("joinWords ends the values of an option after as many as it takes", async () => {
  const { root } = await makeProgram(undefined);
  const argsOf = (line: string) => joinWords(splitArguments(line.split(" ")).args, root).words.join(" ");
  assert.equal(
    argsOf("record --monitoring-intervals 5ms 100ms 1s 1234"),
    "record --monitoring_intervals=5ms\x1f100ms\x1f1s 1234",
  );
  assert.equal(
    argsOf("start --damos_action pageout 1234 --damos-filter reject none anon allow memcg a/b 1234 -a 1s"),
    "start --damos_action=pageout 1234 --damos_filter=reject\x1fnone\x1fanon\x1fallow\x1fmemcg\x1fa/b 1234 -a 1s",
  );
  assert.equal(
    argsOf("start --damos_action migrate_cold 1 --damos_quota_goal node_mem_free_bp 5% 0 1234"),
    "start --damos_action=migrate_cold\x1f1 --damos_quota_goal=node_mem_free_bp\x1f5%\x1f0 1234",
  );
  assert.equal(argsOf("report --time_range 1 -i 2 3"), "report --time_range=1 --input=2\x1f3");
  assert.equal(argsOf("report heatmap --resol"), "report heatmap --resol");
  assert.equal(argsOf("report --address_range=1 2"), "report --address_range=1 2");
  assert.equal(argsOf("report footprint -r 0 101 25 rss"), "report footprint --range=0\x1f101\x1f25 rss");
  assert.equal(argsOf("report wss --temperature -5 max -i -"), "report wss --temperature=-5\x1fmax --input=-");
  assert.equal(argsOf("lru_sort --quota 1 2 enable"), "lru_sort --quota=1\x1f2 enable");
  assert.equal(argsOf("reclaim --quota 1 2 3 enable"), "reclaim --quota=1\x1f2\x1f3 enable");
  // A value is no command's name, and a command's options are its own.
  assert.equal(argsOf("schemes -c explain explain --width 7 x"), "schemes -c explain explain --width 7 x");
});

Deno.test("joinWords tells which command is named", async () => {
  const { root } = await makeProgram(undefined);
  const pathOf = (line: string) => joinWords(line.split(" "), root).path.map(({ table }) => table.name).join(" ");
  assert.equal(pathOf("report wss -i report"), "damo report wss");
  assert.equal(pathOf("features --json"), "damo doctor");
  assert.equal(pathOf("schemes -c explain 42"), "damo schemes");
  assert.equal(pathOf("nothing"), "damo");
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
  assert.deepEqual(wantedOf(undefined, undefined, options({ ops: [["paddr"]] })), { kind: "paddr" });
  assert.deepEqual(wantedOf("ongoing", undefined, options()), { kind: "ongoing" });
  assert.deepEqual(wantedOf(undefined, undefined, options({ ongoing: true })), { kind: "ongoing" });
  assert.deepEqual(wantedOf(undefined, ["42"], options()), { kind: "command", argv: ["42"] });
  assert.deepEqual(wantedOf("sleep 3", undefined, options()), { kind: "command", argv: ["sh", "-c", "exec sleep 3"] });
});

Deno.test("wantedOf refuses none, two, and what is no target", () => {
  const refused = (message: RegExp, ...args: Parameters<typeof wantedOf>) =>
    assert.throws(() => wantedOf(...args), { name: "TypeError", message });
  refused(/There is no target to record/, undefined, undefined, options());
  refused(/Nothing follows --/, undefined, [], options());
  refused(/command and pid are named; leave one out/, "42", ["ls"], options());
  refused(/damo record -- pady/, "pady", undefined, options());
  refused(/--ops vaddr/, "vaddr", undefined, options());
});

Deno.test("kdamondsFor lets single options override the combined ones", async () => {
  const intervals = [["1ms", "20ms", "200ms"]];
  const asked = { monitoring_intervals: intervals, aggr: [["50ms"]], minr: [["5"]], regions: [["4K-8K 0x3000-16K"]] };
  const [{ contexts: [context] }] = await kdamondsFor(defaultRoots(), { kind: "pid", pid: 42 }, options(asked));
  assert.deepEqual(context, {
    operations: "vaddr",
    intervals: { sampleUs: 1000, aggrUs: 50_000, updateUs: 200_000 },
    nrRegions: { min: 5, max: 1000 },
    targets: [{ pid: 42, regions: [{ start: 4096, end: 8192 }, { start: 0x3000, end: 16384 }] }],
  });
  const refused = (changes: Partial<RecordOptions>) =>
    kdamondsFor(defaultRoots(), { kind: "pid", pid: 1 }, options(changes));
  await assert.rejects(refused({ ops: [["maddr"]] }), /vaddr, fvaddr or paddr, not maddr/);
  await assert.rejects(refused({ monitoring_intervals: [["1ms"]] }), /takes 3 values, not 1/);
  await assert.rejects(refused({ ops: [["fvaddr"]] }), /fvaddr watches the ranges that it is given/);
  assert.throws(() => parseRanges("4K"), { name: "SyntaxError" });
});

Deno.test("withPid gives a command its pid once it has one", async () => {
  const kdamonds = await kdamondsFor(defaultRoots(), { kind: "command", argv: ["ls"] }, options());
  assert.equal(kdamonds[0].contexts[0].targets[0].pid, PID_TO_COME);
  assert.equal(withPid(kdamonds, 77)[0].contexts[0].targets[0].pid, 77);
});
