import assert from "assert";
import { addressAt, endAddressAt, offsetsWithin, piecesOf } from "../../../../report/record/pieces.ts";

const pieces = piecesOf([{ start: 100, end: 110 }, { start: 1000, end: 1030 }, { start: 5000, end: 5001 }]);

Deno.test("piecesOf lays ranges one after the other", () => {
  assert.deepEqual(pieces.map(({ offset }) => offset), [0, 10, 40]);
});

Deno.test("addressAt and endAddressAt tell the address at an offset, at the border of two pieces each its own", () => {
  assert.deepEqual([0, 9, 10, 39, 40].map((at) => addressAt(pieces, at)), [100, 109, 1000, 1029, 5000]);
  assert.deepEqual([1, 10, 11, 40, 41].map((at) => endAddressAt(pieces, at)), [101, 110, 1001, 1030, 5001]);
});

Deno.test("offsetsWithin gives what of a range lies in the pieces", () => {
  const within = (start: number, end: number) =>
    [...offsetsWithin(pieces, { start, end })].map((o) => [o.start, o.end]);
  assert.deepEqual(within(0, 100), []);
  assert.deepEqual(within(105, 1010), [[5, 10], [10, 20]]);
  assert.deepEqual(within(0, 9999), [[0, 10], [10, 40], [40, 41]]);
  assert.deepEqual(within(1020, 1020), []);
});
