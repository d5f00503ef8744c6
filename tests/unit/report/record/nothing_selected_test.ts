import assert from "assert";
import { ANY_ACCESS_PATTERN } from "../../../../damon/mod.ts";
import {
  foldRecord,
  heatmapOf,
  heatSourceOf,
  idleOf,
  mappingsOf,
  NrRegionsFold,
  type OpenRecord,
  overviewOf,
  profileOf,
  recordPageOf,
  replaySchemes,
  type Selection,
  TimesFold,
  workingSetOf,
} from "../../../../report/mod.ts";
import { FOOTER, mappingsOf as mapped, PROCESS_HEADER, recordOf, snapshotOf } from "../../../memory_record.ts";
import { HEAP, MAPPED, smallRecord, STACK } from "../../../report_records.ts";

const MIB = 2 ** 20;

const named = (open: OpenRecord): OpenRecord => async () => Object.assign(await open(), { name: "redis.arrow" });
const record = named(smallRecord());

/** What each says where nothing of the record is selected. */
const READERS: Record<string, (open: OpenRecord, selection: Selection) => Promise<unknown>> = {
  wss: workingSetOf,
  heatmap: (open, selection) => heatmapOf(...heatSourceOf(open, selection)),
  idle: idleOf,
  mappings: mappingsOf,
  overview: overviewOf,
  html: recordPageOf,
  nr_regions: (open, selection) => foldRecord(open, [new NrRegionsFold(0)], selection),
  times: (open, selection) => foldRecord(open, [new TimesFold()], selection),
  replay: (open, selection) =>
    replaySchemes(open, {
      ...PROCESS_HEADER.kdamonds[0].contexts[0],
      schemes: [{ action: "stat", accessPattern: ANY_ACCESS_PATTERN }],
    }, selection),
};

const CASES: [Selection, string][] = [
  [
    { regionBytes: [100 * MIB, Infinity] },
    "No region of redis.arrow is of 100 MiB or more: its regions are of 4.00 KiB to 60.0 MiB. Choose within that, or leave that filter out",
  ],
  [
    { accessPercent: [96, 99] },
    "No region of redis.arrow was accessed in 96 % to 99 % of samples: its regions were accessed in 0 % to 100 % of samples. " +
    "Choose within that, or leave that filter out",
  ],
  [
    { ageNs: [20e9, Infinity] },
    "No region of redis.arrow has an age of 20 s or more: its regions have ages of 0 ns to 11.8 s. " +
    "Choose within that, or leave that filter out",
  ],
  [
    { temperatures: [[1, 2]], temperatureWeights: [0, 100, 0] },
    "No region of redis.arrow has a temperature of 1 to 2: its regions have temperatures of 0 to 10,000. " +
    "Choose within that, or leave that filter out",
  ],
  [
    { addressRanges: [{ start: MAPPED - 8192, end: MAPPED }] },
    `No region of redis.arrow lies in 0x7effffffe000-0x7f0000000000: its regions lie in 0x${HEAP.toString(16)}-` +
    `0x${(STACK + 132 * 1024).toString(16)}, the nearest are 0x555500400000-0x555504000000 and ` +
    "0x7f0000000000-0x7f0000800000. Choose addresses within those",
  ],
  [
    { mappings: ["libbar", "jit"] },
    'No mapping in redis.arrow that was monitored has "libbar" or "jit" in its name: there are heap, anonymous, libfoo.so.1, ' +
    "stack. Choose one of these, or leave that filter out",
  ],
  [{ target: 3 }, "redis.arrow has no snapshot of target 3: it has kdamond 7 target 0. Choose one of these"],
  [{ kdamond: 9 }, "redis.arrow has no snapshot of kdamond 9: it has kdamond 7 target 0. Choose one of these"],
  [
    { timeRange: { startNs: 7e9, endNs: 9e9 } },
    "No snapshot of redis.arrow lies in 7 to 9 s: it lasts 6 s, counted from its first snapshot. Choose a time within that",
  ],
  [
    { clockRanges: [{ startNs: 5.01e9, endNs: 5.02e9 }] },
    "No snapshot of redis.arrow lies wholly in that time of its clock: its snapshots are of 100 ms each. Choose a longer time",
  ],
  [
    { clockRanges: [{ startNs: 1, endNs: 2 }] },
    "No snapshot of redis.arrow lies in that time of its clock: they lie in 5,000,000,000 to 11,000,000,000 ns. " +
    "Choose a time within that, or count from the record's start",
  ],
  [
    { snapshotRanges: [[60, 70]] },
    "redis.arrow has no snapshot 60 to 70: they count from 0 to 59. Choose one of these",
  ],
  [
    { snapshotBytes: [[0, MIB]] },
    "No snapshot of redis.arrow has 0 B to 1.00 MiB: they have 144 MiB. Ask for a size within that, or leave that filter out",
  ],
  [
    { regionBytes: [9 * MIB, Infinity], accessPercent: [1, 100] },
    "No region of redis.arrow fits all filters at once: of 840 in all snapshots, 60 are of 9.00 MiB or more, " +
    "344 were accessed in 1 % to 100 % of samples. Leave one of them out",
  ],
  [
    { regionBytes: [9 * MIB, Infinity], mappings: ["libfoo"] },
    "No region of redis.arrow fits all filters at once: of 840 in all snapshots, 60 are of 9.00 MiB or more, " +
    "those are not in a mapping named libfoo. Leave one of them out",
  ],
];

for (const [selection, message] of CASES) {
  const what = Object.keys(selection).join(" and ");
  Deno.test(`Every report says what there is where nothing fits by ${what}: ${message.slice(0, 40)}`, async () => {
    for (const [name, read] of Object.entries(READERS)) {
      const error = await read(record, selection).then(() => undefined, (error) => error);
      assert.equal(error?.message, message, name);
      assert.equal(error.name, "RangeError", name);
    }
  });
}

Deno.test("A snapshot in which nothing fits is one with nothing where another has something", async () => {
  const open = named(recordOf([
    mapped([[0, 64 * MIB, "[heap]"]]),
    snapshotOf(0, 1e8, [[0, 4096, 1]]),
    snapshotOf(1e8, 2e8, [[0, 4096, 1], [4096, 2 * MIB, 5]]),
    snapshotOf(2e8, 3e8, []),
    { kind: "footer", footer: FOOTER },
  ]));
  const selection = { regionBytes: [MIB, Infinity] as const };
  for (const [name, read] of Object.entries(READERS)) await assert.doesNotReject(read(open, selection), name);
  const survey = await foldRecord(open, [], selection);
  assert.deepEqual(survey.targets.map(({ snapshots, nrRegions }) => ({ snapshots, nrRegions })), [
    { snapshots: 3, nrRegions: { min: 0, max: 1 } },
  ]);
});

Deno.test("What divides a record, or compares two, takes it that no region fits; the survey has the reason", async () => {
  const selection = { regionBytes: [100 * MIB, Infinity] as const };
  const { survey } = await overviewOf(record, selection, undefined, undefined, true);
  assert.match(survey.nothing!.message, /^No region of redis\.arrow is of 100 MiB or more/);
  assert.equal((await profileOf(record, selection)).samples, 0);
  await assert.rejects(profileOf(record, { ...selection, target: 3 }), /has no snapshot of target 3/);
});

Deno.test("A record without any region is no fault of the filters", async () => {
  const open = named(recordOf([snapshotOf(0, 1e8, []), { kind: "footer", footer: FOOTER }]));
  assert.equal((await foldRecord(open, [], { regionBytes: [MIB, Infinity] })).targets[0].snapshots, 1);
});
