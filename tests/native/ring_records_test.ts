import assert from "assert";

Deno.test("the ring's reader goes by each record's length, counts what is no event, and reads nothing beyond", async () => {
  const dir = await Deno.makeTempDir();
  const here = new URL(".", import.meta.url).pathname;
  try {
    const program = `${dir}/ring_records`;
    const args = ["-g", "-Wall", "-fsanitize=address,undefined", "-o", program, `${here}ring_records.c`];
    const built = await new Deno.Command("cc", { args }).output();
    assert.ok(built.success, new TextDecoder().decode(built.stderr));
    // Older sanitizers end where addresses are spread as widely as newer kernels may do.
    const plain = 'setarch -R true 2>/dev/null && exec setarch -R "$0"; exec "$0"';
    const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", plain, program] }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.deepEqual(new TextDecoder().decode(stdout).trimEnd().split("\n"), [
      "whole abc d - left 0 malformed 0",
      "short ae - - left 0 malformed 3",
      "longer abc - - left 0 malformed 0",
      "discarded ad - - left 0 malformed 0",
      // It is waited for.
      "busy a - - left 64 malformed 0",
      // It would end behind what was sent: where the next one is, nothing tells.
      "beyond a - - left 0 malformed 1",
      "huge a - - left 0 malformed 1",
      "cut - - - left 0 malformed 1",
      "wrapped ab - - left 0 malformed 0",
    ]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
