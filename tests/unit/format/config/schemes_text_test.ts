import assert from "assert";
import { DEFAULT_INTERVALS, type Scheme } from "../../../../damon/mod.ts";
import { parseSchemesText } from "../../../../format/config/schemes_text.ts";

const parse = (text: string) => parseSchemesText(text, "prcl.txt", DEFAULT_INTERVALS);
const pageout: Scheme = {
  action: "pageout",
  accessPattern: {
    szBytes: { min: 4096, max: 2 ** 64 },
    nrAccesses: { min: 0, max: 0 },
    age: { min: 600, max: 2 ** 64 },
  },
};
const weights = { szPermil: 0, nrAccessesPermil: 30, agePermil: 70 };
const none = { szPermil: 0, nrAccessesPermil: 0, agePermil: 0 };
const watermarks = { metric: "free_mem_rate", intervalUs: 5_000_000, highPermil: 500, midPermil: 400, lowPermil: 200 };

Deno.test("parseSchemesText takes what the getting-started guide has, with comments, in any number of blanks", () => {
  const guide = `
#min-size max-size min-acc max-acc min-age max-age action

4K        max      0       0       60s     max     pageout   # cold
\t2M max 80% 100 100ms 1h HUGEPAGE
`;
  assert.deepEqual(parse(guide), [pageout, {
    action: "hugepage",
    accessPattern: {
      szBytes: { min: 2 ** 21, max: 2 ** 64 },
      nrAccesses: { min: 16, max: 20 },
      age: { min: 1, max: 36_000 },
    },
  }]);
});

Deno.test("parseSchemesText takes 9, 12, 17 and 18 columns", () => {
  const start = "4K max 0 0 60s max pageout";
  const quotas = { timeMs: 0, szBytes: 100 * 2 ** 20, resetIntervalMs: 1000, weights: none, goals: [] };
  const cases: [string, Partial<Scheme>][] = [
    ["100M 1s", { quotas }],
    ["100M 1000 0 30 70", { quotas: { ...quotas, weights } }],
    ["100M 1s 0 30 70 free_mem_rate 5s 500 400 200", { quotas: { ...quotas, weights }, watermarks } as Partial<Scheme>],
    ["10ms 100M 1s 0 30 70 free_mem_rate 5000000 500 400 200", {
      quotas: { ...quotas, timeMs: 10, weights },
      watermarks,
    } as Partial<Scheme>],
    ["0 0 max 0 0 0 none 0 0 0 0", {}],
  ];
  for (const [more, wanted] of cases) assert.deepEqual(parse(`${start} ${more}`), [{ ...pageout, ...wanted }], more);
});

Deno.test("parseSchemesText says line and column of what is wrong", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => parse(text), { name: "SyntaxError", message }, text);
  refused(
    "# x\n\n  4K max 0 0 60s max",
    /^prcl\.txt:3:3: a scheme has 7, 9, 12, 17 or 18 columns \(min-size .*\), not 6$/,
  );
  refused("4K max 0 0 60x max pageout", /^prcl\.txt:1:12: min-age must be a time, as 60s, not "60x"$/);
  refused(
    "4K max 0 0 60s max page_out",
    /^prcl\.txt:1:20: action must be willneed, .*, not "page_out"$/,
  );
  refused("4K max 0 0 60s max pageout 1Q 1s", /:1:28: quota-size must be a size, as 4K, not "1Q"$/);
  refused("4K max 0 0 60s max pageout 1M 1s 0 a 0", /:1:36: weight-acc must be a number, parts of 1000, not "a"$/);
  refused(
    "4K max 0 0 60s max pageout 1M 1s 0 0 0 foo 5s 3 2 1",
    /: wmarks-metric must be none or free_mem_rate, not "foo"$/,
  );
});
