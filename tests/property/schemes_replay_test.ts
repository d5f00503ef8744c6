import assert from "assert";
import fc from "fast-check";
import { ANY_ACCESS_PATTERN, type Scheme } from "../../damon/mod.ts";
import { replaySchemes } from "../../report/mod.ts";
import { mappingsOf, PROCESS_HEADER, recordOf } from "../memory_record.ts";
import { randomOf } from "../random.ts";
import { SAMPLES, simulateDamon } from "../simulated_damon.ts";

const MIB = 1 << 20;
/** 16 MiB in pages. */
const PART = 4096;
const PAGEOUT: Scheme = {
  action: "pageout",
  accessPattern: { ...ANY_ACCESS_PATTERN, nrAccesses: { min: 0, max: 0 }, age: { min: 20, max: 2 ** 64 } },
};

Deno.test("replaySchemes predicts what comes back of three parts that are used in turn, however DAMON's regions lie over their borders", async () => {
  const property = fc.asyncProperty(fc.nat(), fc.constantFrom(0, 512), async (seed, gap) => {
    const firstOf = (part: number) => part * (PART + gap);
    // Each for six seconds; the last to the end.
    const usedAt = (sample: number) => firstOf(Math.min(2, Math.floor(sample / SAMPLES / 60)));
    const items = simulateDamon({
      pages: firstOf(3),
      isAccessed: (page, sample) => page >= usedAt(sample) && page < usedAt(sample) + PART,
      snapshots: 200,
      nrRegions: { min: 10, max: 300 },
      random: randomOf(seed),
    });
    const parts = [0, 1, 2].map((
      part,
    ): [number, number, string] => [firstOf(part), firstOf(part) + PART, `part ${part}`]);
    const mapped = mappingsOf(parts.map(([start, end, path]) => [start * 4096, end * 4096, path]));
    const context = { ...PROCESS_HEADER.kdamonds[0].contexts[0], schemes: [PAGEOUT] };
    const { schemes: [{ returnedBytes, heldBytes }] } = await replaySchemes(
      recordOf([mapped, ...items]),
      context,
      {},
    );
    // Two parts came back, and two others are out.
    assert.ok(Math.abs(returnedBytes - 32 * MIB) < MIB, `${returnedBytes / MIB} MiB came back`);
    assert.ok(Math.abs(heldBytes - 32 * MIB) < MIB, `${heldBytes / MIB} MiB are out`);
  });
  await fc.assert(property, { numRuns: 80 });
});
