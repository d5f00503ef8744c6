import assert from "assert";
import { restsOf } from "../../../../report/idle/rests.ts";

const window = (bytes: number, endNs = 0.95e9) => ({ startNs: 0, endNs, bytes });

Deno.test("restsOf takes the rest of regions in use for idle as long as the window that did not touch it", () => {
  const others = [{ bytes: 5, idleNs: -1e9 }, { bytes: 3, idleNs: 0.2e9 }, { bytes: 50, idleNs: 9e9 }];
  // Of the 10 that were touched, 8 are known: 2 of the 40 may have been touched before this interval.
  assert.deepEqual(restsOf([{ bytes: 10, idleNs: 0 }, { bytes: 30, idleNs: 0 }], others, 0.1e9, window(10)), [
    { bytes: 0.5, idleNs: 0.1e9 },
    { bytes: 9.5, idleNs: 1e9 },
    { bytes: 1.5, idleNs: 0.1e9 },
    { bytes: 28.5, idleNs: 1e9 },
  ]);
});

Deno.test("restsOf knows of no more than the interval where no longer window was measured", () => {
  const rests = [{ bytes: 10, idleNs: 0 }];
  const wanted = [{ bytes: 10, idleNs: 2e9 }];
  assert.deepEqual(restsOf(rests, [], 2e9), wanted);
  assert.deepEqual(restsOf(rests, [], 2e9, window(0)), wanted);
  assert.deepEqual(restsOf(rests, [], 0.1e9, window(20)), [{ bytes: 10, idleNs: 0.1e9 }]);
});
