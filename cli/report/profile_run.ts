import { RecordError } from "../../damon/mod.ts";
import { formatFolded, profileOf, type ProfileReport, profileTable } from "../../report/mod.ts";
import type { ProfileCommandOptions } from "./profile.ts";
import { isStdout, writeOutput } from "./output.ts";
import { inputNamesOf, openInput, type ReportInput, requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { showReport } from "./show.ts";

/** Rows of a table in a terminal. */
const TEXT_ROWS = 30;

/** `damo report profile`. */
export async function reportProfile(options: ProfileCommandOptions): Promise<void> {
  const selection = selectionOf(options);
  const { output = "-", folded, by } = options;
  const report = async ({ name, open }: ReportInput): Promise<ProfileReport> => {
    const report = await profileOf(open, selection, folded ? "stack" : by);
    requireSnapshots(report.survey, name);
    if (report.hz > 0) return report;
    throw new RecordError(
      `${name} has no CPU samples; record with --profile`,
      name,
    );
  };
  if (folded) {
    if (options.format !== undefined) {
      throw new RangeError("--folded is a format of its own; leave out --format");
    }
    if (options.top !== undefined) {
      throw new RangeError("--folded has all stacks; leave out --top");
    }
    if (/\.(png|svg|html|json|jsonl|csv)$/i.test(output)) {
      throw new RangeError(`--folded is text; name ${output} FILE.txt or FILE.folded`);
    }
    let text = "";
    for (const name of inputNamesOf(options.input)) {
      await using input = await openInput(name);
      text += formatFolded(await report(input));
    }
    return await writeOutput(output, text);
  }
  const isText = isStdout(output) && (options.format ?? "text") === "text";
  const { top = isText || output.endsWith(".txt") ? TEXT_ROWS : Infinity } = options;
  await showReport(options, async (input) => profileTable(await report(input), top));
}
