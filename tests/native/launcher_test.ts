import assert from "assert";

const LAUNCHER = new URL("../../damo", import.meta.url).pathname;

/** A copy of the launcher with a Deno that prints how it was called and ends with 7. */
class Checkout implements Disposable {
  readonly dir = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "a b" }));

  constructor() {
    Deno.mkdirSync(`${this.dir}/.deno`);
    Deno.mkdirSync(`${this.dir}/bin`);
    Deno.copyFileSync(LAUNCHER, `${this.dir}/damo`);
    this.program(".deno/deno", `printf '%s\\n' "$@"; exit 7`);
  }

  program(path: string, text: string): void {
    Deno.writeTextFileSync(`${this.dir}/${path}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  async run(program: string, options: Deno.CommandOptions = {}): Promise<{ code: number; out: string[]; err: string }> {
    const { code, stdout, stderr } = await new Deno.Command(program, options).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout).trimEnd().split("\n"), err: text(stderr) };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

Deno.test("damo finds its folder through links, from any folder, and passes arguments and exit code", async () => {
  using checkout = new Checkout();
  const { dir } = checkout;
  Deno.symlinkSync("../damo", `${dir}/bin/relative`);
  Deno.symlinkSync(`${dir}/bin/relative`, `${dir}/bin/twice`);
  const program = `${dir}/cli/damo.ts`;
  const env = { PATH: `${dir}/bin:${Deno.env.get("PATH")}` };
  for (const [name, cwd] of [[`${dir}/damo`, "/"], [`${dir}/bin/twice`, "/"], ["./damo", dir], ["twice", "/tmp"]]) {
    const { code, out } = await checkout.run("sh", { args: ["-c", `exec "$0" "$@"`, name, "x y", "*"], cwd, env });
    assert.equal(code, 7);
    const at = out.findIndex((argument) => argument.endsWith("damo.ts"));
    assert.equal(Deno.realPathSync(out[at].replace("cli/damo.ts", "")), dir);
    assert.equal(out[at].replace("/./", "/").replace("bin/../", ""), program);
    assert.deepEqual(out.slice(at + 1), ["x y", "*"]);
  }
});

Deno.test("damo takes $DENO first, then what set-up chose, then a Deno of the PATH that is new enough", async () => {
  using checkout = new Checkout();
  const { dir } = checkout;
  const damo = `${dir}/damo`;
  const env = { PATH: `${dir}/bin:/usr/bin:/bin` };
  checkout.program("bin/mine", "echo mine");
  assert.deepEqual((await checkout.run(damo, { env: { ...env, DENO: `${dir}/bin/mine` } })).out, ["mine"]);

  Deno.removeSync(`${dir}/.deno/deno`);
  for (const [version, code] of [["2.9.0", 0], ["2.10.0", 0], ["3.0.1", 0], ["2.8.4", 1], ["1.9.0", 1]] as const) {
    checkout.program("bin/deno", `if [ "$1" = --version ]; then echo "deno ${version} (stable)"; else echo ran; fi`);
    const ended = await checkout.run(damo, { clearEnv: true, env });
    assert.equal(ended.code, code, version);
    if (code === 0) assert.deepEqual(ended.out, ["ran"]);
    else assert.match(ended.err, /^damo: Deno 2\.9 or newer is needed; .* with: '.*a b.*\/setup' deno$/m);
  }
});

Deno.test("damo takes the packages of whoever built it, where it is run by another user", async () => {
  using checkout = new Checkout();
  const { dir } = checkout;
  checkout.program(".deno/deno", `printf '%s\\n' "\${DENO_DIR-none}"`);
  const run = async (env: Record<string, string>) => {
    const options = { clearEnv: true, env: { PATH: "/usr/bin:/bin", HOME: `${dir}/other`, ...env } };
    return (await checkout.run(`${dir}/damo`, options)).out[0];
  };
  const cache = `${dir}/the builder/.cache/deno`;
  // Nobody noted one; one is noted and not there; it is there.
  assert.equal(await run({}), "none");
  Deno.writeTextFileSync(`${dir}/.deno/packages`, `${cache} 123 456\n`);
  assert.equal(await run({}), "none");
  Deno.mkdirSync(`${cache}/npm`, { recursive: true });
  assert.equal(await run({}), cache);
  assert.equal(await run({ DENO_DIR: "/mine" }), "/mine");
  // The builder's own is Deno's choice already.
  assert.equal(await run({ HOME: `${dir}/the builder` }), "none");
});

Deno.test("damo says in a sentence that the packages are in a cache that this user may not read", async () => {
  using checkout = new Checkout();
  const { dir } = checkout;
  checkout.program(".deno/deno", "echo 'error: Failed caching npm package' >&2; exit 1");
  Deno.writeTextFileSync(`${dir}/.deno/packages`, "/the/builder 123 456\n");
  const env = { PATH: "/usr/bin:/bin", HOME: `${dir}/other` };
  for (const [more, cache] of [[{}, `${dir}/other/.cache/deno`], [{ DENO_DIR: "/none" }, "/none"]] as const) {
    const { code, err } = await checkout.run(`${dir}/damo`, { clearEnv: true, env: { ...env, ...more } });
    assert.equal(code, 1);
    assert.equal(
      err,
      `damo: its packages are not in ${cache}, and cannot be fetched into it; those of /the/builder this user may not read: ` +
        "let this user read that folder, or name another one as DENO_DIR\n",
    );
  }
});

Deno.test("damo says in a sentence that it can have no cache in HOME", async () => {
  using checkout = new Checkout();
  const { dir } = checkout;
  checkout.program(".deno/deno", "echo 'error: Failed caching npm package' >&2; exit 1");
  // Nobody makes a folder there.
  const env = { PATH: "/usr/bin:/bin", HOME: "/proc/1" };
  const { code, err } = await checkout.run(`${dir}/damo`, { clearEnv: true, env });
  assert.equal(code, 1);
  assert.equal(
    err,
    "damo: its packages are not in /proc/1/.cache/deno, and cannot be fetched into it: " +
      "let this user read that folder, or name another one as DENO_DIR\n",
  );
});

Deno.test("damo says that the current folder was deleted, and that there is no such $DENO", async () => {
  using checkout = new Checkout();
  Deno.mkdirSync(`${checkout.dir}/gone`);
  const deleted = await checkout.run("sh", {
    args: ["-c", 'cd "$1/gone" && rmdir ../gone && exec "$1/damo"', "sh", checkout.dir],
  });
  assert.equal(deleted.code, 1);
  assert.match(deleted.err, /damo: the current folder was deleted/);
  const missing = await checkout.run(`${checkout.dir}/damo`, { env: { DENO: `${checkout.dir}/none` } });
  assert.equal(missing.code, 1);
  assert.match(missing.err, /^damo: DENO names no program: there is no .*none\n$/);
});

Deno.test("damo leaves a signal to the program it became", async () => {
  using checkout = new Checkout();
  checkout.program(".deno/deno", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done");
  const child = new Deno.Command(`${checkout.dir}/damo`, { stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 9);
  await reader.cancel();
});
