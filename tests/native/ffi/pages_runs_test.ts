import assert from "assert";

Deno.test("runs are merged with every sum kept, and used pages with unused ones last", () => {
  const dir = Deno.makeTempDirSync();
  try {
    const source = new URL("pages_runs.c", import.meta.url).pathname;
    const args = ["-O2", "-Wall", "-o", `${dir}/pages_runs`, source, "-lm"];
    const built = new Deno.Command("cc", { args }).outputSync();
    assert.ok(built.success, new TextDecoder().decode(built.stderr));
    const { stdout } = new Deno.Command(`${dir}/pages_runs`).outputSync();
    assert.equal(new TextDecoder().decode(stdout), "ok\n");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
