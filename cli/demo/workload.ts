import { defineCommand } from "../options/mod.ts";

/** `damo workload`: runs the artificial access generator. */
export const WORKLOAD = defineCommand({
  name: "workload",
  summary: "Run an artificial access pattern, and log what it really did.",
  arguments: {
    args: { optional: true, many: true, help: "CONFIG and options of the generator; -- --help lists them" },
  },
  passesOptions: true,
  examples: ["damo workload workload/configs/zigzag --truth zigzag.truth.jsonl"],
  notes: "Configurations have the format of masim.",
});
