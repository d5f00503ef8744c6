import type { Profile, ProfileFrame, RecordItem } from "../damon/mod.ts";
import { FOOTER, recordOf, snapshotOf } from "./memory_record.ts";

/** Frames of `scan@prog`, and so on. */
export function frames(...names: string[]): ProfileFrame[] {
  return names.map((name) => {
    const [functionName, file] = name.split("@");
    return { function: functionName, file };
  });
}

/** What process 42 ran in the second from `second` on, at 100 Hz. */
export function profileItem(second: number, stacks: [count: number, ...names: string[]][], pid = 42): RecordItem {
  const profile: Profile = {
    startNs: second * 1e9,
    endNs: (second + 1) * 1e9,
    pid,
    hz: 100,
    stacks: stacks.map(([count, ...names]) => ({ count, frames: frames(...names) })),
  };
  return { kind: "profile", profile };
}

/** Process 42 reads a table in each second of even number, which is hot then, and calculates in the others. */
export function profileRecord(seconds = 8) {
  const items: RecordItem[] = [];
  for (let second = 0; second < seconds; second++) {
    const isHot = second % 2 === 0;
    items.push({
      kind: "snapshot",
      snapshot: snapshotOf(second * 1e9, (second + 1) * 1e9, [[0x1000, 0x9000, isHot ? 18 : 0]]),
    });
    items.push(profileItem(
      second,
      isHot
        ? [[70, "scan@prog", "main@prog"], [20, "clear_page@[kernel]", "scan@prog", "main@prog"], [2, "@libx.so"]]
        : [[95, "sum@prog", "main@prog"]],
    ));
  }
  const footer = { ...FOOTER, endNs: seconds * 1e9, profile: { hz: 100, samples: 748, dropped: 3 } };
  return recordOf([...items, { kind: "footer", footer }]);
}
