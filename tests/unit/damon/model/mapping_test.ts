import assert from "assert";
import { labelOf, parseMaps } from "../../../../damon/mod.ts";

Deno.test("parseMaps takes names with blanks, and says which line it cannot take", () => {
  const text = "55d0a0000000-55d0a0021000 rw-p 00000000 00:00 0                          [heap]\n" +
    "7f0000000000-7f0000001000 r-xp 00002000 fe:00 42                         /opt/a b/lib.so (deleted)\n" +
    "7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n";
  assert.deepEqual(parseMaps(text), [
    { start: 0x55d0a0000000, end: 0x55d0a0021000, perms: "rw-p", offset: 0, path: "[heap]" },
    {
      start: 0x7f0000000000,
      end: 0x7f0000001000,
      perms: "r-xp",
      offset: 0x2000,
      path: "/opt/a b/lib.so (deleted)",
    },
    { start: 0x7f0000002000, end: 0x7f0000003000, perms: "rw-p", offset: 0, path: "" },
  ]);
  assert.throws(() => parseMaps("a\n"), { name: "SyntaxError", message: /^Line 1 / });
});

Deno.test("labelOf says what a person would say", () => {
  assert.deepEqual(
    ["[heap]", "[stack]", "/usr/lib/libc.so.6", "", "[anon:cache]"].map((path) => labelOf({ path })),
    ["heap", "stack", "libc.so.6", "anonymous", "cache"],
  );
  assert.deepEqual(
    [
      "/dev/zero (deleted)",
      "/SYSV0052e2c1 (deleted)",
      "/memfd:jit (deleted)",
      "[anon_shmem:pool]",
      "/dev/shm/PostgreSQL.1",
    ]
      .map((path) => labelOf({ path })),
    ["shared memory", "shared memory", "memfd:jit", "pool", "PostgreSQL.1"],
  );
});
