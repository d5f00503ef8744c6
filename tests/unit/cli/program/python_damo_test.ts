import assert from "assert";
import type { Command } from "commander";
import { splitArguments } from "../../../../cli/program/arguments.ts";
import { makeProgram } from "../../../../cli/program/program.ts";
import { damonCommandLine } from "../../../damon_command_line.ts";
import { filtersOf } from "../../../../damon/options/filter_options.ts";
import { answeredNames, answerTo, oursOf } from "../../../../cli/program/python_damo.ts";

/** Literal command lines of its USAGE and README, with pids for what a shell would put there. */
const LINES = Deno.readTextFileSync(new URL("../../../testdata/python_damo_lines.txt", import.meta.url)).trim().split(
  "\n",
);

/** What our parser says to words; nothing is run. */
async function parse(words: readonly string[], command?: string[]): Promise<string | undefined> {
  const program = await makeProgram(command, words);
  const mute = (each: Command) => {
    each.action(() => {});
    each.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} });
    each.commands.forEach(mute);
  };
  mute(program.parser);
  try {
    await program.run(words);
    return undefined;
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0 ? undefined : (error as Error).message;
  }
}

Deno.test("command lines of the Python damo's documentation are taken, or answered with ours", async () => {
  let [taken, answered] = [0, 0];
  for (const line of LINES) {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    const { args, command } = splitArguments(words.slice(1));
    const ours = oursOf(args);
    if (answerTo(ours, await makeProgram(command, ours)) !== undefined) answered++;
    else {
      assert.equal(await parse(ours, command), undefined, line);
      taken++;
    }
  }
  console.log(`of ${LINES.length} lines ${taken} are taken, ${answered} answered with ours`);
  assert.deepEqual([taken + answered, taken >= 40], [LINES.length, true]);
});

Deno.test("what is answered with ours is no name of ours", async () => {
  const whole = await makeProgram(undefined);
  for (const words of answeredNames(whole)) {
    assert.match(answerTo(words, whole)!, /^.+ is the Python damo's; here: .+/);
    const text = await parse(words);
    if (words.at(-1)!.startsWith("--")) assert.match(text ?? "taken", /unknown option|Expected 0/, words.join(" "));
    else if (words.length === 1) assert.match(text ?? "taken", /unknown command|Expected 0/, words.join(" "));
  }
});

Deno.test("oursOf takes words of the Python damo that mean the same", async () => {
  const cases = [
    ["version", "--version"],
    ["diagnose", "doctor"],
    ["record_info", "report record_info"],
    ["pa_layout", "report pa_layout"],
    ["record --output_type json_compressed --schemes_target_regions 12", "record --format json_compressed 12"],
    ["report heatmap --output_type x", "report heatmap --output_type x"],
  ];
  for (const [theirs, ours] of cases) assert.equal(oursOf(theirs.split(" ")).join(" "), ours);
  assert.equal(await parse(["record", "--format", "json_compressed", "12"]), undefined);
});

Deno.test("words that the Python damo has since 3.3.0 are taken, or refused with what they need", async () => {
  assert.deepEqual(filtersOf([["allow", "non", "anon", "reject", "none", "young"]]), [
    { type: "anon", matching: false, allow: true },
    { type: "young", matching: false, allow: false },
  ]);
  const args = (line: string) => splitArguments(`args damon paddr ${line}`.split(" ")).args;
  const { words, target } = damonCommandLine("--probe_weight 2 --probe_weight 3 1234".split(" "));
  assert.deepEqual([words, target], [{ probe_weights: [["2"], ["3"]] }, "1234"]);
  for (
    const line of [
      "--damos_action stat --damos_filter allow probe_hits_wsum 1 2",
      "--damos_action stat --damos_quota_goal complement 1",
      "--probe_filter allow hugepage_size 2M 2M",
    ]
  ) {
    const program = await makeProgram(undefined, args(line));
    const error = { name: "RangeError", message: /needs a kernel after Linux 7\.3: no released one has it/ };
    await assert.rejects(program.run(args(line)), error);
  }
});
