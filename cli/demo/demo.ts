import { defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo demo`: records the shipped workload and shows its heat map; in the lab where DAMON is not to be had here. */
export const DEMO = defineCommand({
  name: "demo",
  summary: "Record a workload that comes with damo, and show its heat map.",
  options: {
    out: {
      value: "folder",
      kind: "folder",
      default: "build/demo",
      help: "where the record, the picture and the page go",
    },
    workload: { value: "name", default: "zigzag", help: "a configuration of workload/configs" },
    lab: { help: "record in the lab, with DAMON, even if this kernel could" },
    here: { help: "record on this kernel, and do no more than that" },
  },
  notes: "If this kernel cannot record, the demo records in the lab, a virtual machine whose kernel has DAMON.",
});

/** The options of `demo`, as parsed. */
export type DemoOptions = OptionsOf<typeof DEMO>;
