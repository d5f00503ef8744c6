/**
 * `deno task fidelity`: records real programs, and holds what the records say against the kernel's own count of accesses.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { makeFolder } from "../../format/bytes/sudo_owner.ts";
import { agreements } from "./agreements.ts";
import { type Program, PROGRAMS } from "./programs.ts";
import { recordedIn, recordOf, type Setting, SETTINGS } from "./recorded.ts";
import { pause } from "./started.ts";
import { cellsOf, headCells, lineOf, markdownLineOf } from "./table.ts";
import { steadyMappings, truthOf, type TruthWindow } from "./truth.ts";
import { type Row, verdictOf } from "./verdict.ts";

const HELP =
  `deno task fidelity [--programs LIST] [--settings LIST] [--seconds N] [--windows N] [--keep FOLDER] [--markdown]
                   [--agree]

Records real programs with the page sampler and says how far each record is from the truth: clear_refs, a second, and
Referenced in smaps, before and after each record, never at the same time. Sizes are MiB. As root.

  --programs LIST   some of: ${PROGRAMS.map(({ name }) => name).join(" ")}
  --settings LIST   some of: ${SETTINGS.map(({ name }) => name).join(" ")}
  --seconds N       length of a record (10)
  --windows N       windows of truth before and after each record (3)
  --keep FOLDER     keep the records there
  --markdown        print the table as Markdown
  --agree           instead: what every report says of one record of node, and of one of postgres with its children`;

const { values } = parseArgs({
  options: {
    programs: { type: "string" },
    settings: { type: "string" },
    seconds: { type: "string", default: "10" },
    windows: { type: "string", default: "3" },
    keep: { type: "string" },
    markdown: { type: "boolean" },
    agree: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});

/** Those of a list that were asked for. @throws {RangeError} where one is unknown. */
function chosen<T extends { name: string }>(all: readonly T[], list: string | undefined, what: string): readonly T[] {
  if (list === undefined) return all;
  return list.split(/[ ,]+/).filter(Boolean).map((name) => {
    const found = all.find((one) => one.name === name);
    if (found) return found;
    throw new RangeError(`No ${what} ${name}; there are: ${all.map((one) => one.name).join(" ")}`);
  });
}

/** Several windows of truth, one after the other. */
async function truthsOf(pid: number, windows: number): Promise<TruthWindow[]> {
  const all: TruthWindow[] = [];
  for (let i = 0; i < windows; i++) all.push(await truthOf(pid));
  return all;
}

/** Records a program with each setting, in alternation with the truth. */
async function* rowsOf(
  program: Program,
  pid: number,
  settings: readonly Setting[],
  { seconds, windows, folder }: { seconds: number; windows: number; folder: string },
): AsyncGenerator<Row> {
  await pause(2_000);
  let before = await truthsOf(pid, windows);
  for (const setting of settings) {
    const path = `${folder}/${program.name}_${setting.name.replace("%", "_percent")}.arrow`;
    await recordOf(pid, setting, seconds, path);
    const after = await truthsOf(pid, windows);
    const truths = [...before, ...after];
    const steady = steadyMappings(truths);
    const recorded = await recordedIn(path, pid, steady);
    yield { program: program.name, setting: setting.name, limit: program.limit, truths, steady, recorded };
    before = after;
  }
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const programs = chosen(PROGRAMS, values.programs, "program");
  const settings = chosen(SETTINGS, values.settings, "setting");
  const [seconds, windows] = [Number(values.seconds), Number(values.windows)];
  if (!(seconds >= 2) || !Number.isInteger(windows) || windows < 1) {
    throw new RangeError("--seconds is 2 or more, --windows a count from 1 on");
  }
  if (values.agree) return await agreements(seconds);
  const folder = values.keep ?? Deno.makeTempDirSync({ prefix: "damo-fidelity-" });
  if (values.keep) makeFolder(folder);
  const line = values.markdown ? markdownLineOf : lineOf;
  console.log(line(headCells()));
  if (values.markdown) console.log(markdownLineOf(headCells().map((_, i) => i < 2 ? "---" : "--:")));
  const count = { pass: 0, fail: 0, unsteady: 0 };
  const skipped: string[] = [];
  try {
    for (const program of programs) {
      const start = program.find();
      if (!start) {
        skipped.push(`${program.name}, which needs ${program.needs}`);
        continue;
      }
      await using started = await start();
      for await (const row of rowsOf(program, started.pid, settings, { seconds, windows, folder })) {
        console.log(line(cellsOf(row)));
        count[verdictOf(row)]++;
      }
    }
  } finally {
    if (!values.keep) Deno.removeSync(folder, { recursive: true });
  }
  const { pass, fail, unsteady } = count;
  console.log(`\n${pass} passed, ${fail} failed${unsteady > 0 ? `, ${unsteady} where the truth itself moved` : ""}`);
  if (skipped.length > 0) console.log(`Not installed (./setup fidelity): ${skipped.join("; ")}`);
  return fail > 0 ? 1 : 0;
}

try {
  Deno.exit(await main());
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
