import assert from "assert";
import { SharedOverTime, SharedRanges, uniteShared } from "../../../../report/idle/shared.ts";

const part = (bytes: number, idleNs: number, shared?: string) => ({ bytes, idleNs, ...(shared && { shared }) });

Deno.test("uniteShared has as much idle for a time or less as the process with most of it, and each one's own memory", () => {
  const one = [part(7, 3), part(10, -1, "x"), part(90, 50, "x"), part(5, 2, "y")];
  const other = [part(8, 4), part(20, 90, "x"), part(40, 10, "x")];
  assert.deepEqual(uniteShared([one, other]), [
    ...[part(7, 3), part(8, 4)],
    // 10 in use, 40 since 10, and all 100 since 50.
    ...[part(10, -1, "x"), part(30, 10, "x"), part(60, 50, "x")],
    part(5, 2, "y"),
  ]);
  assert.deepEqual(uniteShared([one]), one.toSorted((a, b) => (a.shared ?? "").localeCompare(b.shared ?? "")));
});

Deno.test("SharedRanges splits a region by what its process may share, as it is mapped now", () => {
  const ranges = new SharedRanges();
  const map = (perms: string, path: string) =>
    ranges.see({ timeNs: 0, pid: 1, mappings: [{ start: 100, end: 200, perms, offset: 0, path }] });
  assert.deepEqual(ranges.split(1, 0, 400), [{ share: 1 }]);
  map("r-xp", "/lib/x");
  assert.deepEqual(ranges.split(1, 0, 400), [{ share: 0.75 }, { share: 0.25, shared: "/lib/x+0" }]);
  assert.deepEqual(ranges.split(1, 120, 140), [{ share: 1, shared: "/lib/x+0" }]);
  assert.deepEqual([ranges.split(1, 200, 300), ranges.split(2, 120, 140)], [[{ share: 1 }], [{ share: 1 }]]);
  // What is written of a private mapping is nobody else's.
  map("rw-p", "/lib/x");
  assert.deepEqual(ranges.split(1, 120, 140), [{ share: 1 }]);
});

Deno.test("SharedOverTime hands on a time once all targets had a snapshot, without those that ended", () => {
  const taken: [number, number, number][] = [];
  const over = new SharedOverTime((startNs, endNs, parts) =>
    taken.push([startNs, endNs, parts.reduce((sum, { bytes }) => sum + bytes, 0)])
  );
  for (let i = 0; i < 6; i++) {
    over.add("a", i * 10, i * 10 + 10, [part(5, 1, "x")]);
    if (i < 2) over.add("b", i * 10 + 2, i * 10 + 12, [part(9, 1, "x")]);
  }
  over.flush();
  over.flush();
  // The last snapshot of b ends at 22; it is gone when two of its lengths have passed.
  assert.deepEqual(taken, [[0, 12, 9], [12, 22, 9], [22, 30, 9], [30, 40, 9], [40, 50, 5], [50, 60, 5]]);
});
