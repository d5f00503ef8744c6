import assert from "assert";
import { lchownSync } from "node:fs";

const ROOT = new URL("../..", import.meta.url).pathname;
const CHILD = `
import { RecordWriter } from "${ROOT}format/record_file.ts";
import { makeFolder, sudoOwner } from "${ROOT}format/sudo_owner.ts";
const header = JSON.parse(Deno.args[0]);
RecordWriter.create("damon.arrow", header).close();
RecordWriter.create("damon.arrow", header).close();
makeFolder("a/b");
for (const path of ["link", "mine", "new"]) {
  const give = sudoOwner(path);
  Deno.writeTextFileSync(path, "x");
  give();
}`;
const HEADER = {
  kdamonds: [],
  processes: [],
  host: { hostname: "h" },
  clock: { originNs: 0, originWallMs: 0 },
};

/** Who owns what in a folder after a program started by sudo wrote there. */
async function owners(env: Record<string, string>): Promise<Record<string, string>> {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${dir}/mine`, "");
    Deno.writeTextFileSync(`${dir}/target`, "");
    Deno.symlinkSync("target", `${dir}/link`);
    lchownSync(`${dir}/link`, 7, 7);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", `--config=${ROOT}deno.json`, CHILD, JSON.stringify(HEADER)],
      cwd: dir,
      env,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const paths = ["damon.arrow", "damon.arrow.old", "a", "a/b", "link", "target", "mine", "new"];
    return Object.fromEntries(paths.map((path) => {
      const { uid, gid } = Deno.lstatSync(`${dir}/${path}`);
      return [path, `${uid}:${gid}`];
    }));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

const ROOTS = { link: "7:7", target: "0:0", mine: "0:0" };

Deno.test("what sudo makes belongs to who ran it: records, the one before, folders, pictures; what was there keeps its owner", async () => {
  const theirs = "1234:5678";
  assert.deepEqual(await owners({ SUDO_UID: "1234", SUDO_GID: "5678" }), {
    ...ROOTS,
    "damon.arrow": theirs,
    "damon.arrow.old": theirs,
    a: theirs,
    "a/b": theirs,
    new: theirs,
  });
});

Deno.test("what root makes stays root's, without sudo and where root ran it", async () => {
  const root = "0:0";
  const all = { ...ROOTS, "damon.arrow": root, "damon.arrow.old": root, a: root, "a/b": root, new: root };
  for (
    const env of [{ SUDO_UID: "0", SUDO_GID: "0" }, { SUDO_UID: "", SUDO_GID: "" }, { SUDO_UID: "x", SUDO_GID: "1" }]
  ) {
    assert.deepEqual(await owners(env), all);
  }
});
