import {
  ANY_ACCESS_PATTERN,
  DEFAULT_INTERVALS,
  type RecordHeader,
  type RecordItem,
  Regions,
  type Scheme,
} from "../damon/mod.ts";
import type { Sample } from "./record_samples.ts";
import { randomOf } from "./random.ts";
import { HEADER } from "./records.ts";

const [PAGE, MIB] = [4096, 1 << 20];
const { sampleUs, aggrUs } = DEFAULT_INTERVALS;

/** Counts the bytes of each region that are anonymous memory. */
const COUNTER: Scheme = {
  action: "stat",
  accessPattern: ANY_ACCESS_PATTERN,
  filters: [{ type: "anon", matching: true, allow: true }],
};

const headerOf = (operations: "vaddr" | "paddr"): RecordHeader => ({
  ...HEADER,
  processes: [],
  kdamonds: [{
    pid: 7,
    index: 0,
    ours: true,
    contexts: [{
      operations,
      intervals: DEFAULT_INTERVALS,
      nrRegions: { min: 10, max: 100 },
      targets: [operations === "vaddr" ? { pid: 42, regions: [] } : { regions: [] }],
      ...(operations === "paddr" && { schemes: [COUNTER] }),
    }],
  }],
});

/** Where a process's memory is: code, heap and stack, far from each other. */
const AREAS = [[0x40_0000, 3 * MIB], [0x5600_0000_0000, 96 * MIB], [0x7ff0_0000_0000, MIB]] as const;

/** Forty seconds of a process: three areas, a hot part that wanders through the heap, and ages that grow with rest. */
export function pythonDamoProcessRecord(): Sample {
  const random = randomOf(7);
  const items: RecordItem[] = [];
  let ages = new Map<number, { hits: number; age: number }>();
  for (let s = 0; s < 400; s++) {
    const hot = (s % 300) / 300;
    const regions = AREAS.flatMap(([from, bytes], area) => {
      const pages = bytes / PAGE;
      const count = area === 1 ? 9 + s % 4 : 2;
      const cuts = Array.from({ length: count - 1 }, (_, i) => Math.round(pages * (i + 0.6 + 0.3 * random()) / count));
      return [0, ...cuts].map((cut, i) => {
        const end = i < cuts.length ? cuts[i] : pages;
        const isHot = area === 1 ? Math.abs((cut + end) / 2 / pages - hot) < 0.15 : area === 2 && s % 7 < 3;
        const nrAccesses = isHot ? 12 + Math.floor(random() * 9) : random() < 0.1 ? 1 + Math.floor(random() * 2) : 0;
        return { start: from + cut * PAGE, end: from + end * PAGE, nrAccesses, age: 0 };
      });
    });
    const next = new Map<number, { hits: number; age: number }>();
    regions.forEach((region, i) => {
      const before = ages.get(i);
      const isSame = before && Math.abs(before.hits - region.nrAccesses) <= 4;
      region.age = isSame ? before.age + 1 : 0;
      next.set(i, { hits: region.nrAccesses, age: region.age });
    });
    ages = next;
    const startNs = 3e9 + s * 1e8;
    items.push({
      kind: "snapshot",
      snapshot: {
        kdamond: 7,
        targetId: 0n,
        startNs,
        endNs: startNs + 1e8,
        sampleUs,
        aggrUs,
        regions: Regions.from(regions),
      },
    });
    if (s % 10 === 9) items.push(...usageAt(startNs + 1e8, s));
  }
  return { header: headerOf("vaddr"), items };
}

/** The same with ages of nothing: the Python damo draws what is older into the time before, again and again. */
export function pythonDamoYoungRecord(): Sample {
  const record = pythonDamoProcessRecord();
  for (const item of record.items) if (item.kind === "snapshot") item.snapshot.regions.age.fill(0);
  return record;
}

/** The heap of {@linkcode pythonDamoProcessRecord}. */
export const PYTHON_DAMO_HEAP = { start: AREAS[1][0], end: AREAS[1][0] + AREAS[1][1] };

function usageAt(timeNs: number, s: number): RecordItem[] {
  const rest = { timeNs, swapBytes: 0, majorFaults: 0, minorFaults: 0 };
  const residentBytes = (50 + Math.round(30 * Math.sin(s / 40))) * MIB;
  return [
    { kind: "usage", usage: { pid: 42, virtualBytes: (200 + Math.floor(s / 100) * 8) * MIB, residentBytes, ...rest } },
    { kind: "usage", usage: { pid: 0, residentBytes: 3000 * MIB + residentBytes * 2, ...rest } },
  ];
}

/** One look at physical memory, by a scheme that counts the bytes of each region that passed its filters. */
export function pythonDamoMachineRecord(): Sample {
  const random = randomOf(11);
  let page = 2 ** 18;
  const regions = Array.from({ length: 60 }, (_, i) => {
    const pages = 1 + Math.floor(random() * random() * 90_000);
    const start = page * PAGE;
    page += pages;
    const end = page * PAGE;
    // A hole in the machine's memory.
    if (i === 30) page += 2 ** 17;
    const nrAccesses = random() < 0.3 ? Math.floor(random() * 21) : 0;
    return { start, end, nrAccesses, age: Math.floor(random() * random() * 5000) };
  });
  const passedBytes = Float64Array.from(
    regions,
    ({ start, end }) => PAGE * Math.floor((end - start) / PAGE * Math.max(0, random() - 0.4)),
  );
  return {
    header: headerOf("paddr"),
    items: [{
      kind: "snapshot",
      snapshot: {
        kdamond: 7,
        targetId: 0n,
        startNs: 1.7e18,
        endNs: 1.7e18 + 1e8,
        sampleUs,
        aggrUs,
        regions: Regions.from(regions),
        scheme: { index: 0, passedBytes },
      },
    }],
  };
}
