import { mappingsOf, mappingsTable } from "../../report/mod.ts";
import type { MappingsCommandOptions } from "./mappings.ts";
import { requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { showReport, textRowsOf } from "./show.ts";

/** `damo report mappings`. */
export async function reportMappings(options: MappingsCommandOptions): Promise<void> {
  const selection = selectionOf(options);
  await showReport(options, async ({ name, open }) => {
    const report = await mappingsOf(open, selection, options.window);
    requireSnapshots(report.survey, name);
    return mappingsTable(report, textRowsOf(options));
  });
}
