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

/** A minute of process 42: a heap of two halves used in turn, a file that is scanned, a cache that is left alone, a stack. */
export function galleryRecord() {
  const [CACHE, FILE] = [0x7e00_0000_0000, 0x7f00_0000_0000];
  const items: (RecordItem | Snapshot)[] = [mappingsOf([
    [HEAP, HEAP + 256 * MIB, "[heap]"],
    [CACHE, CACHE + 192 * MIB, "[anon:cache]"],
    [FILE, FILE + 128 * MIB, "/srv/index.db"],
    [FILE + 128 * MIB, FILE + 130 * MIB, "/usr/lib/x86_64-linux-gnu/libc.so.6"],
    [STACK, STACK + 132 * 1024, "[stack]"],
  ])];
  const wave = (i: number, part: number) => (i * 7 + part * 13) % 10 / 10;
  for (let i = 0; i < 300; i++) {
    const second = i / 5;
    const heap = Array.from({ length: 16 }, (_, part) => {
      const isHot = second < 40 ? (part < 8) === (second % 20 < 10) : Math.abs(part - (second - 40) * 0.8) < 1.5;
      return [
        HEAP + part * 16 * MIB,
        HEAP + (part + 1) * 16 * MIB,
        isHot ? 13 + Math.floor(wave(i, part) * 7) : 0,
        isHot ? 3 : Math.floor(i % 50),
      ] as const;
    });
    const file = Array.from({ length: 16 }, (_, part) => {
      const distance = Math.abs(part - (second % 30) / 30 * 16);
      return [
        FILE + part * 8 * MIB,
        FILE + (part + 1) * 8 * MIB,
        Math.max(0, Math.floor(9 - 5 * distance)),
        Math.floor(Math.min(i, 30)),
      ] as const;
    });
    items.push(agedSnapshot(1e12 + i * 2e8, 1e12 + (i + 1) * 2e8, [
      ...heap,
      [CACHE, CACHE + 64 * MIB, second < 12 ? Math.floor(14 - second) : 0, second < 12 ? 2 : i - 60],
      [CACHE + 64 * MIB, CACHE + 192 * MIB, 0, i],
      ...file,
      [FILE + 128 * MIB, FILE + 130 * MIB, i % 9 === 0 ? 2 : 0, i % 9],
      [STACK, STACK + 8192, 17, i],
      [STACK + 8192, STACK + 132 * 1024, 0, i],
    ], { sampleUs: 10_000, aggrUs: 200_000 }));
  }
  items.push({ kind: "footer", footer: FOOTER });
  return recordOf(items, {
    ...PROCESS_HEADER,
    processes: [{ pid: 42, comm: "indexer", cmdline: ["/opt/indexer", "--serve"], exe: "/opt/indexer" }],
  });
}
