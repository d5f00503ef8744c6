import assert from "assert";
import { type RecordItem, Regions } from "../../damon/mod.ts";
import { encodeSample } from "../record_samples.ts";
import { HEADER } from "../records.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/records.md", import.meta.url));

/** Comment and recipe of each in the block of docs/records.md. */
const RECIPES = [.../```jq\n([^]*?)```/.exec(PAGE)![1].matchAll(/^# (.*)\n(.*)$/gm)].map(([, comment, recipe]) => ({
  comment,
  recipe,
}));

const snapshot = (endNs: number, hot: number): RecordItem => ({
  kind: "snapshot",
  snapshot: {
    kdamond: 9,
    targetId: 0n,
    startNs: endNs - 1e8,
    endNs,
    sampleUs: 5000,
    aggrUs: 100_000,
    regions: Regions.from([
      { start: 0x1000, end: 0x3000, nrAccesses: hot, age: 2 },
      { start: 0x3000, end: 0x10_3000, nrAccesses: 0, age: 7 },
    ]),
  },
});

const LINES = await encodeSample({
  header: { ...HEADER, processes: [{ pid: 4, comm: "job", cmdline: [], exe: "" }] },
  items: [
    {
      kind: "mappings",
      mappings: {
        timeNs: 5e9,
        pid: 4,
        mappings: [{ start: 0x1000, end: 0x2000, perms: "rw-p", offset: 0, path: "[heap]" }],
      },
    },
    snapshot(5.1e9, 20),
    snapshot(5.2e9, 5),
    {
      kind: "working_set",
      workingSet: {
        ...{ startNs: 5e9, endNs: 6e9, pid: 4, method: "panel", residentBytes: 90_000, bytes: 8192, errorBytes: 4096 },
        ...{ looks: 20, hits: 2, mappings: [] },
      },
    },
    {
      kind: "footer",
      footer: { endNs: 6e9, reason: "timeout", snapshots: 2, regions: 4, events: 4, received: 4, dropped: 0, torn: 0 },
    },
  ],
}, "jsonl");

/** What each of them prints, by a word of its comment. */
const ANSWERS: Record<string, string[]> = {
  "how many snapshots": ["[2,4]"],
  "each window": ["[4,8192,4096,90000]"],
  "what each snapshot saw accessed": ["[5100000000,8192]", "[5200000000,8192]"],
  "hottest region": [
    '{"start":4096,"end":12288,"nr_accesses":20,"age":2}',
    '{"start":4096,"end":12288,"nr_accesses":5,"age":2}',
  ],
  "half of all samples": ['{"start":4096,"end":12288,"nr_accesses":20,"age":2}'],
  "idle for how many": ["[[7,1048576]]"],
  "seconds since": ["[0.1,2]", "[0.2,2]"],
  "most that a snapshot saw": ["0.0078125"],
  "each target": ["[[9,0,2]]"],
  "where the heap is": ["[5100000000,20]", "[5200000000,5]"],
  "as CSV": [
    "5100000000,4096,12288,20,2",
    "5100000000,12288,1060864,0,7",
    "5200000000,4096,12288,5,2",
    "5200000000,12288,1060864,0,7",
  ],
  "which machine": ['["h","job","2023-11-14T22:13:20Z"]'],
  "why it ended": ['{"reason":"timeout","dropped":0,"torn":0}'],
};

Deno.test("docs/records.md has its recipes for jq", () => assert.equal(RECIPES.length, 13));

for (const { comment, recipe } of RECIPES) {
  Deno.test(`the recipe for jq says ${comment}`, async () => {
    const [, answer] = Object.entries(ANSWERS).find(([word]) => comment.includes(word))!;
    const options = [comment.includes("(jq -s)") ? "-s" : [], comment.includes("(jq -r)") ? "-r" : []].flat();
    const child = new Deno.Command("jq", { args: ["-c", ...options, recipe], stdin: "piped", stdout: "piped" }).spawn();
    await new Blob([LINES as Uint8Array<ArrayBuffer>]).stream().pipeTo(child.stdin);
    const { success, stdout } = await child.output();
    assert.ok(success);
    assert.deepEqual(new TextDecoder().decode(stdout).trimEnd().split("\n"), answer);
  });
}
