import assert from "assert";
import { lchownSync } from "node:fs";

const ROOT = new URL("../../../..", import.meta.url).pathname;
const CHILD = `
import { RecordWriter } from "${ROOT}format/record/file.ts";
import { makeFolder, sudoOwner } from "${ROOT}format/bytes/sudo_owner.ts";
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

function ownerOf(path: string): string {
  const { uid, gid } = Deno.lstatSync(path);
  return `${uid}:${gid}`;
}

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
    return Object.fromEntries(paths.map((path) => [path, ownerOf(`${dir}/${path}`)]));
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

/** What bash does with lab/owner in a folder with a file of root's; the owners of all that is there then. */
function labOwners(env: Record<string, string>): Record<string, string> {
  const dir = Deno.makeTempDirSync();
  try {
    const script = `. "${ROOT}lab/owner"; mkdir out; touch out/before; note_roots out; make_folder 'a b/c'
      touch 'out/new one' out/twice; ln out/twice twice; ln -s /etc/passwd out/link; give_new out`;
    const { success, stderr } = new Deno.Command("bash", { args: ["-euc", script], cwd: dir, env }).outputSync();
    assert.ok(success, new TextDecoder().decode(stderr));
    const paths = ["a b", "a b/c", "out", "out/before", "out/new one", "out/twice", "out/link"];
    return Object.fromEntries(paths.map((path) => [path, ownerOf(`${dir}/${path}`)]));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("what the lab makes under sudo belongs to who ran it; what was root's stays so, and what has a name elsewhere", () => {
  const [root, theirs] = ["0:0", "1234:5678"];
  const kept = { out: root, "out/before": root, "out/twice": root };
  const made = ["a b", "a b/c", "out/new one", "out/link"];
  const all = (owner: string) => ({ ...kept, ...Object.fromEntries(made.map((path) => [path, owner])) });
  assert.deepEqual(labOwners({ SUDO_UID: "1234", SUDO_GID: "5678" }), all(theirs));
  assert.deepEqual(labOwners({ SUDO_UID: "0", SUDO_GID: "0" }), all(root));
  assert.deepEqual(labOwners({}), all(root));
});

Deno.test("the truth that the workload writes under sudo belongs to who ran it, but what was there and where a link leads", () => {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${dir}/tiny.cfg`, "a, 64K\n\np\n10\na, 1, 0, 1\n");
    const written = (name: string, env: Record<string, string>) => {
      const args = ["--quiet", "--truth", `${dir}/${name}`, `${dir}/tiny.cfg`];
      const { success, stderr } = new Deno.Command(`${ROOT}build/workload`, { args, env, stdin: "null" }).outputSync();
      assert.ok(success, new TextDecoder().decode(stderr));
      return ownerOf(`${dir}/${name}`);
    };
    const sudo = { SUDO_UID: "1234", SUDO_GID: "5678" };
    Deno.symlinkSync("target", `${dir}/link`);
    assert.equal(written("new", sudo), "1234:5678");
    assert.equal(written("link", sudo), "0:0");
    assert.equal(ownerOf(`${dir}/target`), "0:0");
    assert.equal(written("target", sudo), "0:0");
    const ofRoot: Record<string, string>[] = [
      {},
      { SUDO_UID: "0", SUDO_GID: "7" },
      { SUDO_UID: "12x", SUDO_GID: "7" },
      { SUDO_UID: "12" },
    ];
    ofRoot.forEach((env, i) => assert.equal(written(`root_${i}`, env), "0:0"));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
