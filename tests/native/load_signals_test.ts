import assert from "assert";
import { openPageSampler } from "../../ffi/pages.ts";
import { openTracer } from "../../ffi/tracer.ts";

/** A shell is too slow: what is tried again five times gets through between two of its signals. */
const SENDER = `#include <signal.h>
#include <stdlib.h>
int main(int argc, char **argv) { for (int pid = atoi(argv[1]); !kill(pid, SIGUSR2); ) ; return argc; }
`;

Deno.test("openPageSampler and openTracer load their programs while signals come without a pause", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/sender.c`, SENDER);
  const { success } = await new Deno.Command("cc", { args: ["-O1", "-o", `${dir}/sender`, `${dir}/sender.c`] })
    .output();
  assert.ok(success);
  // Deno starts its threads now: it ends where one does not start in the middle of signals.
  await openPageSampler()[Symbol.asyncDispose]();
  let heard = 0;
  const hear = () => void heard++;
  Deno.addSignalListener("SIGUSR2", hear);
  const sender = new Deno.Command(`${dir}/sender`, { args: [String(Deno.pid)] }).spawn();
  try {
    while (heard === 0) await new Promise((done) => setTimeout(done, 10));
    {
      await using sampler = openPageSampler();
      assert.ok(sampler.facts.levels >= 4);
    }
    await using tracer = openTracer({ test: true });
    assert.equal(tracer.counters().sent, 0);
  } finally {
    sender.kill("SIGKILL");
    await sender.status;
    Deno.removeSignalListener("SIGUSR2", hear);
    await Deno.remove(dir, { recursive: true });
  }
});
