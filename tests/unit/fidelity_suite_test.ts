import assert from "assert";
import { type Recorded, spreadOf } from "../fidelity/recorded.ts";
import { parseSmaps, steadyMappings, type TruthWindow } from "../fidelity/truth.ts";
import { isUnsteady, missesOf, type Row, trueBytesOf, unseenShareOf, verdictOf } from "../fidelity/verdict.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

Deno.test("parseSmaps takes resident, swapped and referenced bytes of each mapping", () => {
  const text = [
    "560000000000-560000004000 r-xp 00000000 fe:00 42  /usr/bin/a program",
    "Size:                 16 kB",
    "Rss:                  12 kB",
    "Referenced:            8 kB",
    "Swap:                  4 kB",
    "SwapPss:               4 kB",
    "VmFlags: rd ex mr mw me",
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 ",
    "Rss:                   0 kB",
    "Referenced:            0 kB",
  ].join("\n");
  const [first, last, ...more] = parseSmaps(text);
  const start = 0x560000000000;
  assert.deepEqual(first, {
    ...{ start, end: start + 0x4000, name: "/usr/bin/a program" },
    ...{ residentBytes: 12 * KIB, swapBytes: 4 * KIB, referencedBytes: 8 * KIB, uncertainBytes: 0 },
  });
  assert.equal(last.residentBytes, 0);
  assert.deepEqual(more, []);
});

/** A window in which mappings at 0, 100 MiB, ... had so many referenced MiB. */
function windowOf(...referenced: number[]): TruthWindow {
  const mappings = referenced.map((mib, i) => {
    const start = i * 100 * MIB;
    return {
      start,
      end: start + 50 * MIB,
      name: "",
      residentBytes: 50 * MIB,
      swapBytes: 0,
      referencedBytes: mib * MIB,
      uncertainBytes: 0,
    };
  });
  const referencedBytes = referenced.reduce((sum, mib) => sum + mib * MIB, 0);
  return { seconds: 1, residentBytes: 50 * MIB * referenced.length, referencedBytes, uncertainBytes: 0, mappings };
}

Deno.test("steadyMappings keeps what was accessed in every window, with the least of it", () => {
  const steady = steadyMappings([windowOf(10, 3, 0), windowOf(8, 0, 2), windowOf(9, 1, 2)]);
  assert.deepEqual(steady.map(({ start, referencedBytes }) => [start, referencedBytes]), [[0, 8 * MIB]]);
  // What others may have accessed is not sure.
  const doubtful = windowOf(10);
  doubtful.mappings[0].uncertainBytes = 7 * MIB;
  assert.equal(steadyMappings([doubtful, windowOf(9)])[0].referencedBytes, 3 * MIB);
});

Deno.test("spreadOf weights by time", () => {
  const sets = [{ ns: 1, bytes: 100 }, { ns: 8, bytes: 10 }, { ns: 1, bytes: 0 }];
  assert.deepEqual(spreadOf(sets), { mean: 18, median: 10, largest: 100 });
  assert.ok(Number.isNaN(spreadOf([]).mean));
});

const TRUTHS = [windowOf(99, 1), windowOf(97, 3)];

function rowOf(recorded: Partial<Recorded>): Row {
  const steady = steadyMappings(TRUTHS);
  const all = { mean: 100 * MIB, median: 100 * MIB, largest: 110 * MIB, error: undefined, unseen: [] };
  return {
    ...{ program: "a", setting: "b", limit: 0.1, truths: TRUTHS, steady },
    recorded: { ...all, cpu: 0.02, budget: 0.02, snapshots: 9, ...recorded },
  };
}

Deno.test("missesOf names each goal that a record misses, and none of one that misses none", () => {
  assert.equal(trueBytesOf(rowOf({})), 100 * MIB);
  assert.deepEqual(missesOf(rowOf({ mean: 91 * MIB })), []);
  assert.deepEqual(missesOf(rowOf({ mean: 89 * MIB })), ["working set -11 %"]);
  assert.deepEqual(missesOf(rowOf({ mean: 111 * MIB })), ["working set +11 %"]);
  assert.deepEqual(missesOf(rowOf({ largest: 200 * MIB })), ["largest 2.0x"]);
  assert.deepEqual(missesOf(rowOf({ cpu: 0.0204 })), []);
  assert.deepEqual(missesOf(rowOf({ cpu: 0.0206 })), ["CPU 2.1 %"]);
  // Between what was surely accessed and that with what others may have, nothing is wrong.
  const doubtful = { ...rowOf({}), truths: TRUTHS.map((truth) => ({ ...truth, uncertainBytes: 20 * MIB })) };
  const missesAt = (mean: number) => missesOf({ ...doubtful, recorded: rowOf({ mean: mean * MIB }).recorded });
  assert.deepEqual([71, 73, 109, 111].map(missesAt), [["working set -11 %"], [], [], ["working set +11 %"]]);
  const unseen = steadyMappings(TRUTHS).slice(1);
  assert.equal(unseenShareOf(rowOf({ unseen })), 1 / 98);
  assert.deepEqual(missesOf(rowOf({ unseen })), ["1.0 % unseen"]);
});

Deno.test("missesOf passes no record without a working set", () => {
  const none = { mean: NaN, median: NaN, largest: NaN, cpu: NaN, budget: NaN };
  assert.deepEqual(missesOf(rowOf(none)), ["no working set", "largest NaNx", "CPU NaN %"]);
});

Deno.test("verdictOf fails no record by a truth that moved itself", () => {
  assert.equal(verdictOf(rowOf({})), "pass");
  assert.equal(verdictOf(rowOf({ mean: 50 * MIB })), "fail");
  const moved = { ...rowOf({ mean: 50 * MIB }), truths: [windowOf(110), windowOf(70)] };
  assert.equal(isUnsteady(moved), true);
  assert.equal(verdictOf(moved), "unsteady");
});
