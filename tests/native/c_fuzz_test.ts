import assert from "assert";

const run = async (command: string, ...args: string[]) => {
  const env = { ASAN_OPTIONS: "detect_leaks=0" };
  const { code, stdout, stderr } = await new Deno.Command(command, { args, env }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), said: text(stdout) + text(stderr) };
};

/** Whether this clang has libFuzzer, which Debian has in a package of its own. */
async function hasLibFuzzer(): Promise<boolean> {
  const { out } = await run("clang", "-print-resource-dir");
  for (const folder of Deno.readDirSync(`${out.trim()}/lib`)) {
    const files = folder.isDirectory ? [...Deno.readDirSync(`${out.trim()}/lib/${folder.name}`)] : [];
    if (files.some(({ name }) => name.startsWith("libclang_rt.fuzzer"))) return true;
  }
  return false;
}

Deno.test("what the C library takes from processes and the kernel may say anything (libFuzzer, ASan, UBSan)", async () => {
  const has = await hasLibFuzzer();
  const wanted = has ? ["all", "SECONDS=1"] : ["replay"];
  const { code, said } = await run("make", "-j2", "-C", "tests/fuzz/c", ...wanted);
  assert.equal(code, 0, said);
  if (has) assert.equal([...said.matchAll(/number_of_executed_units: [1-9]/g)].length, 6, said);
});
