import assert from "assert";
import { dirname } from "node:path";
import { openRecord } from "../../format/mod.ts";

const DAMO = new URL("../../damo", import.meta.url).pathname;
const OUT = Deno.makeTempDirSync();
Deno.chmodSync(OUT, 0o777);
globalThis.addEventListener("unload", () => Deno.removeSync(OUT, { recursive: true }));

interface Said {
  code: number;
  out: string;
  err: string;
}

/** What a shell says that has `$0` for damo; it may be wrapped into another program. */
const shell = (script: string, ...wrap: string[]) => shellOf(DAMO, script, ...wrap);
async function shellOf(damo: string, script: string, ...wrap: string[]): Promise<Said> {
  const [program, ...args] = [...wrap, "sh", "-c", script, damo];
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd: OUT, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** In mount namespaces of their own nothing of this machine changes. */
const MOUNTS = ["unshare", "--mount", "--propagation", "private"];
const without = (capability: string) => [
  "setpriv",
  `--bounding-set=-sys_admin,-${capability}`,
  `--inh-caps=-sys_admin,-${capability}`,
];
/** Where another user finds what may be in a home that lets nobody in. */
const SHOWN = { damo: `${OUT}/checkout/damo`, deno: `${OUT}/deno`, cache: `${OUT}/cache` };
/** What a shell says as another user with no more capabilities than these. */
function shellAsNobody(script: string, ...capabilities: string[]) {
  const words = capabilities.map((name) => `+${name}`).join(",");
  const has = words ? [`--inh-caps=-all,${words}`, `--ambient-caps=-all,${words}`] : ["--inh-caps=-all"];
  const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...has];
  const env = ["env", `HOME=${OUT}`, `DENO=${SHOWN.deno}`, `DENO_DIR=${SHOWN.cache}`];
  Deno.mkdirSync(dirname(SHOWN.damo), { recursive: true });
  Deno.mkdirSync(SHOWN.cache, { recursive: true });
  Deno.writeTextFileSync(SHOWN.deno, "");
  const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stdin: "null" }).outputSync();
  const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));
  const pairs = [[dirname(DAMO), dirname(SHOWN.damo)], [denoDir, SHOWN.cache], [Deno.execPath(), SHOWN.deno]];
  const binds = pairs.map((pair) => `mount --bind ${pair.map((path) => `'${path}'`).join(" ")} && `).join("");
  return shellOf(SHOWN.damo, script, ...MOUNTS, "sh", "-c", `${binds}exec "$@"`, "sh", ...user, ...env);
}

Deno.test("where sysfs is not mounted every command that needs it says so, and never that another kernel would help", async () => {
  const wanted =
    "damo: Cannot see what this kernel has: /sys is not mounted; mount it with: mount -t sysfs sysfs /sys\n";
  for (
    const words of ["status", "stop", "record --monitor pages $$", "record $$", "trace --list", "module reclaim status"]
  ) {
    const { code, err } = await shell(`umount --lazy /sys; exec "$0" ${words}`, ...MOUNTS);
    assert.deepEqual({ code, err }, { code: 1, err: wanted }, words);
  }
  const { code, out, err } = await shell(`umount --lazy /sys; exec "$0" doctor`, ...MOUNTS);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /no {5}sysfs +\/sys is not mounted\n +-> mount it with: mount -t sysfs sysfs \/sys\n/);
  assert.doesNotMatch(out, /boot a kernel/);
});

Deno.test("where proc is not mounted, or is that of another pid namespace, damo says so in a sentence", async () => {
  const none = await shell(`mount -t tmpfs none /proc; exec "$0" status`, ...MOUNTS);
  assert.deepEqual([none.code, none.err], [1, "damo: /proc must be mounted: mount -t proc proc /proc\n"]);
  const other = await shell(`"$0" record --monitor pages $$; exit $?`, "unshare", "--pid", "--fork");
  assert.equal(other.code, 1);
  assert.match(other.err, /^damo: \/proc shows the processes of another pid namespace: [^\n]+\n$/);
});

Deno.test("record by the page sampler names each capability that it lacks, or does without", async () => {
  const record = `exec "$0" record --monitor pages --timeout 500ms -o cap.arrow -- sleep 60`;
  for (const [capability, name] of [["bpf", "CAP_BPF"], ["perfmon", "CAP_PERFMON"]]) {
    const { code, err } = await shell(record, ...without(capability));
    assert.equal(code, 1);
    assert.equal(err, `damo: Cannot load the page sampler: EPERM, not permitted; run it as root or with ${name}\n`);
  }
  for (const capability of ["sys_nice", "sys_ptrace", "sys_resource", "dac_override", "dac_read_search"]) {
    const { code, err } = await shell(record, ...without(capability));
    assert.equal(code, 0, `${capability}: ${err}`);
    assert.equal(/without CAP_SYS_NICE accessed bits are cleared/.test(err), capability === "sys_nice", err);
  }
});

Deno.test("user nobody records what it started itself with two capabilities and none of DAMON's files, for itself alone", async () => {
  const record = `exec "$0" record --monitor pages --timeout 1s -o nobody.arrow -- sleep 60`;
  const refused = await shellAsNobody(record);
  assert.equal(refused.code, 1);
  const hint = "run it as root or with CAP_BPF and CAP_PERFMON";
  assert.equal(refused.err, `damo: Cannot load the page sampler: EPERM, not permitted; ${hint}\n`);
  const { code, err } = await shellAsNobody(record, "bpf", "perfmon");
  assert.equal(code, 0, err);
  const { uid, mode } = Deno.statSync(`${OUT}/nobody.arrow`);
  assert.deepEqual([uid, mode! & 0o777], [65534, 0o600]);
  await using reader = await openRecord(`${OUT}/nobody.arrow`);
  assert.equal(reader.header.source, "pages");
});
