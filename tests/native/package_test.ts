import assert from "assert";

const ROOT = new URL("../..", import.meta.url).pathname;

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd, stdin: "null" }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, `${command} ${args.join(" ")}: ${err}`);
  return out + err;
}

Deno.test("damo that is installed from its package records and reports, without the checkout", async () => {
  const dir = Deno.makeTempDirSync();
  const said = await run("make", ["-s", "package"], ROOT);
  const [file] = /build\/damo-[\d.]+\.tgz$/m.exec(said)!;
  await run("tar", ["xzf", `${ROOT}${file}`], dir);
  const [{ name }] = [...Deno.readDirSync(dir)];
  assert.ok(![...Deno.readDirSync(`${dir}/${name}`)].some((entry) => entry.name === "tests"));
  const config = ["--config", `${dir}/${name}/deno.json`];
  const install = ["install", "-g", "-q", "-f", "--root", dir, "-A", "-n", "damo", ...config];
  await run(Deno.execPath(), [...install, `${dir}/${name}/cli/damo.ts`], dir);
  const damo = `${dir}/bin/damo`;
  assert.match(await run(damo, ["--version"], "/"), new RegExp(`^${name.replace("damo-", "")}\n`));
  const record = `${dir}/packed.arrow`;
  const words = ["--monitor", "pages", "--timeout", "1", "-o", record, "--", "sleep", "5"];
  assert.match(await run(damo, ["record", ...words], "/"), /recorded \d+ snapshots .* nothing lost/);
  assert.match(await run(damo, ["report", "info", "-i", record], "/"), /sleep 5/);
});

Deno.test("the library can be published: its public types are whole", async () => {
  assert.match(
    await run(Deno.execPath(), ["publish", "--dry-run", "--allow-dirty", "--quiet"], ROOT),
    /Dry run complete|^$/,
  );
});
