import { defineCommand, type OptionsOf } from "../options/mod.ts";
import { REPORT_OPTIONS, USUAL, WINDOW_OPTION } from "./options.ts";

/** `damo report mappings`: which file, heap, stack or anonymous memory is how hot. */
export const MAPPINGS = defineCommand({
  name: "mappings",
  summary: "Show how hot each file, heap, stack or anonymous mapping is.",
  options: { ...REPORT_OPTIONS, ...WINDOW_OPTION },
  usual: [...USUAL, "top", "window"],
  examples: ["damo report mappings", "damo report mappings --time_range 10 20 -o mappings.csv"],
  notes: "Each row has a mapping's size, how often it was accessed, its working set, and how long it has been idle.",
});

/** The options of `report mappings`, as parsed. */
export type MappingsCommandOptions = OptionsOf<typeof MAPPINGS>;
