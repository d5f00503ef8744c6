import {
  ANY_ACCESS_PATTERN,
  type Context,
  NO_QUOTAS,
  type RecordHeader,
  type RecordItem,
  Regions,
  type Scheme,
  type Snapshot,
} from "../damon/mod.ts";
import { FOOTER, mappingsOf, PROCESS_HEADER, recordOf } from "./memory_record.ts";
import { agedSnapshot, HEAP, STACK } from "./report_records.ts";

const MIB = 2 ** 20;
const [BLOCKS, BLOCK] = [16, 16 * MIB];
/** Idle seconds after which a block is paged out. */
const IDLE_S = 5;

const PAGEOUT: Scheme = {
  action: "pageout",
  accessPattern: { ...ANY_ACCESS_PATTERN, nrAccesses: { min: 0, max: 0 }, age: { min: IDLE_S * 10, max: 2 ** 64 } },
  quotas: {
    timeMs: 0,
    szBytes: 48 * MIB,
    resetIntervalMs: 1000,
    weights: { szPermil: 0, nrAccessesPermil: 0, agePermil: 1 },
    goals: [],
  },
};
const HOT: Scheme = {
  action: "hugepage",
  accessPattern: { ...ANY_ACCESS_PATTERN, nrAccesses: { min: 15, max: 2 ** 64 }, age: { min: 10, max: 2 ** 64 } },
};

/** Two schemes for a record of process 42: `pageout` of what was idle for five seconds, `hugepage` of what is hot. */
export const RECLAIM_CONTEXT: Context = {
  ...PROCESS_HEADER.kdamonds[0].contexts[0],
  schemes: [{ ...PAGEOUT, quotas: NO_QUOTAS }, HOT],
};

/** Process 42 under two schemes, as they were recorded. */
export const SCHEMES_HEADER: RecordHeader = {
  ...PROCESS_HEADER,
  kdamonds: [{
    ...PROCESS_HEADER.kdamonds[0],
    contexts: [{ ...PROCESS_HEADER.kdamonds[0].contexts[0], schemes: [PAGEOUT, HOT] }],
  }],
};

/** Whether a block of the heap is in use: a quarter always, two quarters in turns, one quarter at the beginning only. */
function isUsed(block: number, second: number): boolean {
  if (block < 4) return true;
  if (block < 12) return second < 6 || (block < 8 ? second >= 28 && second < 36 : second >= 40 && second < 44);
  return second < 3;
}

/**
 * A minute of process 42, whose heap of 256 MiB is in use in parts, under `pageout` of what was idle for five seconds and
 * `hugepage` of what is hot: with the regions that they acted on, their counters each second, and memory in use.
 *
 * @param isTold Whether the kernel tells whose counts they are; else, as Linux 6.7 to 6.12, of the first scheme only.
 */
export function schemesRecord(isTold = true) {
  const items: (RecordItem | Snapshot)[] = [mappingsOf([
    [HEAP, HEAP + 128 * MIB, "[heap]"],
    [HEAP + 128 * MIB, HEAP + BLOCKS * BLOCK, "[anon:cache]"],
    [STACK, STACK + 132 * 1024, "[stack]"],
  ])];
  const ages = new Array<number>(BLOCKS).fill(0);
  const isOut = new Array<boolean>(BLOCKS).fill(false);
  const counts = [0, 1].map(() => ({ regions: 0, bytes: 0, exceeds: 0 }));
  let [faults, quota] = [12, 0];
  for (let i = 0; i < 600; i++) {
    const [startNs, endNs] = [5e9 + i * 1e8, 5e9 + (i + 1) * 1e8];
    if (i % 10 === 0) quota = 48 * MIB;
    if (i % 10 === 0) items.push(...sampleItems(startNs, isOut.filter(Boolean).length, faults, counts));
    const tried: number[][] = [[], []];
    const rates = ages.map((_, block) => isUsed(block, i / 10) ? 15 + (i * 7 + block * 13) % 5 : 0);
    rates.forEach((rate, block) => {
      ages[block] = (rate > 0) === (isUsed(block, (i - 1) / 10)) ? ages[block] + 1 : 0;
      if (rate > 0 && isOut[block]) {
        isOut[block] = false;
        faults += BLOCK / 4096 / 8;
      }
      if (rate === 0 && ages[block] >= IDLE_S * 10) {
        if (quota >= BLOCK) {
          tried[0].push(block);
          quota -= BLOCK;
        } else counts[0].exceeds++;
      } else if (rate > 0 && ages[block] >= 10 && i % 10 === 3) tried[1].push(block);
    });
    tried.forEach((blocks, scheme) => {
      if (blocks.length === 0) return;
      counts[scheme].regions += blocks.length;
      counts[scheme].bytes += blocks.length * BLOCK;
      const rows = blocks.map((block) => ({
        start: HEAP + block * BLOCK,
        end: HEAP + (block + 1) * BLOCK,
        nrAccesses: rates[block],
        age: ages[block],
      }));
      for (const block of blocks) {
        ages[block] = 0;
        if (scheme === 0) isOut[block] = true;
      }
      const applied = {
        kdamond: 7,
        context: 0,
        startNs: endNs - 2000,
        endNs: endNs - 1000,
        regions: Regions.from(rows),
      };
      items.push({
        kind: "applied",
        applied: { ...applied, ...((isTold || scheme === 0) && { scheme, targetId: 0n }) },
      });
    });
    items.push(agedSnapshot(startNs, endNs, [
      ...rates.map((rate, block) => [HEAP + block * BLOCK, HEAP + (block + 1) * BLOCK, rate, ages[block]] as const),
      [STACK, STACK + 132 * 1024, i % 3, 2],
    ]));
  }
  items.push(...sampleItems(5e9 + 60e9, isOut.filter(Boolean).length, faults, counts));
  items.push({ kind: "footer", footer: { ...FOOTER, snapshots: 600 } });
  return recordOf(items, SCHEMES_HEADER);
}

function sampleItems(
  timeNs: number,
  out: number,
  majorFaults: number,
  counts: readonly { regions: number; bytes: number; exceeds: number }[],
): RecordItem[] {
  const all = 260 * MIB;
  const pressure = { someUs: majorFaults * 90, fullUs: majorFaults * 40 };
  return [
    {
      kind: "usage",
      usage: {
        timeNs,
        pid: 42,
        residentBytes: all - out * BLOCK,
        swapBytes: out * BLOCK,
        majorFaults,
        minorFaults: 70_000,
        pressure,
      },
    },
    {
      kind: "usage",
      usage: {
        timeNs,
        pid: 0,
        residentBytes: 2 ** 33,
        swapBytes: 0,
        majorFaults: 2 * majorFaults,
        minorFaults: 0,
        pressure,
      },
    },
    ...counts.map(({ regions, bytes, exceeds }, scheme): RecordItem => ({
      kind: "scheme_stats",
      counts: {
        timeNs,
        kdamond: 7,
        context: 0,
        scheme,
        stats: { nrTried: regions, szTriedBytes: bytes, nrApplied: regions, szAppliedBytes: bytes, qtExceeds: exceeds },
        effectiveBytes: scheme === 0 ? 48 * MIB : 0,
      },
    })),
  ];
}
