import assert from "assert";
import { type Context, DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type SchemeFacts } from "../../damon/mod.ts";
import { parseSchemes, schemePlaces } from "../../format/mod.ts";
import { explainSchemes, formatExplanations } from "../../report/mod.ts";
import { assertGolden } from "../golden_file.ts";

const FOLDER = new URL("../../schemes/", import.meta.url);

/** A machine that has what schemes can ask for. */
const FACTS: SchemeFacts = {
  swapBytes: 2 ** 30,
  swapFreeBytes: 2 ** 30,
  nodes: [0, 1],
  hasPressure: true,
  monitoredBytes: 2 ** 34,
};

/** What each file is for: processes, the machine's memory, or both. */
const OPERATIONS: Readonly<Record<string, readonly ("vaddr" | "paddr")[]>> = {
  "lru_sort.yaml": ["paddr"],
  "reclaim.yaml": ["vaddr", "paddr"],
  "reclaim_pressure.yaml": ["vaddr", "paddr"],
  "stat.yaml": ["vaddr", "paddr"],
  "thp.yaml": ["vaddr"],
  "two_tier.yaml": ["paddr"],
};

const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();

Deno.test("each of the ready-made schemes can do what it says with the operations that it is for, and nothing is the matter", async () => {
  assert.deepEqual(names, Object.keys(OPERATIONS));
  for (const name of names) {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    const schemes = await parseSchemes(text, name, DEFAULT_INTERVALS);
    for (const operations of OPERATIONS[name]) {
      const targets = operations === "vaddr" ? [{ pid: 1, regions: [] }] : [{ regions: [{ start: 0, end: 2 ** 34 }] }];
      const context: Context = {
        operations,
        intervals: DEFAULT_INTERVALS,
        nrRegions: DEFAULT_NR_REGIONS,
        targets,
        schemes,
      };
      const explanations = explainSchemes([{ contexts: [context] }], await schemePlaces(text, name), () => FACTS);
      assert.deepEqual(explanations.flatMap(({ findings }) => findings), [], `${name}, ${operations}`);
    }
  }
});

Deno.test("formatExplanations of the ready-made schemes", async () => {
  const texts: string[] = [];
  for (const name of names) {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    const context: Context = {
      operations: OPERATIONS[name][0],
      intervals: DEFAULT_INTERVALS,
      nrRegions: DEFAULT_NR_REGIONS,
      targets: [{ regions: [] }],
      schemes: await parseSchemes(text, name, DEFAULT_INTERVALS),
    };
    const explanations = explainSchemes([{ contexts: [context] }], await schemePlaces(text, name), () => FACTS);
    texts.push(formatExplanations(explanations, { width: 80, colour: false }));
  }
  await assertGolden("schemes/ready.txt", texts.join("\n"));
});
