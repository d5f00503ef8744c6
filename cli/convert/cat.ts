import { defineCommand, INPUT_OPTION, type OptionsOf, RECORD_FORMAT_OPTIONS } from "../options/mod.ts";

/** `damo cat`: a record on standard output. */
export const CAT = defineCommand({
  name: "cat",
  summary: "Print records as JSON lines, or in another format.",
  arguments: {
    files: {
      many: true,
      optional: true,
      kind: "file",
      help: "records of any format, printed one after the other (default: damon.arrow); - for stdin",
    },
  },
  options: { ...RECORD_FORMAT_OPTIONS, ...INPUT_OPTION },
  examples: ["damo cat damon.arrow | jq .", "damo cat damon.data --format csv"],
});

/** The options of `cat`, as parsed. */
export type CatOptions = OptionsOf<typeof CAT>;
