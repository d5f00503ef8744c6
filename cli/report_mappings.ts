import { mappingsOf, mappingsTable } from "../report/mod.ts";
import type { MappingsCommandOptions } from "./mappings.ts";
import { requireSnapshots } from "./report_read.ts";
import { selectionOf } from "./report_selection.ts";
import { showReport } from "./report_show.ts";

/** `damo report mappings`. */
export async function reportMappings(options: MappingsCommandOptions): Promise<void> {
  const selection = selectionOf(options);
  await showReport(options, async ({ name, open }) => {
    const report = await mappingsOf(open, selection, options.window);
    requireSnapshots(report.survey, name);
    return mappingsTable(report);
  });
}
