import { AGE_UNKNOWN, type RecordItem, Regions, type Snapshot } from "../damon/mod.ts";
import { FOOTER, mappingsOf, PROCESS_HEADER, recordOf } from "./memory_record.ts";

const MIB = 2 ** 20;
/** Where the regions of {@linkcode smallRecord} lie. */
export const [HEAP, MAPPED, STACK] = [0x5555_0000_0000, 0x7f00_0000_0000, 0x7ffc_0000_0000];

/** Regions as `[start, end, nrAccesses, age]`; without an age it is not known. */
export function agedSnapshot(
  startNs: number,
  endNs: number,
  rows: readonly (readonly [number, number, number, number?])[],
  more: Partial<Snapshot> = {},
): Snapshot {
  const regions = Regions.from(
    rows.map(([start, end, nrAccesses, age]) => ({ start, end, nrAccesses, age: age ?? AGE_UNKNOWN })),
  );
  return { kdamond: 7, targetId: 0n, startNs, endNs, sampleUs: 5000, aggrUs: 100_000, regions, ...more };
}

/** Six seconds of process 42: a heap that is used now and then, a window that climbs through a library, a hot stack. */
export function smallRecord(seconds = 6) {
  const items: (RecordItem | Snapshot)[] = [mappingsOf([
    [HEAP, HEAP + 64 * MIB, "[heap]"],
    [MAPPED, MAPPED + 40 * MIB, ""],
    [MAPPED + 40 * MIB, MAPPED + 80 * MIB, "/usr/lib/libfoo.so.1"],
    [STACK, STACK + 132 * 1024, "[stack]"],
  ])];
  for (let i = 0; i < seconds * 10; i++) {
    const isBusy = i % 20 < 10;
    items.push(agedSnapshot(5e9 + i * 1e8, 5e9 + (i + 1) * 1e8, [
      [HEAP, HEAP + 4 * MIB, isBusy ? 3 : 0, i % 10],
      [HEAP + 4 * MIB, HEAP + 64 * MIB, 0, i],
      ...Array.from({ length: 10 }, (_, part) => {
        const hot = Math.max(0, 20 - 8 * Math.abs(part - i / 6));
        return [MAPPED + part * 8 * MIB, MAPPED + (part + 1) * 8 * MIB, Math.floor(hot), Math.min(i, 12)] as const;
      }),
      [STACK, STACK + 4096, 19, 2 * i],
      [STACK + 4096, STACK + 132 * 1024, 0, i],
    ]));
  }
  items.push({ kind: "footer", footer: FOOTER });
  return recordOf(items, PROCESS_HEADER);
}
