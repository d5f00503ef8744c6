import assert from "assert";
import { openListener } from "../../../ffi/listener.ts";

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
  assert.throws(() => openListener({ library: "/no/such/libdamo.so" }), {
    message: /libdamo.so is missing; build it: make build/,
  });
});
