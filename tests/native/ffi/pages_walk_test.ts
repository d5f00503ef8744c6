import assert from "assert";
import { PageFlag } from "../../../ffi/pages.ts";

const { present, accessed, dirty, huge } = PageFlag;
const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** What an entry says: its flags, and the level where the walk ended. */
const at = (level: number, flags = 0) => level * 4096 + flags;

/** What is found on the page tables of pages_walk.c. */
function linesOf(): string[][] {
  const dir = Deno.makeTempDirSync();
  try {
    const here = new URL(".", import.meta.url).pathname;
    const args = ["-O2", "-Wall", `-I${here}bpf_stubs`, "-o", `${dir}/pages_walk`, `${here}pages_walk.c`];
    const built = new Deno.Command("cc", { args }).outputSync();
    assert.ok(built.success, new TextDecoder().decode(built.stderr));
    const { code, stdout } = new Deno.Command(`${dir}/pages_walk`).outputSync();
    assert.equal(code, 0);
    return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.split(" "));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

const LINES = linesOf();
const found = (what: string, levels: number) =>
  LINES.filter(([name, of]) => name === what && Number(of) === levels)
    .map(([, , address, entry]) => [Number(address), Number(entry)]);

for (const levels of [4, 5]) {
  Deno.test(`the walk of ${levels} levels finds leaves of all sizes, and nothing where an entry is of swap`, () => {
    assert.deepEqual(found("page", levels), [
      [0, at(1, present | accessed | dirty)],
      [0x1000, at(1, present)],
      // Swapped out: the bits that would be flags are part of its place there.
      [0x2000, at(1)],
      // What says "huge" above is something else in the last table.
      [0x3000, at(1, present)],
      [0x4000, at(1, present | accessed)],
      // The page of zeros, whose bit nothing clears, is no memory of the process.
      [0x5000, at(1)],
      [2 * MIB, at(2, present | accessed | huge)],
      [2 * MIB + 0x7000, at(2, present | accessed | huge)],
      // A huge page that is swapped out.
      [4 * MIB, at(2)],
      // A table that would be outside of memory.
      [6 * MIB, at(1)],
      [8 * MIB, at(2)],
      [GIB, at(3, present | accessed | dirty | huge)],
      [GIB + 600 * MIB, at(3, present | accessed | dirty | huge)],
      [2 * GIB, at(3, present | huge)],
      [3 * GIB, at(3)],
      [4 * GIB, at(2)],
      [5 * GIB, at(3)],
      [512 * GIB, at(4)],
      [1024 * GIB, at(4)],
    ]);
  });

  Deno.test(`the walk of ${levels} levels over a range gives each table and each huge page once, those of 1 GiB too`, () => {
    assert.deepEqual(found("range", levels), [
      [0, at(1, present)],
      [2 * MIB, at(2, present | accessed | huge)],
      [GIB, at(3, present | accessed | dirty | huge)],
      [2 * GIB, at(3, present | huge)],
    ]);
    assert.deepEqual(found("tables", levels), [[1, 6 * GIB]]);
  });
}

Deno.test("the walk goes through ranges one after the other, and through nothing between them", () => {
  for (const levels of [4, 5]) {
    assert.deepEqual(found("parts", levels), [
      [0, at(1, present)],
      [4 * MIB, 0],
      [GIB, at(3, present | accessed | dirty | huge)],
    ]);
  }
});

Deno.test("the walk reads nothing outside of memory", () => {
  assert.deepEqual(found("wild", 0), [[0, 0]]);
});
