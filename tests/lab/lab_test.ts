import assert from "assert";

// These boot a machine themselves, so they run on the host (as root, with qemu), not in the lab.

const root = new URL("../../", import.meta.url).pathname;
const run = decodeURIComponent(root) + "lab/run";
const text = new TextDecoder();

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function lab(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(run, { args, env }).output();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The parent and the start time of a process: together with its pid they tell it from a later one; null when it is gone. */
function processOf(pid: number): { parent: number; start: string } | null {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return null;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended; only its parent (here the machine's init) has not looked yet.
  return fields[0] === "Z" ? null : { parent: Number(fields[1]), start: fields[19] };
}

/** Every process below a pid, itself included, as pid → start time. */
function familyOf(pid: number): Map<number, string> {
  const family = new Map<number, string>();
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger);
  const all = new Map(pids.map((each) => [each, processOf(each)]));
  for (let grown = true; grown;) {
    grown = false;
    for (const [each, process] of all) {
      if (process && !family.has(each) && (each === pid || family.has(process.parent))) {
        family.set(each, process.start);
        grown = true;
      }
    }
  }
  return family;
}

/** Waits until lab/run has started all that it starts, and gives it. */
async function booting(pid: number): Promise<Map<number, string>> {
  for (let tries = 0; tries < 200; tries++) {
    const family = familyOf(pid);
    // The shell, unshare, its child, two file servers, the time limit, qemu, two followers of the output.
    if (family.size >= 9) return family;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`lab/run started only ${familyOf(pid).size} processes`);
}

/** Waits until none of these processes is left; the names of those that stay for ten seconds. */
async function remaining(family: Map<number, string>): Promise<number[]> {
  let left: number[] = [];
  for (let tries = 0; tries < 200; tries++) {
    left = [...family].filter(([pid, start]) => processOf(pid)?.start === start).map(([pid]) => pid);
    if (left.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return left;
}

Deno.test("lab/run gives a command a 6.12 kernel with an untouched DAMON, and returns its output, files and exit code; under sudo the files belong to who ran it", async () => {
  const folder = await Deno.makeTempDir();
  const out = `${folder}/new/out`;
  try {
    const script = `
      uname -r
      cat /sys/kernel/mm/damon/admin/kdamonds/nr_kdamonds
      ls /sys/kernel/tracing/events/damon/damon_aggregated/id
      pwd
      touch here 2>/dev/null || echo read-only
      "$DENO" eval 'console.log(Deno.build.os, Deno.args)' "a 'b' \\$c"
      printf '%s|' "$@"
      echo to stderr >&2
      head -c 3000000 /dev/zero | tr '\\0' x >"$DAMO_OUT/file"
      exit 7`;
    const sudo = { SUDO_UID: "1234", SUDO_GID: "5678" };
    const ended = await lab(["--out", out, "--", "bash", "-c", script, "bash", "one two", "$3 'four'"], sudo);
    const [release, ...lines] = ended.stdout.split("\n");
    assert.match(release, /^6\.12\./, ended.stderr);
    assert.deepEqual(lines, [
      "0",
      "/sys/kernel/tracing/events/damon/damon_aggregated/id",
      decodeURIComponent(root).replace(/\/$/, ""),
      "read-only",
      `linux [ "a 'b' $c" ]`,
      "one two|$3 'four'|",
    ]);
    assert.match(ended.stderr, /^to stderr$/m);
    assert.equal(ended.code, 7);
    assert.equal((await Deno.stat(`${out}/file`)).size, 3000000);
    assert.deepEqual([...Deno.readDirSync(out)].map(({ name }) => name), ["file"]);
    for (const path of [`${folder}/new`, out, `${out}/file`]) assert.equal(Deno.statSync(path).uid, 1234, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lab/run shows output as it is written, and nothing of it outlives its kill -9", async () => {
  const out = await Deno.makeTempDir();
  const process = new Deno.Command(run, {
    args: ["--out", out, "--", "bash", "-c", "echo up; sleep infinity"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const reader = process.stdout.getReader();
    const { value } = await reader.read();
    assert.equal(text.decode(value), "up\n");
    const family = await booting(process.pid);
    process.kill("SIGKILL");
    await reader.cancel();
    await process.status;
    assert.deepEqual(await remaining(family), []);
    assert.deepEqual([...Deno.readDirSync(out)], []);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("lab/run --timeout ends the guest with exit code 124, says so and leaves nothing running", async () => {
  const out = await Deno.makeTempDir();
  const process = new Deno.Command(run, {
    args: ["--timeout", "2", "--out", out, "--", "sleep", "infinity"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const family = await booting(process.pid);
  const { code, stderr } = await process.output();
  assert.equal(code, 124, text.decode(stderr));
  assert.match(text.decode(stderr), /the time limit of 2 s ended the guest/);
  assert.deepEqual(await remaining(family), []);
  await Deno.remove(out, { recursive: true });
});

Deno.test("lab/run stopped by SIGTERM exits with 143 and leaves nothing running, nor a folder of its own", async () => {
  const tmp = await Deno.makeTempDir();
  const process = new Deno.Command(run, {
    args: ["--", "sleep", "infinity"],
    env: { TMPDIR: tmp },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const family = await booting(process.pid);
  process.kill("SIGTERM");
  const { code } = await process.status;
  assert.equal(code, 143);
  assert.deepEqual(await remaining(family), []);
  assert.deepEqual([...Deno.readDirSync(tmp)], []);
  await Deno.remove(tmp);
});

Deno.test("lab/run refuses what it cannot do in one sentence that names the next step", async () => {
  const nothing = await lab(["--timeout", "5"]);
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /Cannot run nothing: give a command after --/);

  const option = await lab(["--kernal", "x", "--", "true"]);
  assert.equal(option.code, 2);
  assert.match(option.stderr, /Cannot use '--kernal'/);

  const kernel = await lab(["--kernel", "/nonexistent/bzImage", "--", "true"]);
  assert.equal(kernel.code, 125);
  assert.match(kernel.stderr, /Cannot boot \/nonexistent\/bzImage: there is no such file/);

  // A PATH with all that lab/run needs before it looks for qemu, and no qemu.
  const path = await Deno.makeTempDir();
  for (const tool of ["bash", "dirname", "uname", "id", "apt-cache", "env"]) {
    await Deno.symlink(`/usr/bin/${tool}`, `${path}/${tool}`);
  }
  const qemu = await lab(["--", "true"], { PATH: path });
  await Deno.remove(path, { recursive: true });
  assert.equal(qemu.code, 125);
  assert.match(qemu.stderr, /something is missing: apt-get install qemu-system-x86/);
});
