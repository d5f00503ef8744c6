import {
  recordedPicture,
  schemesOfRecord,
  schemesOverTimeTable,
  schemesPictureSpec,
  schemesRecordTable,
} from "../../report/mod.ts";
import { requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { showReport } from "./show.ts";
import type { SchemesReportOptions } from "./schemes.ts";

/** `damo report schemes`. */
export async function reportSchemes(options: SchemesReportOptions): Promise<void> {
  const selection = selectionOf(options);
  const isDrawn = /\.(png|svg|html|vl\.json)$/i.test(options.output ?? "") || options.format === "vega-lite";
  await showReport(options, async ({ open, name }) => {
    const report = await schemesOfRecord(open, selection);
    requireSnapshots(report.survey, name);
    if (options.over_time) return schemesOverTimeTable(report);
    if (!isDrawn) return schemesRecordTable(report);
    const picture = await recordedPicture(open, report, selection);
    return schemesRecordTable(report, () => schemesPictureSpec(picture));
  });
}
