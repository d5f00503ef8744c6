/**
 * Prints, in the lab's guest, what DAMON sees of programs whose memory is scattered or grows, by default and in plain vaddr,
 * and what it costs:
 *
 *   lab/run --kernel newest -- deno run -A tests/lab/follow_table.ts
 *
 * @module
 */
import { openRecord } from "../../format/mod.ts";
import type { RecordFooter, Residency, Snapshot } from "../../damon/mod.ts";
import { KDAMONDS, outcomeOf, spawnDamo, until } from "./guest/guest.ts";
import { cpuSeconds, measureTruth, type Truth } from "./guest/truth.ts";

const PROGRAMS: Record<string, string[]> = {
  node: ["node", new URL("./programs/objects.js", import.meta.url).pathname],
  growing: ["python3", new URL("./programs/growing.py", import.meta.url).pathname],
};
const WAYS: Record<string, string[]> = { default: [], vaddr: ["--ops", "vaddr"] };
/** Longer than the growing program grows. */
const SECONDS = Number(Deno.env.get("DAMO_TABLE_SECONDS") ?? 24);
const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();
const MIB = 2 ** 20;
const mib = (bytes: number) => (bytes / MIB).toFixed(1);
const asked = Deno.args.length > 0 ? Deno.args : Object.keys(PROGRAMS);

for (const name of asked) {
  for (const [way, options] of Object.entries(WAYS)) await measure(name, way, options);
}

async function measure(name: string, way: string, options: string[]): Promise<void> {
  const [program, ...args] = PROGRAMS[name];
  const child = new Deno.Command(program, { args, stdout: "null", stderr: "inherit" }).spawn();
  try {
    // Node first makes its objects; what grows is watched from the beginning.
    const before = name === "node" ? await settled(child.pid) : undefined;
    const path = `${OUT}/${name}-${way}.arrow`;
    const recorder = spawnDamo(
      ...["record", String(child.pid), "--monitor", "damon", "--timeout", String(SECONDS), "-o", path, ...options],
    );
    await until(() => kdamondPid() > 0, "recording");
    const [kdamond, beginMs] = [kdamondPid(), performance.now()];
    // Its start is not the recording's cost.
    await sleep(3000);
    const first = { kdamond: cpuSeconds(kdamond), recorder: cpuSeconds(recorder.pid), ms: performance.now() };
    await sleep(SECONDS * 1000 - 3000 - 1500 - (first.ms - beginMs - 3000));
    const last = { kdamond: cpuSeconds(kdamond), recorder: cpuSeconds(recorder.pid), ms: performance.now() };
    const { code, err } = await outcomeOf(recorder);
    if (code !== 0) throw new Error(err);
    const after = await measureTruth(child.pid);
    const seconds = (last.ms - first.ms) / 1000;
    const share = (what: "kdamond" | "recorder") => `${((last[what] - first[what]) / seconds * 100).toFixed(1)} %`;
    console.log(`${name}, ${way}: truth ${truthText(before)}${truthText(after)}`);
    console.log(`  kdamond ${share("kdamond")}, recorder ${share("recorder")} of one CPU`);
    await show(path);
    console.log(err.trim().replaceAll(/^/gm, "  "));
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

async function show(path: string): Promise<void> {
  await using reader = await openRecord(path);
  const snapshots: Snapshot[] = [];
  const residencies: Residency[] = [];
  let footer: RecordFooter | undefined;
  for await (const item of reader.items()) {
    if (item.kind === "snapshot") snapshots.push(item.snapshot);
    else if (item.kind === "residency") residencies.push(item.residency);
    else if (item.kind === "footer") footer = item.footer;
  }
  const counts = snapshots.map(({ regions }) => regions.length);
  console.log(
    `  ${snapshots.length} snapshots of ${Math.min(...counts)}-${Math.max(...counts)} regions, ${residencies.length} ` +
      `looks at what is resident, the last ${mib(residencies.at(-1)?.residentBytes ?? 0)} MiB, following: ` +
      JSON.stringify(footer?.following?.[0] ?? "none"),
  );
  const every = Math.max(1, Math.ceil(snapshots.length / 24));
  console.log("     s   MiB watched  hits>0  by hits  in 1 s  oldest  regions");
  for (const [i, { regions, endNs, sampleUs, aggrUs }] of snapshots.entries()) {
    if (i % every !== 0 && i !== snapshots.length - 1) continue;
    let [watched, any, share, window, oldest] = [0, 0, 0, 0, 0];
    for (const { start, end, nrAccesses, age } of regions) {
      const size = end - start;
      const hit = Math.min(1, nrAccesses / (aggrUs / sampleUs));
      watched += size;
      any += nrAccesses > 0 ? size : 0;
      share += size * hit;
      window += size * (1 - (1 - hit) ** (1e6 / sampleUs));
      oldest = Math.max(oldest, age ?? 0);
    }
    const at = ((endNs - snapshots[0].endNs) / 1e9).toFixed(1);
    const cells = [at, mib(watched), mib(any), mib(share), mib(window), oldest, regions.length];
    console.log(`  ${cells.map((cell, c) => String(cell).padStart([4, 12, 8, 8, 7, 7, 8][c])).join(" ")}`);
  }
}

/** The truth, once what is resident does not grow any more. */
async function settled(pid: number): Promise<Truth> {
  for (let before = 0;;) {
    const truth = await measureTruth(pid);
    if (truth.residentBytes <= before * 1.01) return truth;
    before = truth.residentBytes;
    await sleep(1000);
  }
}

function truthText(truth: Truth | undefined): string {
  if (!truth) return "";
  const { referencedBytes, residentBytes, windowMs } = truth;
  return `${mib(referencedBytes)} of ${mib(residentBytes)} MiB in ${(windowMs / 1000).toFixed(2)} s; `;
}

function kdamondPid(): number {
  try {
    return Number(Deno.readTextFileSync(`${KDAMONDS}/0/pid`));
  } catch {
    return -1;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
