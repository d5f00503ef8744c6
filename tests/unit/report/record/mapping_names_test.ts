import assert from "assert";
import { MappingNames } from "../../../../report/record/mapping_names.ts";

const map = (start: number, end: number, path: string) => ({ start, end, path, perms: "rw-p", offset: 0 });

Deno.test("MappingNames.overlay replaces what it covers and keeps the last name of what is gone", () => {
  const names = new MappingNames();
  names.overlay([map(0, 10, "[heap]"), map(20, 30, "/lib/a.so")]);
  names.overlay([map(5, 25, "")]);
  assert.deepEqual(names.within(0, 100), [
    { start: 0, end: 5, name: "heap" },
    { start: 5, end: 25, name: "anonymous" },
    { start: 25, end: 30, name: "a.so" },
  ]);
});

Deno.test("MappingNames.overlay splits a range that the new one lies within", () => {
  const names = new MappingNames();
  names.overlay([map(0, 30, "[heap]")]);
  names.overlay([map(10, 20, "[anon:pool]")]);
  assert.deepEqual(names.within(5, 100).map(({ start, end, name }) => [start, end, name]), [
    [5, 10, "heap"],
    [10, 20, "pool"],
    [20, 30, "heap"],
  ]);
});

Deno.test("MappingNames joins the parts of one file", () => {
  const names = new MappingNames();
  names.overlay([map(0, 10, "/lib/a.so"), map(10, 20, "/lib/a.so"), map(20, 30, "")]);
  assert.deepEqual(names.within(0, 30).map(({ name }) => name), ["a.so", "anonymous"]);
});
