import { Command } from "@commander-js/extra-typings";

/** `damo stop`: ends our recorders and turns off what killed ones left. Never another's kdamond. */
export function stopCommand() {
  return new Command("stop")
    .description("Turn off the DAMON that damo started: end its recorders, clean up after killed ones.")
    .action(async () => {
      const { stopOurs } = await import("../kernel/kdamond.ts");
      const { defaultRoots } = await import("../kernel/roots.ts");
      const { modulesOn } = await import("../kernel/modules.ts");
      const { describeKdamond } = await import("../kernel/sysfs.ts");
      const { interfacesHere } = await import("../kernel/choose_interface.ts");
      const { isAlive } = await import("../kernel/process.ts");
      const { dropStaleEntries } = await import("../kernel/stale_entries.ts");
      const roots = defaultRoots();
      const stopped = await stopOurs(roots);
      for (const { status, owner, recorderPid, stayed } of stopped) {
        if (stayed) {
          console.log(`Turned off ${describeKdamond(status)}.`);
          continue;
        }
        if (recorderPid === undefined) {
          console.log(`Turned off ${describeKdamond(status)}, left behind by a ${owner} that was killed.`);
          continue;
        }
        if (isAlive(roots, recorderPid)) Deno.kill(recorderPid, "SIGTERM");
        const until = performance.now() + 10_000;
        while (isAlive(roots, recorderPid) && performance.now() < until) {
          await new Promise((done) => setTimeout(done, 50));
        }
        if (isAlive(roots, recorderPid)) {
          throw new Error(
            `Cannot stop ${owner} (pid ${recorderPid}) as it must end by itself: it still runs 10 s after SIGTERM, ` +
              `which a stopped process or a reader that takes no more can cause; end it with: ` +
              `kill -9 ${recorderPid}, and clean up with: damo stop`,
          );
        }
        console.log(`Ended ${owner} (pid ${recorderPid}), which turned off ${describeKdamond(status)}.`);
      }
      await dropStaleEntries(roots);
      const others = interfacesHere(roots).flatMap((damon) => damon.read()).filter(({ state }) => state === "on");
      for (const other of others) console.log(`Left alone, as damo did not start it: ${describeKdamond(other)}.`);
      const modules = modulesOn(roots);
      for (const { name, short } of modules) {
        console.log(
          `Left on, as it is one of the kernel's modules: ${name.toUpperCase()}; it has its own: damo module ${short} disable`,
        );
      }
      if (stopped.length + others.length + modules.length === 0) console.log("Nothing to stop: no kdamond is on.");
    });
}
