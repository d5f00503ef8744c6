import { defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo doctor`, `damo report sysinfo`: what this machine has and lacks. It reads only. */
export const DOCTOR = defineCommand({
  name: "doctor",
  aliases: ["features"],
  summary: "Show which features work on this machine, and what others need.",
  options: { json: { help: "print JSON" } },
  pointers: {
    infer_version: "damo doctor names the first kernel that has a feature",
    invalidate_cache: "nothing is kept: leave it out",
    print: "damo doctor shows all, --json for a script",
  },
  notes: "It only reads: nothing is started or changed.",
});

/** The options of `doctor`, as parsed. */
export type DoctorOptions = OptionsOf<typeof DOCTOR>;
