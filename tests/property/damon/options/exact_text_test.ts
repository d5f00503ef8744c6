import assert from "assert";
import fc from "../../../fast_check.ts";
import {
  exactAccessRate,
  exactAddress,
  exactAge,
  exactBytes,
  exactMs,
  exactRange,
  exactShare,
  exactUs,
  MAX,
  parseAccessRate,
  parseAge,
  parseBytes,
  parseMs,
  parseRanges,
  parseShare,
  parseUsOrMax,
} from "../../../../damon/mod.ts";

/** Every whole number that a double holds and the kernel takes. */
const u64 = fc.oneof(
  fc.nat({ max: 5000 }),
  fc.maxSafeNat(),
  fc.tuple(fc.integer({ min: 2 ** 52, max: 2 ** 53 - 1 }), fc.nat({ max: 10 })).map(([n, shift]) => n * 2 ** shift),
  fc.tuple(fc.nat({ max: 4096 }), fc.nat({ max: 6 })).map(([n, unit]) => Math.min(n * 1024 ** unit, MAX)),
  fc.constant(MAX),
);

Deno.test("exactBytes and exactAddress are read back as exactly the same", () => {
  fc.assert(fc.property(u64, (bytes) => {
    assert.equal(parseBytes(exactBytes(bytes)), bytes);
    assert.equal(parseBytes(exactAddress(bytes)), bytes);
  }));
  fc.assert(fc.property(u64, u64, (start, end) => {
    assert.deepEqual(parseRanges(exactRange({ start, end })), [{ start, end }]);
  }));
  const texts = [0, 1, 5000, 4096, 6.5 * 2 ** 30, 2 ** 63, MAX].map(exactBytes);
  assert.deepEqual(texts, ["0", "1", "5000", "4K", "6656M", "8E", "max"]);
});

Deno.test("exactUs and exactMs are read back as exactly the same", () => {
  const times = fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 2 ** 40 }), fc.nat({ max: 5000 }).map((n) => n * 60e6));
  fc.assert(fc.property(times, (us) => assert.equal(parseUsOrMax(exactUs(us)), us)));
  fc.assert(fc.property(fc.nat({ max: 2 ** 32 - 1 }), (ms) => assert.equal(parseMs(exactMs(ms)), ms)));
  assert.deepEqual([0, 7, 5000, 90e6, 3600e6, MAX].map(exactUs), ["0s", "7us", "5ms", "90s", "1h", "max"]);
  assert.deepEqual([1500, 2 ** 32 - 1].map(exactMs), ["1500ms", "max"]);
});

Deno.test("exactShare is read back as exactly the same, for every share of a whole", () => {
  for (let permil = 0; permil <= 1000; permil++) assert.equal(parseShare(exactShare(permil, 1000)!, 1000), permil);
  for (let bp = 0; bp <= 10_000; bp++) assert.equal(parseShare(exactShare(bp, 10_000)!, 10_000), bp);
});

Deno.test("exactAccessRate is percent where both ends read it back, else a count", () => {
  fc.assert(fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 300 }), (samples, most) => {
    const text = exactAccessRate(samples, most);
    assert.deepEqual(parseAccessRate([text, text], most), { min: samples, max: samples });
  }));
  assert.deepEqual([0, 1, 7, 20, 21, MAX].map((n) => exactAccessRate(n, 20)), [
    "0%",
    "5%",
    "35%",
    "100%",
    "21 samples",
    "max",
  ]);
  assert.deepEqual([exactAccessRate(1, 33), exactAccessRate(3)], ["1 sample", "3 samples"]);
});

Deno.test("exactAge is a time where that is short and both ends read it back, else a count", () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 1e7 }), (age, aggrUs) => {
    const text = exactAge(age, aggrUs);
    assert.deepEqual(parseAge([text, text], aggrUs), { min: age, max: age });
  }));
  assert.deepEqual([0, 3, 600, MAX].map((n) => exactAge(n, 100_000)), ["0s", "300ms", "1m", "max"]);
  assert.deepEqual([exactAge(13, 100_001), exactAge(1)], ["13 intervals", "1 interval"]);
});
