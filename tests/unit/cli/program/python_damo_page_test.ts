import assert from "assert";
import type { Command } from "commander";
import { splitArguments } from "../../../../cli/program/arguments.ts";
import { makeProgram } from "../../../../cli/program/program.ts";
import { answerTo, oursOf } from "../../../../cli/program/python_damo.ts";
import { filtersOf } from "../../../../damon/options/filter_options.ts";
import { parseBytes, parseNs } from "../../../../damon/model/units.ts";
import { RecordWriter } from "../../../../format/mod.ts";
import { FOOTER, PROCESS_HEADER, snapshotOf } from "../../../memory_record.ts";

// What docs/python-damo.md says is typed: each name and command line in it, from the page itself.

const PAGE = Deno.readTextFileSync(new URL("../../../../docs/python-damo.md", import.meta.url));
const MAIN = new URL("../../../../cli/damo.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../../deno.json", import.meta.url).pathname;
const ROWS = PAGE.split("\n").filter((line) => /^\| +`/.test(line)).map((line) => line.split("|").slice(1, 3));
const PROSE = PAGE.split("\n").filter((line) => !line.startsWith("|")).join(" ");

/** What stands in backquotes. */
const spansIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span);

/** What the page says of the Python damo's words in a row: that they do something here, or that ours are others. */
const SAYS_TAKEN =
  /\bthe same\b|is taken|are taken|this name too|these names too|works again|keeps the rest|said out loud|another figure|^ watches|^ `(record|adjust)/;

/** Spans that are not literally what is typed, as what is. */
const TYPED: Record<string, string> = {
  "vaddr": "record --ops vaddr 1234",
  "heats": "report heats",
  "nr_regions": "report nr_regions",
  "footprints": "report footprints",
  "times": "report times",
  "-o F --format json_compressed": "record 1234 -o F --format json_compressed",
  "damo convert": "convert damon.arrow a.jsonl",
  "--follow": "report heatmap --follow",
  "-o heat.png": "report heatmap -o heat.png",
  ".svg": "report heatmap -o heat.svg",
  ".html": "report heatmap -o heat.html",
  ".vl.json": "report heatmap -o heat.vl.json",
  "--format json": "report access --format json",
  "--format set": "report access --format set region x",
  "--method python_damo": "report wss --method python_damo",
  "cut": "cut damon.arrow cut.jsonl",
  "report fidelity": "report fidelity damon.arrow damon.arrow",
  "zsh": "completion zsh",
  "fish": "completion fish",
  "record": "record ongoing",
  "record --profile": "record --profile 1234",
  "tune --quota_goals_only": "tune --quota_goals_only --damos_quota_goal user_input 10 5",
  "stop": "stop",
  "module": "module",
  "reclaim": "reclaim",
  "record -- COMMAND": "record -- ls",
  "--timeout": "record 1234 --timeout 3",
  "--include_children": "record 1234 --include_children",
  "--include_child_tasks": "record 1234 --include_child_tasks",
  "--exclude_child_tasks": "record 1234 --exclude_child_tasks",
  "--probe_weight": "record paddr --probe_weight 2",
  "--damos_scheme": "start paddr --damos_scheme",
  "--kdamond": "start paddr --kdamond",
  "--damon_ctx": "start paddr --damon_ctx",
  "--damon_target": "start paddr --damon_target",
  "--probe": "start paddr --probe",
};
const PLACES: Record<string, string> = {
  TARGET: "1234",
  PID: "1234",
  RECORD: "damon.arrow",
  IN: "damon.arrow",
  OUT: "out.jsonl",
  F: "f.json.gz",
  DELAY: "5s",
  COUNT: "12",
  TOPIC: "intervals",
};
/** Values and file names, with what holds of them. */
const VALUES: Record<string, () => boolean> = {
  "4K": () => parseBytes("4K") === 4096,
  "1 m 3.5 s": () => parseNs("1 m 3.5 s", "s") === 63.5e9,
  "5%": () => true,
  "max": () => parseBytes("max") === 2 ** 64,
  "damon.arrow": () => true,
  "damon.data": () => true,
  "non": () => filtersOf([["allow", "non", "anon"]])[0].matching === false,
};
/** What no released kernel has is refused with that. */
const REFUSED: Record<string, string> = {
  "probe_hits_wsum": "--damos_action stat --damos_filter allow probe_hits_wsum 1 2",
  "hugepage_size": "--probe_filter allow hugepage_size 2M 2M",
  "pgidle_set": "--probe_filter allow pgidle_set",
  "pgidle_unset": "--probe_filter allow pgidle_unset",
  "complement": "--damos_action stat --damos_quota_goal complement 1",
};

function wordsOf(span: string): string[] {
  const line = (TYPED[span] ?? span).replace(/^damo /, "");
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? PLACES[plain] ?? plain);
  return words;
}

/** `taken`, what is answered at the prompt, or what our parser refuses. Nothing is run. */
async function typed(words: readonly string[]): Promise<string> {
  const { args, command } = splitArguments(words);
  const ours = oursOf(args);
  const program = await makeProgram(command, ours);
  const answer = answerTo(ours, program);
  if (answer !== undefined) return answer;
  const mute = (each: Command) => {
    each.action(() => {});
    each.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} });
    each.commands.forEach(mute);
  };
  mute(program.parser);
  try {
    await program.run(ours);
    return "taken";
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0 ? "taken" : `refused: ${(error as Error).message}`;
  }
}

