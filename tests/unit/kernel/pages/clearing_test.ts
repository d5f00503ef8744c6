import assert from "assert";
import { canClearPages, ClearingChoice } from "../../../../kernel/pages/clearing.ts";
import type { Roots } from "../../../../kernel/machine/roots.ts";

Deno.test("ClearingChoice clears everything while that is within the budget", () => {
  const choice = new ClearingChoice("auto", true);
  assert.equal(choice.note(100, false, 0, 1_000), undefined);
  assert.equal(choice.current, "refs");
});

Deno.test("ClearingChoice goes page by page where everything costs too much, and back where that costs more", () => {
  const choice = new ClearingChoice("auto", true);
  assert.equal(choice.note(1_000, true, 0, 1_000), 250);
  assert.equal(choice.current, "cold");
  assert.equal(choice.note(900, true, 0, 1_000), undefined);
  assert.equal(choice.note(1_100, true, 0, 1_000), 1_000);
  assert.equal(choice.current, "refs");
  // It is tried again, but not at once.
  for (let i = 0; i < 50; i++) assert.equal(choice.note(1_000, true, 0, 1_000), undefined);
  assert.equal(choice.note(1_000, true, 0, 1_000), 1_100);
  assert.equal(choice.current, "cold");
});

Deno.test("ClearingChoice clears everything where single pages cannot be cleared", () => {
  const choice = new ClearingChoice("auto", true);
  choice.note(1_000, true, 0, 1_000);
  assert.equal(choice.note(10, false, 0.06, 1_000), 1_000);
  assert.equal(choice.current, "refs");
  assert.equal(new ClearingChoice("cold", false).current, "refs");
});

Deno.test("ClearingChoice keeps to what it was told", () => {
  for (const wish of ["refs", "cold"] as const) {
    const choice = new ClearingChoice(wish, true);
    assert.equal(choice.note(1_000, true, 1, 1_000), undefined);
    assert.equal(choice.current, wish);
  }
});

Deno.test("canClearPages is false where the kernel makes folios of a few pages", () => {
  const dir = Deno.makeTempDirSync();
  try {
    const roots = { damon: `${dir}/damon` } as Roots;
    assert.equal(canClearPages(roots), true);
    const set = (size: string, text: string) => {
      Deno.mkdirSync(`${dir}/transparent_hugepage/hugepages-${size}`, { recursive: true });
      Deno.writeTextFileSync(`${dir}/transparent_hugepage/hugepages-${size}/enabled`, text);
    };
    set("2048kB", "always [inherit] madvise never\n");
    set("64kB", "always inherit madvise [never]\n");
    assert.equal(canClearPages(roots), true);
    set("128kB", "always [inherit] madvise never\n");
    assert.equal(canClearPages(roots), false);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("ClearingChoice expects page by page to cost by the number of regions", () => {
  const choice = new ClearingChoice("auto", true);
  assert.equal(choice.note(1_000, true, 0, 13), 130);
});

Deno.test("ClearingChoice leaves a large process alone from the start, until page by page costs more", () => {
  const large = new ClearingChoice("auto", true);
  large.expect(100_000, 100);
  assert.equal(large.current, "cold");
  assert.equal(large.note(4_900, true, 0, 1_000), undefined);
  assert.equal(large.note(5_100, true, 0, 1_000), 5_000);
  assert.equal(large.current, "refs");
  for (const [wish, resident] of [["auto", 1_000], ["refs", 100_000]] as const) {
    const choice = new ClearingChoice(wish, true);
    choice.expect(resident, 100);
    assert.equal(choice.current, "refs");
  }
});
