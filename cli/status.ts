import { Command } from "@commander-js/extra-typings";

/** `damo status`, `damo report damon`: which kdamonds and modules there are, and whose. It reads only. */
export function statusCommand(name = "status") {
  return new Command(name)
    .description("Show every kdamond: on or off, what it watches, and whether damo started it. Reads only.")
    .option("--json", "print JSON")
    .action(async (options) => {
      const { readKdamonds } = await import("../kernel/sysfs.ts");
      const { isOurs, isRecorderAlive, readEntry } = await import("../kernel/ours.ts");
      const { defaultRoots } = await import("../kernel/roots.ts");
      const { modulesOn } = await import("../kernel/modules.ts");
      const { formatNs } = await import("../damon/units.ts");
      const roots = defaultRoots();
      const rows = readKdamonds(roots).map((status) => {
        const entry = readEntry(roots, status.index);
        const owner = !isOurs(status, entry) || (status.state === "off" && status.contexts.length === 0)
          ? undefined
          : { recorderPid: entry!.recorder.pid, recorderAlive: isRecorderAlive(roots, entry!) };
        return { ...status, owner };
      });
      if (options.json) return console.log(JSON.stringify(rows, null, 2));
      // A module's kdamond is not in the tree of the others.
      const modules = modulesOn(roots);
      for (const { name, short, doc } of modules) {
        console.log(`${name.toUpperCase()} is on: it ${doc}; see it with: damo module ${short}`);
      }
      if (rows.length === 0 && modules.length === 0) {
        return console.log("No kdamond: DAMON is not in use here (or this kernel has none).");
      }
      for (const { index, state, pid, contexts, owner } of rows) {
        const whose = owner
          ? owner.recorderAlive
            ? `started by damo record (pid ${owner.recorderPid})`
            : "left behind by a damo record that was killed; clean up with: damo stop"
          : contexts.length
          ? "not started by damo"
          : "not in use";
        console.log(`kdamond ${index}: ${state}${pid === undefined ? "" : `, pid ${pid}`}, ${whose}`);
        for (const { operations, intervals, nrRegions, targets } of contexts) {
          const { sampleUs, aggrUs, updateUs } = intervals;
          const times = [sampleUs, aggrUs, updateUs].map((us) => formatNs(us * 1e3)).join(" / ");
          console.log(`  ${operations}, intervals ${times}, ${nrRegions.min} to ${nrRegions.max} regions`);
          for (const target of targets) {
            const what = target.pid === undefined ? "memory" : `pid ${target.pid}`;
            console.log(
              `  target: ${what}${target.regions.length ? `, ${target.regions.length} initial regions` : ""}`,
            );
          }
        }
      }
    });
}
