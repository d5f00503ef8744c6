import assert from "assert";
import { existsSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url).pathname;
const TOOLS = ["bash", "cat", "cc", "cksum", "clang", "grep", "llvm-strip", "ln", "mkdir", "readlink", "tail", "uname"];

/** A machine of which ./setup sees only the given programs, besides those it cannot do without. */
class Machine implements Disposable {
  readonly dir = Deno.makeTempDirSync();
  readonly bin = `${this.dir}/bin`;
  readonly calls = `${this.dir}/calls`;

  constructor(without: string[], options: { root: boolean; known: boolean }) {
    Deno.mkdirSync(this.bin);
    Deno.copyFileSync(`${ROOT}setup`, `${this.dir}/setup`);
    for (const tool of TOOLS.filter((tool) => !without.includes(tool))) {
      const path = (Deno.env.get("PATH") ?? "").split(":").map((dir) => `${dir}/${tool}`).find(existsSync);
      if (path) Deno.symlinkSync(path, `${this.bin}/${tool}`);
    }
    Deno.writeTextFileSync(this.calls, "");
    this.program("id", `echo ${options.root ? 0 : 1000}`);
    this.program("apt-cache", options.known ? "echo '  Candidate: 1.0'" : "echo '  Candidate: (none)'");
    this.program("apt-get", `echo "$*" >>${this.calls}`);
  }

  /** Puts a shell script on the PATH. */
  program(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.bin}/${name}`, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  }

  /** Runs ./setup there. */
  async setup(...groups: string[]): Promise<{ code: number; err: string; aptGet: string[] }> {
    const { code, stderr } = await new Deno.Command(`${this.dir}/setup`, {
      args: groups,
      clearEnv: true,
      env: { PATH: this.bin, HOME: this.dir, POLICY_RC_D: `${this.dir}/policy-rc.d` },
    }).output();
    const aptGet = Deno.readTextFileSync(this.calls).split("\n").filter(Boolean);
    return { code, err: new TextDecoder().decode(stderr), aptGet };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

Deno.test("setup without root names each missing package and why, prints the one command, and installs nothing", async () => {
  using machine = new Machine(["clang", "llvm-strip"], { root: false, known: true });
  const { code, err, aptGet } = await machine.setup("build");
  assert.equal(code, 1);
  assert.match(err, /^setup: needs the Debian package clang: compiles the BPF programs$/m);
  assert.match(err, /^sudo apt-get update && sudo apt-get install -y --no-install-recommends clang llvm$/m);
  assert.deepEqual(aptGet, []);
});

Deno.test("setup as root installs what is missing, and reads the package lists only where they lack it", async () => {
  for (const known of [true, false]) {
    using machine = new Machine(["clang"], { root: true, known });
    const { code, err, aptGet } = await machine.setup("build");
    assert.equal(code, 0, err);
    const install = aptGet.pop()!;
    assert.match(install, / install -y --no-install-recommends clang$/);
    assert.deepEqual(aptGet, known ? [] : ["-qq update"]);
  }
});

Deno.test("setup that has all it wants calls nothing and says nothing", async () => {
  using machine = new Machine([], { root: false, known: false });
  assert.deepEqual(await machine.setup("build"), { code: 0, err: "", aptGet: [] });
});

Deno.test("setup fidelity installs servers without starting them, and leaves no trace of that", async () => {
  using machine = new Machine([], { root: true, known: true });
  const policy = `${machine.dir}/policy-rc.d`;
  machine.program("apt-get", `echo "$*; services: $(${policy}; echo $?)" >>${machine.calls}`);
  machine.program("chmod", 'exec /bin/chmod "$@"');
  machine.program("rm", 'exec /bin/rm "$@"');
  const { code, err, aptGet } = await machine.setup("fidelity");
  assert.equal(code, 0, err);
  assert.match(aptGet.at(-1)!, / install -y --no-install-recommends .*redis-server memcached .*; services: 101$/);
  assert.equal(existsSync(policy), false);
});

Deno.test("setup passes apt-get's words on where it fails, after new package lists", async () => {
  using machine = new Machine(["clang"], { root: true, known: true });
  machine.program("apt-get", `echo "$*" >>${machine.calls}; echo no space; [ "$2" = update ]`);
  const { code, err, aptGet } = await machine.setup("build");
  assert.equal(code, 1);
  assert.match(err, /^no space\nsetup: Cannot install clang: /m);
  assert.equal(aptGet.length, 3);
});

Deno.test("setup takes the Deno of the PATH where it is new enough, and asks npm for one where it is older", async () => {
  using machine = new Machine([], { root: false, known: true });
  Deno.writeTextFileSync(`${machine.dir}/deno.json`, "{}");
  Deno.writeTextFileSync(`${machine.dir}/deno.lock`, "{}");
  machine.program("npm", `echo "$*" >>${machine.calls}; exit 1`);
  const deno = (version: string) =>
    machine.program("deno", `[ "$1" = --version ] && echo "deno ${version} (stable)"; exit 0`);
  for (const version of ["2.9.0", "2.10.1", "3.0.0"]) {
    deno(version);
    assert.equal((await machine.setup("deno")).code, 0, version);
    assert.equal(Deno.readLinkSync(`${machine.dir}/.deno/deno`), `${machine.bin}/deno`);
  }
  for (const version of ["2.8.9", "1.46.3"]) {
    deno(version);
    const { code, err, aptGet } = await machine.setup("deno");
    assert.equal(code, 1);
    assert.match(err, /^setup: installing Deno 2\.9\.\d+ from npm into \.deno: /m);
    assert.match(aptGet.at(-1)!, /^install --prefix \.deno --ignore-scripts .* deno@2\.9\.\d+$/);
  }
});
