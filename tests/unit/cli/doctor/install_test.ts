import assert from "assert";
import { type Installation, installSection, lockedPackages } from "../../../../cli/doctor/install.ts";

const LOCK = JSON.stringify({ npm: { "@s/a@1.0.0_b@2.0.0": {}, "b@2.0.0": {} } });

/** An installation in a temporary folder with the given files; what doctor says of each feature of it. */
function seen(files: Record<string, string>, options: Partial<Installation> = {}): Record<string, string> {
  const folder = `${Deno.makeTempDirSync()}/`;
  try {
    for (const [name, text] of Object.entries({ "deno.lock": LOCK, ...files })) {
      Deno.mkdirSync(`${folder}${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${folder}${name}`, text);
    }
    const env = (name: string) => ({ PATH: "/nowhere" } as Record<string, string>)[name];
    const at = { folder, deno: `${folder}.deno/deno`, cache: `${folder}cache`, uid: Deno.uid()!, env, ...options };
    const rows = installSection(at).rows.map(({ feature, state, why, next }) =>
      [feature, `${state}: ${why}${next === null ? "" : ` -> ${next}`}`.replaceAll(folder, "")] as const
    );
    return Object.fromEntries(rows);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("lockedPackages are folders of the cache, peers left out", () => {
  assert.deepEqual(lockedPackages(LOCK), ["@s/a/1.0.0", "b/2.0.0"]);
});

Deno.test("doctor names a damaged Deno, packages that are not cached, programs that are missing, each with what helps", () => {
  const said = seen({ ".deno/deno": "123", ".deno/size": "5", "cache/npm/host/b/2.0.0/package.json": "" });
  assert.equal(said["its Deno"], "no: .deno/deno is damaged: 3 bytes of 5 -> make build");
  assert.equal(said["npm's packages"], "no: @s/a 1.0.0 not in cache: fetched when first used -> make build");
  // The third is looked for in /usr/sbin, too, which is this machine's.
  assert.match(said["for make build"], /^no: not installed: cc, clang(, bpftool)? -> sudo \.\/setup build$/);
});

Deno.test("doctor says of a whole checkout, and of a package, what they are", () => {
  const whole = {
    ".deno/deno": "12345",
    ".deno/size": "5",
    "cache/npm/host/b/2.0.0/package.json": "",
    "cache/npm/host/@s/a/1.0.0/package.json": "",
  };
  const said = seen(whole);
  assert.equal(said["its Deno"], "yes: installed by set-up");
  assert.match(said["npm's packages"], /^yes: all 2, in cache/);
  assert.match(said.installed, /^yes: a checkout/);
  const packed = seen({ ...whole, ".package": "" });
  assert.match(packed.installed, /^yes: a package/);
  assert.equal("for make build" in packed, false);
});

Deno.test("doctor says whose the files are: root's, that hinder their user; what sudo writes", () => {
  const files = { "build/x": "" };
  if (Deno.uid() === 0) {
    assert.match(seen(files, { uid: 1000 })["its files"], /^no: build belongs to root: .* -> sudo chown -R -h /);
    const env = (name: string) => ({ SUDO_UID: "1000", SUDO_USER: "alice" } as Record<string, string>)[name];
    assert.equal(seen(files, { env })["its files"], "yes: what this writes belongs to alice, who ran sudo");
  }
  assert.match(seen(files)["its files"], /^yes/);
});
