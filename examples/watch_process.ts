/**
 * Watches a process live, for ten seconds or until Ctrl-C, and says when its working set has grown by a half.
 *
 *   sudo deno run -A examples/watch_process.ts PID [SECONDS]
 */
import { formatBytes, watchMemory } from "../mod.ts";

const [pid, seconds = 10] = Deno.args.map(Number);
const ctrlC = new AbortController();
Deno.addSignalListener("SIGINT", () => ctrlC.abort());

await using watch = await watchMemory(pid, { timeoutMs: seconds * 1000, signal: ctrlC.signal });
console.log(`watched by ${watch.header.source}`);
let usual = 0;
for await (const snapshot of watch.snapshots()) {
  const now = snapshot.workingSetBytes;
  if (usual > 0 && now > 1.5 * usual) console.log(`working set ${formatBytes(usual)} -> ${formatBytes(now)}`);
  usual = usual === 0 ? now : 0.9 * usual + 0.1 * now;
}
const { received, dropped } = watch.counts();
console.log(`${received} regions seen, ${dropped} lost; usually ${formatBytes(usual)} in use`);
// The listener for Ctrl-C would keep the program alive.
Deno.exit();
