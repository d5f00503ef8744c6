import assert from "assert";
import { formatDiagnosis } from "../../../../cli/doctor/text.ts";
import { UnsupportedError } from "../../../../damon/mod.ts";
import { diagnose, type Diagnosis } from "../../../../kernel/doctor/doctor.ts";
import { decodeKernelTypes } from "../../../../kernel/machine/kernel_types.ts";
import type { NativeParts } from "../../../../kernel/doctor/native.ts";
import type { FeatureRow } from "../../../../kernel/machine/feature_row.ts";
import { fakeRoots, kdamondFiles, treeOf } from "../../../fake_sysfs.ts";

const isRoot = Deno.uid() === 0;

/** A machine on which all that the native library does works. */
const NATIVE: NativeParts = {
  library: () => 1,
  libbpf: () => "1.5",
  tracepoints: () => ({
    layout: "id, r, nr",
    tracepoints: ["damon_aggregated", "damos_before_apply"],
    hasAge: true,
    hasSchemeIndex: true,
  }),
  sampler: () => Promise.resolve({ base: 0n, limit: 0, levels: 4, byIterator: false, canFlush: true }),
  profiler: () => Promise.resolve(),
};

const MACHINE = {
  "proc/self/status": "Name:\tdeno\nCapEff:\t000001ffffffffff\n",
  "proc/self/clear_refs": "",
  "proc/swaps": "Filename Type Size Used Priority\n",
  "damon/admin/kdamonds/nr_kdamonds": "0\n",
};

function rowIn(diagnosis: Diagnosis, feature: string): FeatureRow {
  const found = diagnosis.sections.flatMap(({ rows }) => rows).find((row) => row.feature.startsWith(feature));
  assert.ok(found, `no row ${feature}`);
  return found;
}

/** BTF of one struct with a member, one enum with a constant, and functions. */
function btfOf({ struct, member, constant, functions }: Record<"struct" | "member" | "constant", string> & {
  functions: string[];
}): Uint8Array<ArrayBuffer> {
  let strings = "\0";
  const nameOf = (name: string) => (strings += `${name}\0`, strings.length - name.length - 1);
  const info = (kind: number, length: number) => kind * 2 ** 24 + length;
  const types = [
    // An int and an array come first: types of other sizes must be stepped over.
    [nameOf("int"), info(1, 0), 4, 32],
    [0, info(3, 0), 0, 1, 1, 4],
    [nameOf(struct), info(4, 1), 8, nameOf(member), 1, 0],
    [nameOf("other"), info(6, 1), 4, nameOf(constant), 0],
    ...functions.map((name) => [nameOf(name), info(12, 1), 1]),
  ].flat();
  const text = new TextEncoder().encode(strings);
  const head = new Uint32Array([0x0001eb9f, 24, 0, 4 * types.length, 4 * types.length, text.length]);
  return new Uint8Array([...new Uint8Array(head.buffer), ...new Uint8Array(Uint32Array.from(types).buffer), ...text]);
}

Deno.test("decodeKernelTypes finds DAMON's names among others, and refuses what is no BTF", () => {
  const bytes = btfOf({
    struct: "damon_ctx",
    member: "addr_unit",
    constant: "DAMOS_STAT",
    functions: ["bpf_task_from_pid", "vfs_read", "damon_start"],
  });
  assert.deepEqual(decodeKernelTypes(bytes), {
    members: new Map([["damon_ctx", new Set(["addr_unit"])]]),
    constants: new Set(["DAMOS_STAT"]),
    functions: new Set(["bpf_task_from_pid", "damon_start"]),
  });
  assert.throws(() => decodeKernelTypes(new Uint8Array(24)), { name: "SyntaxError" });
  assert.throws(() => decodeKernelTypes(bytes.subarray(0, 60)), { name: "RangeError" });
});

Deno.test("diagnose names who has DAMON, and leaves every file as it was", async () => {
  using roots = fakeRoots({ ...MACHINE, ...kdamondFiles(0, { state: "on", pid: 77, operations: "paddr" }) });
  Deno.writeTextFileSync(`${roots.damon}/admin/kdamonds/nr_kdamonds`, "1\n");
  const dir = roots.modules.replace(/\/module$/, "");
  const before = treeOf(dir);
  const diagnosis = await diagnose(roots, NATIVE);
  assert.deepEqual(treeOf(dir), before);
  assert.equal(rowIn(diagnosis, "kdamond 0").state, "busy");
  assert.match(rowIn(diagnosis, "kdamond 0").why, /pid 77.*paddr of physical memory.*not started by damo/);
  // Only root gets as far as to hear that somebody is in the way.
  assert.equal(rowIn(diagnosis, "physical memory").state, isRoot ? "busy" : "no");
  assert.equal(diagnosis.monitor, "pages");
  assert.match(diagnosis.verdict, /^record\(pid\) works here with the page sampler, because DAMON /);
});

