import assert from "assert";
import { existsSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url).pathname;
const TOOLS =
  "bash bpftool cat cc chmod chown cksum clang cut env find getent grep head ln mkdir paste readlink rm sed setpriv stat tail timeout uname xargs"
    .split(" ");

/** A machine of which ./setup sees only the given programs, besides those it cannot do without. */
class Machine implements Disposable {
  readonly dir = Deno.makeTempDirSync();
  readonly bin = `${this.dir}/bin`;
  readonly calls = `${this.dir}/calls`;

  constructor(without: string[], options: { root: boolean; known: boolean }) {
    Deno.mkdirSync(this.bin);
    Deno.copyFileSync(`${ROOT}setup`, `${this.dir}/setup`);
    Deno.mkdirSync(`${this.dir}/setup.d`);
    for (const { name } of Deno.readDirSync(`${ROOT}setup.d`)) {
      Deno.copyFileSync(`${ROOT}setup.d/${name}`, `${this.dir}/setup.d/${name}`);
    }
    for (const tool of TOOLS.filter((tool) => !without.includes(tool))) {
      const path = (Deno.env.get("PATH") ?? "").split(":").map((dir) => `${dir}/${tool}`).find(existsSync);
      if (path) Deno.symlinkSync(path, `${this.bin}/${tool}`);
    }
    Deno.writeTextFileSync(this.calls, "");
    this.program("id", `echo ${options.root ? 0 : 1000}`);
    this.program("apt-cache", options.known ? "echo '  Candidate: 1.0'" : "echo '  Candidate: (none)'");
    this.aptGet("");
  }

  /** An apt-get that notes how it was called to change something, and goes on with `text`. */
  aptGet(text: string): void {
    this.program(
      "apt-get",
      `case "$*" in
        indextargets*) exit ;;
        *--assume-no*) echo 'Need to get 53.5 MB of archives.'; echo 'After this operation, 277 MB of additional disk'; exit 1 ;;
      esac
      echo "$*" >>${this.calls}; ${text}`,
    );
  }

  /** A Deno that puts the packages of deno.lock into its cache. */
  deno(version: string, path = `${this.bin}/deno`): void {
    Deno.writeTextFileSync(
      path,
      `#!/bin/bash
      case $1 in
        --version) echo "deno ${version} (stable)" ;;
        install) echo "deno $*" >>${this.calls}; mkdir -p "$DENO_DIR/npm/host/a/1.0.0"; echo >"$DENO_DIR/npm/host/a/1.0.0/package.json" ;;
      esac`,
      { mode: 0o755 },
    );
  }

  /** A checkout whose lock names one package. */
  locked(): this {
    Deno.writeTextFileSync(`${this.dir}/deno.json`, "{}");
    const npm = { "a@1.0.0_b@2": { integrity: "x" } };
    Deno.writeTextFileSync(`${this.dir}/deno.lock`, JSON.stringify({ version: "5", npm }, null, 2));
    return this;
  }

