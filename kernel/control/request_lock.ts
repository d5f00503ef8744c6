import { patienceMs } from "./patience.ts";
import type { Roots } from "../machine/mod.ts";

/** Between two looks whether it is our turn, ms. */
const LOOK_MS = 5;

/**
 * Does one request to DAMON while no other damo has one: the kernel serves one at a time, and refuses all others that
 * long. Who waits for a turn comes before who begins to wait later only by chance; who asks again and again is to pause.
 */
export async function inTurn<T>(roots: Roots, request: () => Promise<T>): Promise<T> {
  using file = openFile(roots);
  if (file) {
    const untilMs = performance.now() + patienceMs(roots);
    // One that was stopped while it asked must not keep all others waiting for ever: the kernel's own answer is to be had.
    while (!(await file.tryLock(true)) && performance.now() < untilMs) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }
  return await request();
}

/** Absent where this user may not keep anything there: the kernel will say what they may do. */
function openFile({ run }: Roots): Deno.FsFile | undefined {
  try {
    Deno.mkdirSync(run, { recursive: true, mode: 0o755 });
    return Deno.openSync(`${run}/request.lock`, { create: true, write: true, mode: 0o644 });
  } catch {
    return undefined;
  }
}
