import assert from "assert";
import { functionNameOf, type RecordItem } from "../../../../damon/mod.ts";
import { formatFolded, formatTable, profileOf, profileTable } from "../../../../report/mod.ts";
import { mappingsOf, PROCESS_HEADER, recordOf, snapshotOf } from "../../../memory_record.ts";
import { profileItem, profileRecord } from "../../../profile_samples.ts";

Deno.test("functionNameOf takes C++'s and Rust's names apart, and leaves all others", () => {
  const names: Record<string, string> = {
    main: "main",
    _ZN4core3fmt5Write9write_fmt17h0123456789abcdefE: "core::fmt::Write::write_fmt",
    _ZN2v88internal4Heap14CollectGarbageEv: "v8::internal::Heap::CollectGarbage",
    _Z4scanPcl: "scan",
    _ZNSt6vectorIiSaIiEE9push_backEOi: "std::vector::push_back",
    _ZN3FooC2Ev: "Foo::Foo",
    _ZN3FooD0Ev: "Foo::~Foo",
    _ZNK3Map4findIN2ns3KeyEEEbRKT_: "Map::find",
    "_ZN50_$LT$T$u20$as$u20$core..convert..Into$LT$U$GT$$GT$4into17h0123456789abcdefE":
      "<T as core::convert::Into<U>>::into",
    _Z: "_Z",
    _ZN9shortE: "_ZN9shortE",
    "memcpy@plt": "memcpy@plt",
  };
  for (const [symbol, name] of Object.entries(names)) assert.equal(functionNameOf(symbol), name, symbol);
});

Deno.test("profileOf counts all samples of all snapshots without a filter", async () => {
  const { samples, otherwise, isFiltered, hz, uses } = await profileOf(profileRecord());
  assert.deepEqual([samples, otherwise, isFiltered, hz], [4 * 92 + 4 * 95, 0, false, 100]);
  const of = (name: string) => uses.find(({ frames }) => frames[0].function === name)!;
  assert.deepEqual([of("sum").own, of("sum").total], [380, 380]);
  assert.deepEqual([of("scan").own, of("scan").total], [280, 360]);
  assert.deepEqual([of("main").own, of("main").total], [0, 740]);
  assert.deepEqual(uses[0].frames, [{ function: "sum", file: "prog" }]);
});

Deno.test("profileOf parts the time by whether a region fits the filters", async () => {
  const { samples, otherwise, selectedNs, uses } = await profileOf(profileRecord(), { accessPercent: [50, 100] });
  assert.deepEqual([samples, otherwise, selectedNs], [4 * 92, 4 * 95, 4e9]);
  const [first] = uses;
  assert.deepEqual([first.frames[0].function, first.own, first.ownOtherwise], ["scan", 280, 0]);
  const sum = uses.find(({ frames }) => frames[0].function === "sum")!;
  assert.deepEqual([sum.own, sum.ownOtherwise], [0, 380]);
  // Seconds 0, 2, 4 and 6 of 8 bins: the others have no samples.
  assert.deepEqual(first.overTime.map((share) => share !== undefined), [true, false, true, false, true, false, true]);
});

Deno.test("profileOf leaves out what is not in the selected time, and keeps to processes and targets", async () => {
  const { samples } = await profileOf(profileRecord(), { timeRange: { startNs: 2e9, endNs: 4e9 } });
  assert.equal(samples, 92 + 95);
  const other: RecordItem[] = [
    { kind: "snapshot", snapshot: snapshotOf(0, 1e9, [[0, 4096, 5]]) },
    profileItem(0, [[3, "a@x"]]),
    profileItem(0, [[4, "b@y"]], 43),
  ];
  assert.equal((await profileOf(recordOf(other))).samples, 3);
  const physical = {
    ...PROCESS_HEADER,
    kdamonds: PROCESS_HEADER.kdamonds.map((one) => ({
      ...one,
      contexts: one.contexts.map((context) => ({
        ...context,
        operations: "paddr" as const,
        targets: [{ regions: [] }],
      })),
    })),
  };
  assert.equal((await profileOf(recordOf(other, physical))).samples, 7);
});

Deno.test("profileOf joins a profile with snapshots of its time that come after it", async () => {
  const at = (targetId: bigint, nrAccesses: number): RecordItem => ({
    kind: "snapshot",
    snapshot: snapshotOf(0, 1e9, [[0, 4096, nrAccesses]], { targetId }),
  });
  const two = {
    ...PROCESS_HEADER,
    kdamonds: PROCESS_HEADER.kdamonds.map((one) => ({
      ...one,
      contexts: one.contexts.map((context) => ({
        ...context,
        targets: [{ pid: 42, regions: [] }, { pid: 43, regions: [] }],
      })),
    })),
  };
  const record = recordOf([
    mappingsOf([[0, 4096, "[heap]"]]),
    at(0n, 0),
    profileItem(0, [[3, "a@x"]]),
    profileItem(0, [[4, "b@y"]], 43),
    at(1n, 20),
  ], two);
  const { uses, samples, otherwise } = await profileOf(record, { accessPercent: [50, 100] });
  assert.deepEqual([samples, otherwise, uses[0].frames[0].function], [4, 3, "b"]);
});

Deno.test("profileOf stays small over a record of many profiles of which few are selected", async () => {
  async function* items(): AsyncGenerator<RecordItem> {
    for (let second = 0; second < 20_000; second++) {
      yield { kind: "snapshot", snapshot: snapshotOf(second * 1e9, (second + 1) * 1e9, [[0, 4096, 1]]) };
      yield profileItem(second, [[1, "a@x"]]);
    }
  }
  const open = () =>
    Promise.resolve({ header: PROCESS_HEADER, incomplete: undefined, items, async [Symbol.asyncDispose]() {} });
  assert.equal((await profileOf(open)).samples, 20_000);
  assert.equal((await profileOf(open, { timeRange: { startNs: 0, endNs: 5e9 } })).samples, 5);
});

Deno.test("profileTable divides by file and by stack, and says what is left out", async () => {
  const files = profileTable(await profileOf(profileRecord(), {}, "file"));
  assert.deepEqual(files.rows.map((row) => [row[5], row[7]]), [["prog", 660], ["[kernel]", 80], ["libx.so", 8]]);
  const stacks = profileTable(await profileOf(profileRecord(), {}, "stack"), 1);
  assert.equal(stacks.rows.length, 1);
  assert.equal(stacks.rows[0][4], "sum < main");
  const text = formatTable(stacks, { width: 80, colour: false });
  assert.match(text, /3 more with less are not shown/);
  assert.match(text, /Lost: 3 samples/);
});

Deno.test("formatFolded writes what draws flame graphs: outermost first, and the count", async () => {
  const text = formatFolded(await profileOf(profileRecord(), {}, "stack"));
  assert.deepEqual(text.split("\n"), [
    "main;sum 380",
    "main;scan 280",
    "main;scan;clear_page 80",
    "(no symbols: libx.so) 8",
    "",
  ]);
});
