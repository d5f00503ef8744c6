import assert from "assert";
import { IDLE_CLASSES, MemoryClassesFold } from "../../../../report/idle/memory_classes.ts";
import { idleBarsOf } from "../../../../report/idle/page_idle.ts";
import type { WorkingSetSample } from "../../../../report/working_set/working_set.ts";

const MIB = 2 ** 20;

/** Two seconds in a bin each, with so many MiB in each class of idle time. */
function classesOf(...mib: number[]): MemoryClassesFold {
  const classes = new MemoryClassesFold(4);
  for (let second = 0; second < 2; second++) {
    classes.time.spread(second * 1e9, (second + 1) * 1e9, (bin, ns) => {
      classes.ns[bin] += ns;
      mib.forEach((size, at) => classes.idle[at][bin] += size * MIB * ns);
    });
  }
  return classes;
}

const windowOf = (second: number, mib: number, residentMib?: number): WorkingSetSample => ({
  ...{ startNs: second * 1e9, endNs: (second + 1) * 1e9, bytes: mib * MIB, lowBytes: 0, highBytes: 0, variance: 0 },
  ...(residentMib !== undefined && { residentBytes: residentMib * MIB }),
});

/** Mean MiB of each label. */
function meansOf({ bars }: ReturnType<typeof idleBarsOf>): Record<string, number> {
  const groups = Map.groupBy(bars, ({ label }) => label);
  return Object.fromEntries(Array.from(groups, ([label, all]) => {
    const ns = all.reduce((sum, bar) => sum + bar.ns, 0);
    return [label, all.reduce((sum, bar) => sum + bar.bytes * bar.ns, 0) / ns / MIB];
  }));
}

Deno.test("idleBarsOf shows the working set, and what is idle for longer than its window: all that is resident", () => {
  // Accessed in a snapshot 5, idle for up to a second 30, for longer 50 and 15.
  const samples = [windowOf(0, 12, 100), windowOf(1, 8, 100)];
  const found = idleBarsOf({ samples, wantedNs: 1e9 }, classesOf(5, 30, 50, 15));
  // Of 35 that snapshots take for used or idle for less than a second, the windows saw 10 used.
  assert.deepEqual(meansOf(found), {
    "working set of 1 s": 10,
    "1 s or more, not told": 25,
    [IDLE_CLASSES[2]]: 50,
    [IDLE_CLASSES[3]]: 15,
    [IDLE_CLASSES[4]]: 0,
    [IDLE_CLASSES[5]]: 0,
    [IDLE_CLASSES[6]]: 0,
  });
  assert.equal(found.labels[0], "working set of 1 s");
});

Deno.test("idleBarsOf counts memory that several processes share once, as the windows do", () => {
  const found = idleBarsOf(
    { samples: [windowOf(0, 10, 50), windowOf(1, 10, 50)], wantedNs: 1e9 },
    classesOf(20, 0, 80),
  );
  const means = meansOf(found);
  assert.equal(means[IDLE_CLASSES[2]], 40);
  assert.equal(Object.values(means).reduce((sum, mib) => sum + mib), 50);
});

Deno.test("idleBarsOf has no more in the working set than there is, and takes all that is watched where that is not told", () => {
  const found = idleBarsOf({ samples: [windowOf(0, 70), windowOf(1, 70)], wantedNs: 1e9 }, classesOf(20, 10, 70));
  assert.deepEqual(meansOf(found)["working set of 1 s"], 70);
  assert.equal(meansOf(found)[IDLE_CLASSES[2]], 30);
});
