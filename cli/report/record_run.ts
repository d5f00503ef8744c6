import { foldRecord, RecordCountsFold, recordTable, TimesFold } from "../../report/mod.ts";
import type { PlainCommandOptions } from "./access.ts";
import { requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { showReport, textRowsOf } from "./show.ts";

/** `damo report times`. */
export async function reportTimes(options: PlainCommandOptions): Promise<void> {
  const selection = selectionOf(options);
  await showReport(options, async (input) => {
    const fold = new TimesFold();
    const survey = await foldRecord(input.open, [fold], selection);
    requireSnapshots(survey, input.name);
    return fold.table(survey);
  });
}

/** Rows of processes, of kdamonds and of targets in a terminal. */
const EACH = 50;

/** `damo report info`. */
export async function reportInfo(options: PlainCommandOptions): Promise<void> {
  const selection = selectionOf(options);
  await showReport(options, async (input) => {
    const fold = new RecordCountsFold();
    const survey = await foldRecord(input.open, [fold], selection);
    return recordTable(survey, fold, Math.min(textRowsOf(options), EACH));
  });
}
