import assert from "assert";

const DAMO = new URL("../../damo", import.meta.url).pathname;

/** What `damo` says under a limit of the shell. */
async function under(limit: string, ...args: string[]): Promise<{ code: number; err: string }> {
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", `ulimit ${limit}; exec "$0" "$@"`, DAMO, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test("damo says in one sentence which limit of open files, memory or data it cannot start under", async () => {
  const cases = [
    ["-n 16", "16 open files (ulimit -n)"],
    ["-v 8000000", "8000000 KiB of address space (ulimit -v)"],
    ["-d 100000", "100000 KiB of data (ulimit -d)"],
  ];
  for (const [limit, words] of cases) {
    const { code, err } = await under(limit, "report", "--help");
    const wanted =
      `damo: Deno cannot start within the limits of this shell: ${words}; raise them, or run damo elsewhere\n`;
    assert.deepEqual({ code, err }, { code: 1, err: wanted });
  }
});

Deno.test("damo record says in one sentence that files ran out, wherever that is, and calls nothing else the reason", async () => {
  for (const files of [28, 32, 40]) {
    const { code, err } = await under(
      `-n ${files}`,
      "record",
      "--monitor",
      "pages",
      "-o",
      "/dev/null",
      String(Deno.pid),
    );
    assert.equal(code, 1, err);
    assert.match(err, /^damo: Cannot [^\n;]+[;:] raise the limit of [^\n]+, as in: ulimit -n 1024\n$/);
    assert.doesNotMatch(err, /verifier|CONFIG_/);
  }
});
