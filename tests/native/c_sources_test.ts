import assert from "assert";

const run = async (command: string, ...args: string[]) => {
  const { code, stdout, stderr } = await new Deno.Command(command, { args }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
};

Deno.test({
  name: "the C library compiles without a warning with clang, and with clang for arm64",
  // Debian has the headers of arm64 only for machines that are not, and those with which the others are built are here.
  ignore: Deno.build.arch !== "x86_64",
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const { code, said } = await run("make", "-s", "-C", "bpf", "check", `O=${dir}`);
      assert.deepEqual({ code, said }, { code: 0, said: "" });
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("the C sources are laid out as .clang-format says: `make format-c` does it", async () => {
  const files = await run("sh", "-c", "clang-format --dry-run --Werror bpf/*.[ch] workload/*.[ch] tests/fuzz/c/*.[ch]");
  assert.deepEqual(files, { code: 0, said: "" });
});

Deno.test("the C library does nothing undefined and reads nothing beyond while its tests run (ASan, UBSan)", async () => {
  const names = ["ffi/layouts", "ffi/listener", "ffi/memory", "ffi/ring", "kernel/control/tracepoints"];
  const files = names.map((name) => `tests/native/${name}_test.ts`);
  const { code, said } = await run("tests/sanitize", ...files);
  assert.equal(code, 0, said);
  assert.match(said, /\b\d\d passed \| 0 failed/);
  assert.doesNotMatch(said, /runtime error|AddressSanitizer/);
});