Deno.test("docs/python-damo.md: what it says is taken is taken, and the rest is answered with what it names", async () => {
  let [taken, answered] = [0, 0];
  for (const [theirs, ours] of ROWS) {
    for (const span of spansIn(theirs)) {
      const got = await typed(wordsOf(span));
      if (got === "taken") taken++;
      else {
        answered++;
        assert.match(got, /^.+ is the Python damo's; here: .+/, span);
        assert.ok(spansIn(ours).some((span) => got.includes(span.split(" ").slice(0, 2).join(" "))), `${span}: ${got}`);
      }
      assert.equal(got === "taken", SAYS_TAKEN.test(ours), `${span} is ${got}; the page: ${ours.trim()}`);
    }
  }
  assert.ok(taken >= 25 && answered >= 7, `${taken} taken, ${answered} answered`);
});

Deno.test("docs/python-damo.md: what it says to type here is ours", async () => {
  for (const span of ROWS.flatMap(([, ours]) => spansIn(ours))) {
    if (VALUES[span]) assert.ok(VALUES[span](), span);
    else if (span === "--format set") assert.match(await typed(wordsOf(span)), /^report access --format set is the /);
    else assert.equal(await typed(wordsOf(span)), "taken", span);
  }
});

Deno.test("docs/python-damo.md: names in its text are what it says they are", async () => {
  const answered = ["damo monitor", "damo report access --exec", "--damos_scheme", "--kdamond", "--damon_ctx"];
  answered.push("--damon_target", "--probe");
  for (const span of spansIn(PROSE)) {
    if (VALUES[span]) assert.ok(VALUES[span](), span);
    else if (answered.includes(span)) assert.match(await typed(wordsOf(span)), /is the Python damo's; here: /, span);
    else if (REFUSED[span]) {
      const got = await typed(`args damon paddr ${REFUSED[span]}`.split(" "));
      assert.equal(got, "taken", span);
      const program = await makeProgram(undefined, ["args"]);
      const { args } = splitArguments(`args damon paddr ${REFUSED[span]}`.split(" "));
      const error = { name: "RangeError", message: /needs a kernel after Linux 7\.3: no released one has it/ };
      await assert.rejects(program.run(args), error, span);
    } else assert.equal(await typed(wordsOf(span)), "taken", span);
  }
});

Deno.test("names of the Python damo that were asked for are taken, or answered with ours", async () => {
  const lines = ["monitor 1234", "validate", "replay", "report holistic", "record_info", "convert_record_format"];
  lines.push("record 1234 --output_type json_compressed", "report heatmap --stdout_colorset gray");
  lines.push("report heatmap --abs_time", "report access --raw_form", "report attrs", "record paddr --probe_weight 2");
  for (const place of ["record_head", "record_tail", "snapshot_head", "snapshot_tail", "region"]) {
    lines.push(`report access --format_${place} x`);
  }
  for (const kind of ["record", "snapshot", "region"]) lines.push(`report access --ls_${kind}_format_keywords`);
  for (const line of lines) {
    assert.match(await typed(line.split(" ")), /^taken$|is the Python damo's; here: damo |; here: [^;]+/, line);
  }
});

Deno.test("docs/python-damo.md: reports and conversions that are the same do something with a record", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const writer = RecordWriter.create(`${dir}/damon.arrow`, PROCESS_HEADER);
    for (let i = 0; i < 30; i++) {
      writer.write({ kind: "snapshot", snapshot: snapshotOf(5e9 + i * 1e8, 5.1e9 + i * 1e8, [[0x1000, 0x9000, 7]]) });
    }
    writer.finish(FOOTER);
    writer.close();
    const spans = [...new Set(ROWS.flatMap((cells) => cells.flatMap(spansIn)))];
    const isRun = (words: string[]) => {
      const [first, second] = words;
      if (first === "report") {
        return !["damon", "sysinfo", "fidelity", "pa_layout"].includes(second) && words[2] !== "--follow" &&
          !/\.(svg|html|json)$/.test(words.at(-1)!);
      }
      return ["info", "record_info", "convert", "completion", "version", "--version"].includes(first);
    };
    const whole = await makeProgram(undefined);
    const lines = spans.map(wordsOf).filter((words) => isRun(words) && answerTo(oursOf(words), whole) === undefined);
    assert.ok(lines.length >= 15, `${lines.length} lines`);
    // One process for all of them.
    const source = `import { main } from ${JSON.stringify(MAIN)};
      for (const words of ${JSON.stringify(lines)}) console.error("ENDED", await main(words), words.join(" "));
      Deno.exit(0);`;
    await Deno.writeTextFile(`${dir}/lines.ts`, source);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--no-check", "--config", CONFIG, "lines.ts"],
      cwd: dir,
      stdin: "null",
      stdout: "null",
    }).output();
    const parts = new TextDecoder().decode(stderr).split(/^(ENDED \d+ .*)$/m);
    const ends = parts.filter((part) => part.startsWith("ENDED "));
    assert.equal(ends.length, lines.length, parts.at(-1));
    for (const [i, end] of ends.entries()) {
      // What a record lacks is not shown, and that is said.
      const isWithout = /^damo: .*(has no CPU samples|has no resident set sizes)/m.test(parts[2 * i]);
      assert.equal(end, `ENDED ${isWithout ? 1 : 0} ${lines[i].join(" ")}`, parts[2 * i]);
      assert.doesNotMatch(parts[2 * i], /fault of damo/);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
