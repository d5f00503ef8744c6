import assert from "assert";
import { existsSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url).pathname;

const PATH_WITH_DENO = `${ROOT}.deno:${Deno.env.get("PATH")}`;

async function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd, env, stdin: "null" }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, `${command} ${args.join(" ")}: ${err}`);
  return out + err;
}

/** Makes the package, as somebody whose files are closed to others, and unpacks it into `dir`; returns the folder. */
async function unpacked(dir: string): Promise<string> {
  const said = await run("sh", ["-c", "umask 077 && make -s package"], ROOT);
  const [file] = /build\/damo-[\d.]+\.tgz$/m.exec(said)!;
  await run("sh", ["-c", 'umask 077 && exec tar xpzf "$1"', "sh", `${ROOT}${file}`], dir);
  const [{ name }] = [...Deno.readDirSync(dir)];
  return `${dir}/${name}`;
}

Deno.test("damo that is installed from its package records and reports, without the checkout", async () => {
  const dir = Deno.makeTempDirSync();
  const folder = await unpacked(dir);
  assert.ok(![...Deno.readDirSync(folder)].some((entry) => entry.name === "tests"));
  // What a new machine fetches, this one has.
  const env = { DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`, PATH: PATH_WITH_DENO };
  await run(`${folder}/setup`, ["deno"], dir, env);
  const damo = `${dir}/damo`;
  // Twice: an upgrade is the same command.
  for (let i = 0; i < 2; i++) await run("ln", ["-sfn", `${folder}/damo`, damo], dir);
  assert.match(await run(damo, ["--version"], "/", env), new RegExp(`^${folder.split("damo-")[1]}\n`));
  const record = `${dir}/packed.arrow`;
  const words = ["--monitor", "pages", "--timeout", "1", "-o", record, "--", "sleep", "5"];
  assert.match(await run(damo, ["record", ...words], "/", env), /recorded \d+ snapshots .* nothing lost/);
  assert.match(await run(damo, ["report", "info", "-i", record], "/", env), /sleep 5/);
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("the package: everybody may read it, no link of its documents is dead, and it wants no newer glibc than Debian 12's", async () => {
  const dir = Deno.makeTempDirSync();
  const folder = await unpacked(dir);
  const files = (await run("find", ["."], folder)).trim().split("\n");
  for (const file of files) {
    const { mode, isDirectory } = Deno.statSync(`${folder}/${file}`);
    const wanted = isDirectory ? 0o055 : 0o044;
    assert.equal(mode! & wanted, wanted, `${file}: ${mode!.toString(8)}`);
  }
  for (const file of files.filter((file) => file.endsWith(".md"))) {
    const text = Deno.readTextFileSync(`${folder}/${file}`).replace(/```.*?```/gs, "");
    for (const [, link] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      assert.ok(existsSync(new URL(link, `file://${folder}/${file}`)), `${file} links to ${link}`);
    }
  }
  const symbols = await run("nm", ["-D", "--undefined-only", "build/libdamo.so", "build/workload"], folder);
  const newest = [...symbols.matchAll(/@GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor)).sort((a, b) => b - a)[0];
  assert.ok(newest <= 36, `GLIBC_2.${newest}`);
  assert.doesNotMatch(symbols, /@LIBBPF_(1\.[1-9]|[2-9])/);
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("the library can be published: its public types are whole", async () => {
  assert.match(
    await run(Deno.execPath(), ["publish", "--dry-run", "--allow-dirty", "--quiet"], ROOT),
    /Dry run complete|^$/,
  );
});
