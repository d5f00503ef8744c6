import assert from "assert";
import { openRecord } from "../../format/mod.ts";
import { spawnDamo } from "../lab/guest/guest.ts";

const BYTES = 48 << 20;
/** Its main thread ends when it is told to; another one goes on with the memory. */
const SOURCE = `#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static volatile char *memory;
static void *go_on(void *nothing) {
  for (;;) { for (long i = 0; i < ${BYTES}; i += 4096) memory[i]++; usleep(20000); }
  return nothing;
}
int main(void) {
  pthread_t thread; char line;
  memory = malloc(${BYTES});
  pthread_create(&thread, 0, go_on, 0);
  if (read(0, &line, 1) < 0) return 1;
  pthread_exit(0);
}
`;

/** Bytes resident of the process at each look, as far as the record has got. */
async function residentIn(path: string): Promise<{ pid: number; residentBytes: number }[]> {
  const found: { pid: number; residentBytes: number }[] = [];
  try {
    await using record = await openRecord(path);
    for await (const item of record.items()) if (item.kind === "residency") found.push(item.residency);
  } catch { /* it has not begun */ }
  return found;
}

async function until(what: () => boolean | Promise<boolean>, name: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await what()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`${name} did not come`);
}

Deno.test("record goes on through another thread where the main thread of the process ends meanwhile", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/main_ends.c`, SOURCE);
  const cc = new Deno.Command("cc", { args: ["-O1", "-pthread", "-o", `${dir}/main_ends`, `${dir}/main_ends.c`] });
  assert.ok((await cc.output()).success);
  const target = new Deno.Command(`${dir}/main_ends`, { stdin: "piped" }).spawn();
  const path = `${dir}/r.arrow`;
  const recorder = spawnDamo("record", String(target.pid), "--monitor", "pages", "--max_overhead", "80%", "-o", path);
  try {
    const isThere = ({ residentBytes }: { residentBytes: number }) => residentBytes >= BYTES;
    await until(async () => (await residentIn(path)).some(isThere), "the memory");
    const writer = target.stdin.getWriter();
    await writer.write(new Uint8Array([10]));
    await writer.close();
    const state = () => Deno.readTextFileSync(`/proc/${target.pid}/stat`).split(") ")[1][0];
    await until(() => state() === "Z", "the end of the main thread");
    const before = (await residentIn(path)).length;
    await until(async () => (await residentIn(path)).slice(before + 1).some(isThere), "the memory, by another thread");
    recorder.kill("SIGTERM");
    assert.equal((await recorder.output()).code, 143);
    assert.deepEqual(new Set((await residentIn(path)).map(({ pid }) => pid)), new Set([target.pid]));
  } finally {
    target.kill("SIGKILL");
    await target.status;
    await Deno.remove(dir, { recursive: true });
  }
});
