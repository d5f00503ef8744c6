import { defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo lab`: try DAMON without rebooting, in a virtual machine. */
export const LAB = defineCommand({
  name: "lab",
  summary: "Run a command in a virtual machine whose kernel has DAMON.",
  options: {
    kernel: {
      value: "name",
      help: "newest (Debian's), 6.12-debugfs, 6.1 (see lab/kernel), or an image (default: Debian's newest 6.12)",
    },
    out: { value: "folder", kind: "folder", help: "where the command's $DAMO_OUT ends up" },
    timeout: { value: "seconds", help: "stop after this time" },
    memory: { value: "size", help: "memory of the machine (default: 2G)" },
    cpus: { value: "count", help: "number of CPUs" },
    numa: { value: "nodes", help: "number of NUMA nodes (default: 1)" },
    tty: { help: "give the command this terminal, as in: damo lab --tty -- bash" },
  },
  examples: ["damo lab -- uname -r", "damo lab --kernel 6.1 -- ./damo demo --here", "damo lab --tty -- bash"],
});

/** The options of `lab`, as parsed. */
export type LabOptions = OptionsOf<typeof LAB>;
