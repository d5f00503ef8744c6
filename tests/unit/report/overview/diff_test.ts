import assert from "assert";
import { shortNamesOf } from "../../../../report/overview/diff.ts";

Deno.test("shortNamesOf tells two files apart, also those of one name", () => {
  const cases: [string, string, string, string][] = [
    ["a.arrow", "b.arrow", "a.arrow", "b.arrow"],
    ["/x/a.arrow", "/y/b.arrow", "a.arrow", "b.arrow"],
    ["A/r.arrow", "B/r.arrow", "A/r.arrow", "B/r.arrow"],
    ["/data/one/out/r.arrow", "/data/two/out/r.arrow", "one/…/r.arrow", "two/…/r.arrow"],
    ["r.arrow", "old/r.arrow", "r.arrow", "old/r.arrow"],
    ["r.arrow", "r.arrow", "r.arrow (1)", "r.arrow (2)"],
    ["x/a-name-that-is-far-too-long.arrow", "y", "…t-is-far-too-long.arrow", "y"],
    [
      "one/a-name-that-is-far-too-long.arrow",
      "two/a-name-that-is-far-too-long.arrow",
      "…t-is-far-too-long.arrow (1)",
      "…t-is-far-too-long.arrow (2)",
    ],
  ];
  for (const [before, after, ...wanted] of cases) assert.deepEqual(shortNamesOf([before, after]), wanted);
});
