import { command, KernelError, said } from "../../damon/mod.ts";
import { isBusy, readOptional, type Roots, writeDamon, type WriteKernel, writeKernel } from "../machine/mod.ts";
import { dropEntry, isThreadOn, type OwnEntry } from "./ours.ts";
import { patiently } from "./patience.ts";
import { inTurn } from "./request_lock.ts";
import { kdamondsDir, pidOf, readKdamonds } from "./sysfs.ts";

const ENOENT = 2;
/** A thread that was told to end has ended when the kernel says so; what is seen of it is gone a moment later, ms. */
const [ENDING_MS, LOOK_MS] = [2000, 5];
/** After how long of being refused it is tried in haste, and for how long each time before others have their turn, ms. */
const [HASTE_MS, HASTY_MS] = [1500, 5];
/**
 * Before Linux 6.14 who has asked a kdamond that is off by now looks every 100 ms whether it is, for which DAMON's lock
 * must be free. Who takes the kdamond's folder away holds that lock, and waits for all who write into the folder: both
 * would wait for ever, and DAMON could not be used before the next boot.
 */
const ASKERS_MS = 300;

/**
 * Turns a kdamond of ours off, empties its folder, and takes away the folders that were made for it. What it is known by
 * is kept until all of that is sure.
 *
 * @throws {KernelError} where it is still on, or its folder is not empty.
 */
export async function restoreSysfs(roots: Roots, entry: OwnEntry, write: WriteKernel): Promise<void> {
  const { index } = entry;
  const dir = `${kdamondsDir(roots)}/${index}`;
  if (await isOn(roots, entry)) await turnOffSysfs(roots, entry, write);
  const empty = (path: string, text: string) =>
    patiently(roots, `empty kdamond ${index}'s folder`, () => write(path, text)).catch((error) => {
      // Somebody took it away meanwhile.
      if (!(error instanceof KernelError && error.errno === ENOENT)) throw error;
    });
  try {
    await empty(`${dir}/contexts/nr_contexts`, "0");
    if (Number(readOptional(`${dir}/refresh_ms`) ?? 0) > 0) await empty(`${dir}/refresh_ms`, "0");
    // Only what we added is taken away: more directories than ours, or one in use, mean that somebody else came since.
    const now = await readKdamonds(roots);
    const isUnused = now.every(({ state, contexts }) => state === "off" && contexts.length === 0);
    if (isUnused && now.length === (entry.nrKdamonds ?? 1) && entry.nrKdamondsBefore < now.length) {
      if (isBefore614()) await new Promise((done) => setTimeout(done, ASKERS_MS));
      await empty(`${kdamondsDir(roots)}/nr_kdamonds`, String(entry.nrKdamondsBefore));
    }
    dropEntry(roots, index);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const hint = said`it is off; clean up later with: ${command("stop")}`;
    throw new KernelError(`empty the folder of kdamond ${index}`, error.errno, error.path, hint);
  }
}

/** Tries again and again for a moment, where others ask DAMON without a pause: between two requests is hardly any time. */
async function hastily(state: string, write: WriteKernel): Promise<void> {
  const now = write === writeDamon ? writeKernel : write;
  for (const untilMs = performance.now() + HASTY_MS;;) {
    try {
      return await now(state, "off");
    } catch (error) {
      if (!isBusy(error) || performance.now() > untilMs) throw error;
    }
  }
}

function isBefore614(): boolean {
  const [major, minor] = Deno.osRelease().split(/[.-]/).map(Number);
  return major < 6 || (major === 6 && minor < 14);
}

/** Whether it is on, by its thread where that is known: it may be another's that is on there. */
async function isOn(roots: Roots, entry: OwnEntry): Promise<boolean> {
  const pid = await pidOf(roots, entry.index);
  return pid !== undefined && (entry.kdamondPid === undefined || pid === entry.kdamondPid);
}

/**
 * Turns a kdamond of ours off, and makes sure that it is.
 *
 * @throws {KernelError} where it is still on.
 */
export async function turnOffSysfs(roots: Roots, entry: OwnEntry, write: WriteKernel): Promise<void> {
  const { index } = entry;
  const state = `${kdamondsDir(roots)}/${index}/state`;
  let failure: unknown;
  const beginMs = performance.now();
  const off = () => performance.now() - beginMs < HASTE_MS ? write(state, "off") : hastily(state, write);
  try {
    await inTurn(roots, () => patiently(roots, `turn kdamond ${index} off`, off));
  } catch (error) {
    // It may have ended by itself in this moment: what counts is whether it is off.
    failure = error;
  }
  const untilMs = performance.now() + ENDING_MS;
  let isStillOn = true;
  while ((isStillOn = isThreadOn(roots, entry) ?? await isOn(roots, entry)) && performance.now() < untilMs) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  if (!isStillOn) return;
  const errno = failure instanceof KernelError ? failure.errno : 0;
  if (failure !== undefined && !(failure instanceof KernelError)) throw failure;
  throw new KernelError(
    `turn kdamond ${index} off`,
    errno,
    state,
    said`it is still on${entry.kdamondPid === undefined ? "" : ` (kernel thread ${entry.kdamondPid})`}; end it with: ${
      command("stop")
    }`,
  );
}
