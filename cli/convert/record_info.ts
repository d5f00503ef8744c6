import { defineCommand, INPUT_OPTION, type OptionsOf } from "../options/mod.ts";

/** `damo info`: what is in a record. */
export const INFO = defineCommand({
  name: "info",
  summary: "Describe a record: who made it, when, of what, how much.",
  arguments: {
    files: {
      many: true,
      optional: true,
      kind: "file",
      help: "records of any format (default: damon.arrow); - for stdin",
    },
  },
  options: {
    full: { help: "read the whole record; without it, what a second is enough for" },
    json: { help: "print JSON" },
    ...INPUT_OPTION,
  },
  examples: ["damo info damon.arrow", "damo info *.arrow --json"],
});

/** The options of `info`, as parsed. */
export type InfoOptions = OptionsOf<typeof INFO>;