  /** Puts a shell script on the PATH. */
  program(name: string, text: string): void {
    // Never through a link to a program of this machine.
    if (existsSync(`${this.bin}/${name}`)) Deno.removeSync(`${this.bin}/${name}`);
    Deno.writeTextFileSync(`${this.bin}/${name}`, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  }

  /** Runs ./setup there. */
  setup(...groups: string[]): Promise<{ code: number; err: string; aptGet: string[] }> {
    return this.setupWith({}, ...groups);
  }

  /** The same, with more in its environment. */
  async setupWith(
    env: Record<string, string>,
    ...groups: string[]
  ): Promise<{ code: number; err: string; aptGet: string[] }> {
    const { code, stderr } = await new Deno.Command(`${this.dir}/setup`, {
      args: groups,
      clearEnv: true,
      env: { PATH: this.bin, HOME: this.dir, POLICY_RC_D: `${this.dir}/policy-rc.d`, ...env },
    }).output();
    const aptGet = Deno.readTextFileSync(this.calls).split("\n").filter(Boolean);
    return { code, err: new TextDecoder().decode(stderr), aptGet };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

Deno.test("setup without root names each missing package and why, prints the one command, and installs nothing", async () => {
  using machine = new Machine(["clang"], { root: false, known: true });
  const { code, err, aptGet } = await machine.setup("build");
  assert.equal(code, 1);
  assert.match(err, /^setup: needs the Debian package clang: compiles the BPF programs$/m);
  assert.match(err, /^sudo apt-get update && sudo apt-get install -y --no-install-recommends clang$/m);
  assert.match(err, /53\.5 MB to download, 277 MB on the disk/);
  assert.deepEqual(aptGet, []);
});

Deno.test("setup as root installs what is missing, and reads the package lists only where they lack it", async () => {
  for (const known of [true, false]) {
    using machine = new Machine(["clang"], { root: true, known });
    const { code, err, aptGet } = await machine.setup("build");
    assert.equal(code, 0, err);
    const install = aptGet.pop()!;
    assert.match(install, / install -y --no-install-recommends clang$/);
    assert.deepEqual(aptGet.map((call) => / update$/.test(call)), known ? [] : [true]);
    assert.match(err, /^setup: installing them: 53\.5 MB to download, 277 MB on the disk /m);
  }
});

Deno.test("setup that has all it wants calls nothing and says nothing", async () => {
  using machine = new Machine([], { root: false, known: false });
  assert.deepEqual(await machine.setup("build"), { code: 0, err: "", aptGet: [] });
});

Deno.test("setup fidelity installs servers without starting them, and leaves no trace of that", async () => {
  using machine = new Machine([], { root: true, known: true });
  const policy = `${machine.dir}/policy-rc.d`;
  machine.program(
    "apt-get",
    `case "$*" in *--assume-no*) exit ;; esac; echo "$*; services: $(${policy}; echo $?)" >>${machine.calls}`,
  );
  const { code, err, aptGet } = await machine.setup("fidelity");
  assert.equal(code, 0, err);
  assert.match(aptGet.at(-1)!, / install -y --no-install-recommends .*redis-server memcached .*; services: 101$/);
  assert.equal(existsSync(policy), false);
});

Deno.test("setup passes apt-get's words on where it fails, after new package lists", async () => {
  using machine = new Machine(["clang"], { root: true, known: true });
  machine.aptGet("echo E: no space; [[ $* == *update ]]");
  const { code, err, aptGet } = await machine.setup("build");
  assert.equal(code, 1);
  assert.match(err, /^E: no space\nsetup: apt-get did not install clang: /m);
  assert.equal(aptGet.length, 3);
});

Deno.test("setup says how far apt-get is, in a few lines", async () => {
  using machine = new Machine(["clang"], { root: true, known: true });
  machine.aptGet('for i in {0..100}; do echo "dlstatus:1:$i.5:x"; done >&3; echo "pmstatus:clang:100.0:x" >&3');
  const { err } = await machine.setup("build");
  const told = err.split("\n").slice(2, -1).map((line) => line.replace("setup: ", ""));
  assert.deepEqual(told, [
    "downloaded 25 %",
    "downloaded 50 %",
    "downloaded 75 %",
    "downloaded 100 %",
    "installed 100 %",
  ]);
});

Deno.test("setup takes the Deno of the PATH where it is new enough, and asks npm for one where it is older", async () => {
  using machine = new Machine([], { root: false, known: true }).locked();
  machine.program("npm", `echo "$*" >>${machine.calls}; [ "$1" = view ]`);
  for (const version of ["2.9.0", "2.10.1", "3.0.0"]) {
    machine.deno(version);
    assert.equal((await machine.setup("deno")).code, 0, version);
    assert.equal(Deno.readLinkSync(`${machine.dir}/.deno/deno`), `${machine.bin}/deno`);
  }
  for (const version of ["2.8.9", "1.46.3"]) {
    machine.deno(version);
    const { code, err, aptGet } = await machine.setup("deno");
    assert.equal(code, 1);
    assert.match(err, /^setup: installing Deno 2\.9\.\d+ from npm into \.deno \(42 MB to download, /m);
    assert.match(
      aptGet.at(-1)!,
      /^install --prefix \.deno --cache \.deno\/npm-cache --ignore-scripts .* deno@2\.9\.\d+$/,
    );
  }
});

Deno.test("setup installs a Deno that is damaged anew, be it that it does not start or that it is cut off", async () => {
  using machine = new Machine([], { root: false, known: true }).locked();
  const file = `${machine.dir}/.deno/node_modules/@deno/x/deno`;
  machine.deno("2.9.6", `${machine.dir}/whole`);
  machine.program(
    "npm",
    `[ "$1" = view ] || { mkdir -p .deno/node_modules/@deno/x; cat whole >${file}; echo npm >>${machine.calls}; }`,
  );
  for (const damage of [undefined, "", Deno.readTextFileSync(`${machine.dir}/whole`).slice(0, -5)]) {
    if (damage !== undefined) Deno.writeTextFileSync(file, damage);
    Deno.writeTextFileSync(machine.calls, "");
    const { code, err, aptGet } = await machine.setup("deno");
    assert.equal(code, 0, err);
    assert.ok(aptGet.includes("npm"), err);
    assert.equal(err.includes("is damaged: installing Deno"), damage !== undefined);
  }
  Deno.writeTextFileSync(machine.calls, "");
  assert.deepEqual(await machine.setup("deno"), { code: 0, err: "", aptGet: [] });
  assert.equal(Deno.readLinkSync(`${machine.dir}/deno`), "setup.d/launcher");
});

Deno.test("deno of a checkout has the packages that set-up fetched, this machine's authorities, and is what Jupyter starts", async () => {
  using machine = new Machine([], { root: false, known: true });
  const { dir } = machine;
  const kernel = `${dir}/kernels/deno/kernel.json`;
  const deno = async (args: string[], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await new Deno.Command(`${dir}/deno`, { args, env, cwd: "/" }).output();
    const text = new TextDecoder();
    return { code, out: text.decode(stdout), err: text.decode(stderr) };
  };
  Deno.symlinkSync("setup.d/launcher", `${dir}/deno`);
  assert.match((await deno(["eval", "1"])).err, /^deno: there is no Deno in .*; install it with: '.*\/setup' deno$/m);
  for (const path of [".deno", "cache/npm", "kernels/deno"]) Deno.mkdirSync(`${dir}/${path}`, { recursive: true });
  Deno.writeTextFileSync(`${dir}/.deno/packages`, `${dir}/cache 1 2\n`);
  const spec = `{\n  "argv": [\n    "/opt/x/deno",\n    "jupyter",\n    "--kernel"\n  ]\n}`;
  Deno.writeTextFileSync(kernel, spec);
  Deno.writeTextFileSync(
    `${dir}/.deno/deno`,
    `#!/bin/bash
      case $* in
        jupyter*) echo "✅ Deno kernelspec installed successfully at ${dir}/kernels/deno." >&2 ;;
        fails) exit 3 ;;
        *) printf '%s|' "$DENO_DIR" "$DENO_TLS_CA_STORE" "$@" ;;
      esac`,
    { mode: 0o755 },
  );
  const clean = { DENO_DIR: "", DENO_TLS_CA_STORE: "" };
  assert.equal((await deno(["run", "a b"], clean)).out, `${dir}/cache|mozilla,system|run|a b|`);
  assert.equal((await deno(["x"], { DENO_DIR: "/d", DENO_TLS_CA_STORE: "mozilla" })).out, "/d|mozilla|x|");
  // What root, under sudo, would write there would be root's.
  Deno.chownSync(`${dir}/cache`, 1234, 5678);
  assert.equal((await deno(["run"], clean)).out, "|mozilla,system|run|");
  assert.equal((await deno(["fails"])).code, 3);
  assert.equal((await deno(["jupyter", "--install"])).code, 0);
  assert.equal(Deno.readTextFileSync(kernel), spec.replace("/opt/x/deno", `${dir}/deno`));
});

Deno.test("setup fills a cache that lacks a package", async () => {
  using machine = new Machine([], { root: false, known: true }).locked();
  machine.deno("2.9.6");
  const installs = async () => {
    Deno.writeTextFileSync(machine.calls, "");
    const { code, err, aptGet } = await machine.setup("deno");
    assert.equal(code, 0, err);
    return aptGet.length;
  };
  assert.deepEqual([await installs(), await installs()], [1, 0]);
  Deno.removeSync(`${machine.dir}/.cache/deno/npm/host/a`, { recursive: true });
  assert.deepEqual([await installs(), await installs()], [1, 0]);
});

Deno.test("setup says soon that npm's registry does not answer", async () => {
  using machine = new Machine([], { root: false, known: true }).locked();
  machine.program("npm", 'echo "npm error network timeout"; exit 1');
  const { code, err } = await machine.setup("deno");
  assert.equal(code, 1);
  assert.match(err, /^npm error network timeout\nsetup: no answer from the registry of npm: check the network/m);
  // Ended before it said anything.
  machine.program("npm", "exit 124");
  assert.match((await machine.setup("deno")).err, /^setup: no answer from the registry of npm/m);
  // Of Debian 12's and 13's npm, and of newer ones.
  for (
    const why of [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate",
      "SELF_SIGNED_CERT_IN_CHAIN",
    ]
  ) {
    machine.program("npm", `echo "npm error ${why}"; exit 1`);
    assert.match((await machine.setup("deno")).err, /^setup: this machine does not know who signed .*ca-certificates/m);
  }
});

Deno.test("setup by sudo gives the folder's user what root made in it, no link's target, and runs commands as them", async () => {
  using machine = new Machine([], { root: true, known: true });
  const { dir } = machine;
  const sudo = { SUDO_UID: "1234", SUDO_GID: "5678" };
  Deno.chmodSync(dir, 0o755);
  Deno.mkdirSync(`${dir}/build/lab`, { recursive: true });
  Deno.writeTextFileSync(`${dir}/build/lab/log`, "");
  Deno.writeTextFileSync(`${dir}/elsewhere`, "");
  Deno.symlinkSync("../elsewhere", `${dir}/build/link`);
  // A root of tests/bare.
  Deno.mkdirSync(`${dir}/.cache/bare/debian-13/etc`, { recursive: true });
  const owner = (path: string) => Deno.lstatSync(`${dir}/${path}`).uid;
  // A folder of root's stays root's.
  await machine.setupWith(sudo, "--give-back");
  assert.equal(owner("build/lab/log"), 0);
  Deno.chownSync(dir, 1234, 5678);
  await machine.setupWith(sudo, "--give-back");
  assert.deepEqual(["build", "build/lab/log", "build/link", "elsewhere"].map(owner), [1234, 1234, 1234, 0]);
  assert.deepEqual([".cache", ".cache/bare", ".cache/bare/debian-13/etc"].map(owner), [1234, 0, 0]);
  const { code, err } = await machine.setupWith(
    sudo,
    "--as-owner",
    "bash",
    "-c",
    "echo $EUID ${SUDO_UID-none} >&2; exit 7",
  );
  assert.deepEqual([code, err], [7, "1234 none\n"]);
});

Deno.test("setup says the one command that helps where root has made something in the folder", async () => {
  using machine = new Machine([], { root: false, known: true });
  Deno.mkdirSync(`${machine.dir}/build`);
  Deno.writeTextFileSync(`${machine.dir}/build/libdamo.so`, "", { mode: 0o644 });
  Deno.chmodSync(machine.dir, 0o777);
  // As root everything is writable: who asks is another.
  const { stderr } = await new Deno.Command("setpriv", {
    args: ["--reuid=1234", "--clear-groups", `${machine.dir}/setup`, "--check-owner"],
    clearEnv: true,
    env: { PATH: machine.bin },
  }).output();
  assert.match(
    new TextDecoder().decode(stderr),
    /^setup: \S*build\S* belongs to root; .* sudo chown -R -h \S+: \/\S+\n$/,
  );
});