Deno.test("diagnose knows a kernel's features by a staged kdamond's files, else by its types, else not", async () => {
  using roots = fakeRoots({ ...MACHINE, ...kdamondFiles(0, { state: "off", pid: -1, operations: "vaddr" }) });
  assert.equal(rowIn(await diagnose(roots, NATIVE), "list of operations").state, "yes");
  assert.equal(rowIn(await diagnose(roots, NATIVE), "address unit").state, "no");
  assert.equal(rowIn(await diagnose(roots, NATIVE), "scheme actions: stat").state, "unknown");
  Deno.mkdirSync(`${roots.modules}/../kernel/btf`, { recursive: true });
  const types = btfOf({ struct: "damos_filter", member: "allow", constant: "DAMOS_STAT", functions: [] });
  Deno.mkdirSync(roots.modules, { recursive: true });
  Deno.writeFileSync(`${roots.modules}/../kernel/btf/vmlinux`, types);
  const diagnosis = await diagnose(roots, NATIVE);
  assert.equal(rowIn(diagnosis, "filters that allow").state, "yes");
  assert.equal(rowIn(diagnosis, "scheme actions: collapse").state, "no");
  // The enum above is read by its first constant's name.
  assert.equal(rowIn(diagnosis, "scheme actions: stat").state, "yes");
  assert.equal(rowIn(diagnosis, "address unit").state, "no");
});

Deno.test("diagnose says what is missing and what brings it where nothing works", async () => {
  using roots = fakeRoots({ "proc/self/status": "CapEff:\t0000000000000000\n", "proc/self/clear_refs": "" });
  const fail = () => {
    throw new UnsupportedError({ what: "libdamo.so is missing", help: "build it: make build" }, "library");
  };
  const diagnosis = await diagnose(roots, {
    ...NATIVE,
    library: fail,
    tracepoints: fail,
    sampler: fail,
    profiler: fail,
  });
  assert.equal(diagnosis.monitor, "none");
  assert.match(diagnosis.verdict, /does not work here.*build it: make build\.$/);
  assert.deepEqual(rowIn(diagnosis, "libdamo.so"), {
    feature: "libdamo.so",
    state: "no",
    why: "libdamo.so is missing",
    next: "build it: make build",
  });
  assert.match(rowIn(diagnosis, "capabilities").why, /lacks CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF/);
  for (const { rows } of diagnosis.sections) assert.ok(rows.length > 0);
});

Deno.test("diagnose sees one of the kernel's modules in the way", async () => {
  using roots = fakeRoots({
    ...MACHINE,
    ...kdamondFiles(0, { state: "off", pid: -1 }),
    "module/damon_reclaim/parameters/enabled": "Y\n",
    "module/damon_reclaim/parameters/kdamond_pid": "99\n",
  });
  const options = new Blob(["CONFIG_DAMON_VADDR=y\n"]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(`${roots.proc}/config.gz`, options);
  const diagnosis = await diagnose(roots, NATIVE);
  assert.equal(rowIn(diagnosis, "module damon_reclaim").state, "busy");
  assert.match(rowIn(diagnosis, "module damon_reclaim").why, /pid 99/);
  assert.equal(rowIn(diagnosis, "a process, by DAMON").state, isRoot ? "busy" : "no");
  assert.equal(rowIn(diagnosis, "physical memory").why, "this kernel is built without CONFIG_DAMON_PADDR=y");
});

Deno.test("formatDiagnosis keeps to its width, without colours unless asked, and ends with the verdict", async () => {
  using roots = fakeRoots(MACHINE);
  const diagnosis = await diagnose(roots, NATIVE);
  const text = formatDiagnosis(diagnosis, { width: 80, hasColour: false });
  // A path is never broken.
  const long = text.split("\n").filter((line) => line.length > 80 && !line.includes(roots.proc.replace("/proc", "")));
  assert.deepEqual(long, []);
  assert.ok(!text.includes("\x1b"));
  assert.equal(text.split("\n\n").at(-1)!.replaceAll("\n", " "), diagnosis.verdict);
  assert.ok(formatDiagnosis(diagnosis, { width: 80, hasColour: true }).includes("\x1b[32myes\x1b[m"));
});
