import assert from "assert";
import { HEARD, HEARD_BYTES, openListener } from "../../ffi/listener.ts";

const HEADER = new URL("../../bpf/listener.h", import.meta.url).pathname;

Deno.test("HEARD has the offsets of struct damo_heard", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const fields = ["tracepoint", "pid", "time_ns", "dropped", "cpu", "comm", "record"];
    const places = fields.map((field) => `offsetof(struct damo_heard, ${field})`).join(", ");
    const format = "%zu ".repeat(fields.length + 1);
    await Deno.writeTextFile(
      `${dir}/offsets.c`,
      `#include <stddef.h>\n#include <stdio.h>\n#include <linux/types.h>\n#include "${HEADER}"\n` +
        `int main(void) { printf("${format}", ${places}, sizeof(struct damo_heard)); }\n`,
    );
    const { success } = await new Deno.Command("cc", { args: ["-o", `${dir}/offsets`, `${dir}/offsets.c`] }).output();
    assert.ok(success);
    const { stdout } = await new Deno.Command(`${dir}/offsets`).output();
    const offsets = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
    assert.deepEqual(offsets, [...Object.values(HEARD), HEARD_BYTES]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("openListener has the verifier's consent; it is attached to nothing, and ends its waiting at once", async () => {
  await using listener = openListener({ ringBytes: 16 << 10 });
  assert.deepEqual(listener.drain(), []);
  assert.equal(await listener.wait(1), "timeout");
  listener.watch(Deno.pid);
  const waiting = listener.wait(60_000);
  listener.stop();
  assert.equal(await waiting, "stopped");
  assert.deepEqual(listener.counters(), { sent: 0, received: 0, dropped: 0 });
});

Deno.test("openListener refuses a ring out of bounds, and says how to build a library that is missing", () => {
  assert.throws(() => openListener({ ringBytes: 4096 }), { name: "RangeError", message: /16384 to 1073741824/ });
  assert.throws(() => openListener({ library: "/no/such/libdamo.so" }), { message: /no such file.*make build/ });
});
