import assert from "assert";
import { EventKind, UnsupportedError } from "../../../damon/mod.ts";
import { detectTracepoints } from "../../../ffi/detect.ts";
import { explained } from "../../../ffi/explained.ts";
import { openTracer } from "../../../ffi/tracer.ts";
import { runModule } from "../../run_module.ts";

const TRACER = new URL("../../../ffi/tracer.ts", import.meta.url).href;

/** Builds a shared library out of a line of C. */
async function build(dir: string, name: string, source: string, ...args: string[]): Promise<string> {
  const path = `${dir}/${name}`;
  await Deno.writeTextFile(`${path}.c`, source);
  const { success, stderr } = await new Deno.Command("cc", {
    args: ["-shared", "-fPIC", "-o", path, `${path}.c`, ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return path;
}

async function withDir(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("EventKind has the values of enum damo_kind", async () => {
  const header = await Deno.readTextFile(new URL("../../../bpf/event.h", import.meta.url));
  const values = [...header.matchAll(/^\tDAMO_([A-Z_]+) = (\d+),/gm)].map(([, name, value]) => [name, Number(value)]);
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  assert.deepEqual(values, Object.entries(EventKind).map(([name, value]) => [snake(name), value]));
});

Deno.test("detectTracepoints finds what this kernel's BTF names, or says what is lacking", () => {
  try {
    const { layout, tracepoints } = detectTracepoints();
    assert.ok(tracepoints.includes("damon_aggregated"));
    assert.match(layout, /r, nr$/);
  } catch (error) {
    assert.ok(error instanceof UnsupportedError);
    assert.match(error.message, /CONFIG_DEBUG_INFO_BTF=y|CONFIG_DAMON=y/);
  }
});

Deno.test("openTracer has the verifier's consent to the programs for every kernel", async () => {
  // With `test` it loads all of them, as far as this kernel has DAMON.
  await using tracer = openTracer({ test: true });
  assert.deepEqual(tracer.counters(), { sent: 0, received: 0, dropped: 0 });
});

Deno.test("importing the tracer opens nothing and needs no permission", async () => {
  const found = await runModule(
    [Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-config", "--no-check", `--allow-import`],
    `import { openTracer } from ${JSON.stringify(TRACER)}; if (typeof openTracer !== "function") throw 0;`,
  );
  assert.deepEqual(found, { code: 0, out: "", err: "" });
});

Deno.test("openTracer says how to build a library that is missing", () => {
  assert.throws(() => openTracer({ library: "/no/such/libdamo.so" }), {
    name: "UnsupportedError",
    message: /libdamo.so is missing; build it: make build/,
  });
});

Deno.test("openTracer refuses a library of another version", async () => {
  await withDir(async (dir) => {
    const library = await build(dir, "libdamo.so", "unsigned damo_version(void) { return 99; }");
    assert.throws(() => openTracer({ library }), {
      name: "UnsupportedError",
      message: /version 99 of its interface, and damo needs 3; .*make build/,
    });
  });
});

Deno.test("openTracer refuses a library that is not libdamo", async () => {
  await withDir(async (dir) => {
    const library = await build(dir, "libother.so", "int other(void) { return 1; }");
    assert.throws(() => openTracer({ library }), {
      name: "UnsupportedError",
      message: /is not libdamo.so of this version/,
    });
  });
});

Deno.test("openTracer names the package where libbpf is missing", async () => {
  await withDir(async (dir) => {
    await build(dir, "libbpf.so", "int bpf(void) { return 1; }", "-Wl,-soname,libbpf.so.1.gone");
    const source = "int bpf(void); unsigned damo_version(void) { return bpf(); }";
    const library = await build(dir, "libdamo.so", source, `-L${dir}`, "-lbpf");
    assert.throws(() => openTracer({ library }), { name: "UnsupportedError", message: /apt-get install libbpf1$/ });
  });
});

Deno.test("openTracer names the capabilities that are missing", async () => {
  const without = "-sys_admin,-bpf,-perfmon";
  const { code, out, err } = await runModule(
    [
      "setpriv",
      `--bounding-set=${without}`,
      `--inh-caps=${without}`,
      Deno.execPath(),
      "run",
      "-A",
      "--quiet",
      "--no-check",
    ],
    `import { openTracer } from ${JSON.stringify(TRACER)};
     try { openTracer({ test: true }); } catch (error) { console.log(error.name, error.message); }`,
  );
  assert.equal(code, 0, err);
  assert.match(out, /^KernelError Cannot load the tracer: EPERM.*run it as root or with CAP_BPF and CAP_PERFMON$/m);
});

Deno.test("openTracer refuses a ring out of bounds", () => {
  for (const ringBytes of [0, 4096, 2 ** 31, 1.5]) {
    assert.throws(() => openTracer({ ringBytes }), { name: "RangeError", message: /16384 to 1073741824/ });
  }
});

Deno.test("openTracer says that it is the ring for which memory does not suffice, and what to do", () => {
  const library = { symbols: { damo_last_log: () => 0, damo_missing_capabilities: () => 0 } };
  const error = explained(library, "load the tracer", 12, 2 ** 30);
  assert.match(
    error.message,
    /^Cannot load the tracer: ENOMEM.*ring buffer takes 1\.00 GiB .* as in ringBytes: 4194304/,
  );
});
