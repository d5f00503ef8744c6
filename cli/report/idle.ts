import { parseNs } from "../../damon/model/mod.ts";
import { reportOf } from "./options.ts";

/** The options of `report idle`, as parsed. */
export type IdleCommandOptions = ReturnType<ReturnType<typeof idleCommand>["opts"]>;

/** `damo report idle`: how much memory has been idle for how long. */
export function idleCommand() {
  return reportOf("idle")
    .description("Show how much memory has not been accessed for how long, by the kernel's DAMON_STAT or by a record.")
    .option(
      "--edges <times>",
      "bounds of the classes of idle time (default: 1s,5s,30s,2m,10m,1h,6h,1d)",
      (text) => text.split(/[\s,]+/).filter(Boolean).map((time) => parseNs(time, "s")),
    )
    .addHelpText(
      "after",
      `
Without --input and filters it is about DAMON_STAT where that is on, else about damon.arrow.

Memory is idle from when it was last seen accessed; "at least" adds up what has been idle as long or longer. DAMON_STAT
(Linux 6.17) watches the machine's memory by itself, at little cost: damo module stat enable. A record says the same of
what it watched, by the age of its regions, at its end, in the mean and over its time.`,
    )
    .action(async (options) => {
      const { reportIdle } = await import("./idle_run.ts");
      await reportIdle(options);
    });
}
