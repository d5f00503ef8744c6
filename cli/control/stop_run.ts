import { formatNs } from "../../damon/mod.ts";
import {
  describeKdamond,
  dropStaleEntries,
  kdamondsDir,
  patienceMs,
  readAllKdamonds,
  requireKernelTrees,
  stopOurs,
} from "../../kernel/control/mod.ts";
import { modulesOn } from "../../kernel/modules/mod.ts";
import { isAlive } from "../../kernel/machine/mod.ts";
import { controlRoots } from "./roots.ts";

/** What a recorder may need to end its record, ms. */
const RECORDER_MS = 10_000;

/** `damo stop`. @throws {Error} where something of ours is still on, or nothing tells. */
export async function stop(): Promise<void> {
  const roots = controlRoots();
  requireKernelTrees(roots);
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
    // It turns its kdamond off first, for which DAMON may let it wait.
    const until = performance.now() + RECORDER_MS + patienceMs(roots);
    while (isAlive(roots, recorderPid) && performance.now() < until) {
      await new Promise((done) => setTimeout(done, 50));
    }
    if (isAlive(roots, recorderPid)) {
      throw new Error(
        `${owner} (pid ${recorderPid}) still runs ${
          formatNs(Math.round((RECORDER_MS + patienceMs(roots)) / 1000) * 1e9)
        } after SIGTERM, ` +
          `which a stopped process or a reader that takes no more can cause; end it with: ` +
          `kill -9 ${recorderPid}, and clean up with: damo stop`,
      );
    }
    // One that could not, or was killed meanwhile, has left it.
    const left = (await stopOurs(roots)).some(({ status: { pid } }) => pid !== undefined && pid === status.pid);
    const who = left ? "and" : "which";
    console.log(`Ended ${owner} (pid ${recorderPid}), ${who} turned off ${describeKdamond(status)}.`);
  }
  await dropStaleEntries(roots);
  const others = (await readAllKdamonds(roots)).filter(({ state }) => state === "on");
  for (const other of others) {
    const off = other.interface === "debugfs"
      ? ""
      : `; where it is yours to end: echo off > ${kdamondsDir(roots)}/${other.index}/state`;
    console.log(`Left alone, as damo has no note of starting it: ${describeKdamond(other)}${off}`);
  }
  const modules = modulesOn(roots);
  for (const { name, short } of modules) {
    console.log(
      `Left on, as it is one of the kernel's modules: ${name.toUpperCase()}; it has its own: damo module ${short} disable`,
    );
  }
  if (stopped.length + others.length + modules.length === 0) console.log("Nothing to stop: no kdamond is on.");
}
