import assert from "assert";
import { openRecord } from "../../format/mod.ts";
import { outcomeOf, spawnDamo } from "../lab/guest/guest.ts";
import { MAIN_ENDS_BYTES, MainEnds } from "./main_ends.ts";

/** Bytes resident of the process at each look, as far as the record has got. */
async function residentIn(path: string): Promise<{ pid: number; residentBytes: number }[]> {
  const found: { pid: number; residentBytes: number }[] = [];
  try {
    await using record = await openRecord(path);
    for await (const item of record.items()) if (item.kind === "residency") found.push(item.residency);
  } catch { /* it has not begun */ }
  return found;
}

/** How many looks there are, once a look after the first `after` ones has found all of the memory. */
async function looksWithMemory(path: string, after: number): Promise<number> {
  for (let tries = 0; tries < 600; tries++) {
    const looks = await residentIn(path);
    if (looks.slice(after).some(({ residentBytes }) => residentBytes >= MAIN_ENDS_BYTES)) return looks.length;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the memory did not come");
}

const record = (target: MainEnds, path: string, ...more: string[]) =>
  spawnDamo("record", String(target.pid), "--monitor", "pages", "--max_overhead", "80%", "-o", path, ...more);

Deno.test("record goes on through other threads where the main thread of the process ends meanwhile, and then the next", async () => {
  await using target = await MainEnds.begin();
  const path = `${target.dir}/r.arrow`;
  const recorder = record(target, path);
  const first = await looksWithMemory(path, 0);
  await target.endMain();
  const second = await looksWithMemory(path, first + 1);
  await target.endFirst();
  await looksWithMemory(path, second + 1);
  recorder.kill("SIGTERM");
  const { code, err } = await outcomeOf(recorder);
  assert.equal(code, 143, err);
  assert.deepEqual(new Set((await residentIn(path)).map(({ pid }) => pid)), new Set([target.pid]));
});

Deno.test("record begins with another thread where the main thread has ended, knows the program and what it runs", async () => {
  await using target = await MainEnds.begin();
  await target.endMain();
  const [thread] = target.threads();
  const path = `${target.dir}/r.arrow`;
  const recorder = record(target, path, "--profile");
  await looksWithMemory(path, 0);
  for (let tries = 0; tries < 300 && !(await functionsIn(path, target.pid)).has("go_on"); tries++) {
    await new Promise((done) => setTimeout(done, 100));
  }
  recorder.kill("SIGTERM");
  const { err } = await outcomeOf(recorder);
  assert.match(err, new RegExp(`main thread of process ${target.pid} has ended: its thread ${thread} stands for it`));
  await using reader = await openRecord(path);
  assert.deepEqual(reader.header.processes.map(({ pid, exe }) => [pid, exe]), [[
    target.pid,
    `${target.dir}/main_ends`,
  ]]);
  const names = await functionsIn(path, target.pid);
  assert.ok(names.has("go_on"), [...names].join(" "));
});

/** Names of what ran, as far as the record has got. */
async function functionsIn(path: string, pid: number): Promise<Set<string>> {
  await using reader = await openRecord(path);
  const names = new Set<string>();
  for await (const item of reader.items()) {
    if (item.kind !== "profile") continue;
    assert.equal(item.profile.pid, pid);
    for (const { frames } of item.profile.stacks) for (const frame of frames) names.add(frame.function);
  }
  return names;
}
