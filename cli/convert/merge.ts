import { defineCommand, type OptionsOf, RECORD_FORMAT_OPTIONS } from "../options/mod.ts";

/** `damo merge`: several records as one. */
export const MERGE = defineCommand({
  name: "merge",
  summary: "Join records into one, in the order of time.",
  arguments: {
    files: { many: true, kind: "file", help: "records; their formats may differ" },
  },
  options: {
    output: {
      short: "o",
      value: "file",
      kind: "file",
      mandatory: true,
      help: "the file to write; the end of its name gives the format; - for stdout",
    },
    ...RECORD_FORMAT_OPTIONS,
  },
  examples: [
    "damo merge damon-*.arrow -o day.arrow      parts of one recording, by record --rotate",
    "damo merge web.arrow db.arrow -o both.arrow",
  ],
});

/** The options of `merge`, as parsed. */
export type MergeOptions = OptionsOf<typeof MERGE>;
