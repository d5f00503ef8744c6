import assert from "assert";
import { Ajv } from "../../../ajv.ts";
import fc from "../../../fast_check.ts";
import { parse } from "yaml";
import { formatKdamondsYaml, parseKdamonds } from "../../../../format/config/kdamonds.ts";
import { kdamondsSchema } from "../../../../format/config/kdamonds_schema.ts";
import { arbitraryKdamonds } from "../../../kdamonds.ts";

type Tree = Record<string | number, unknown>;

/** What may stand somewhere, and mostly should not. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(0, 1, -1, 1.5, 2 ** 60, true, null, [], {}, ["anon"], { min: 1, max: 2 }, { min: 5 }),
  fc.constantFrom(
    "",
    "0",
    "1e3",
    "0x10",
    "0xzz",
    "max",
    "min",
    "5ms",
    "4K",
    "50%",
    "33%",
    "yes",
    "1 interval",
    "5 samples",
  ),
  fc.constantFrom("3..7 samples", "1..2", "7..3", "allow anon", "reject memcg a", "reject memcg /a", "4G-5G", "5G-4G"),
  fc.constantFrom("1/10", "1/0", "10ms, 100M per 1s", "100M, 10ms per 1s", "100M per", "100M per 1s"),
  fc.string({ maxLength: 6 }),
);

function* pathsOf(tree: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (path.length > 0) yield path;
  if (typeof tree !== "object" || tree === null) return;
  for (const key of Object.keys(tree)) yield* pathsOf((tree as Tree)[key], [...path, key]);
}

/** Takes something away, gives a key another name, or puts something odd in its place. */
function spoil(document: Tree, at: number, how: number, value: unknown): void {
  const paths = [...pathsOf(document)];
  const path = paths[at % paths.length];
  const parent = path.slice(0, -1).reduce((tree, key) => tree[key] as Tree, document);
  const last = path.at(-1)!;
  if (how === 0 && Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (how === 0) delete parent[last];
  else if (how === 1 && !Array.isArray(parent)) {
    parent[`${last}s`] = parent[last];
    delete parent[last];
  } else parent[last] = value;
}

/** What a schema of one key at a time cannot say. */
const BEYOND =
  /: (?:target must be (?:a share in percent|a time|a whole number)|.*, not .*, which (?:is|holds)|a goal of \w+ has no current)/;

Deno.test("kdamondsSchema takes exactly what parseKdamonds takes, but for what is between numbers", async () => {
  const isValid = new Ajv({ keywords: ["patternErrorMessage"] }).compile(kdamondsSchema());
  const seen = { taken: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      arbitraryKdamonds({ maxLength: 1 }),
      fc.nat(),
      fc.nat({ max: 3 }),
      odd,
      async (kdamonds, at, how, value) => {
        const document = parse(await formatKdamondsYaml(kdamonds)) as Tree;
        spoil(document, at, how, value);
        const text = JSON.stringify(document);
        const error = await parseKdamonds(text, "x.json").then(() => undefined, (error: Error) => error);
        if (error === undefined) {
          assert.ok(isValid(document), `${text}\n${JSON.stringify(isValid.errors)}`);
          seen.taken++;
        } else {
          assert.equal(error.name, "SyntaxError");
          assert.match(error.message, /^x\.json:1:\d+: /);
          if (!BEYOND.test(error.message)) assert.ok(!isValid(document), `${text}\n${error.message}`);
          seen.refused++;
        }
      },
    ),
    { numRuns: 500 },
  );
  assert.ok(seen.taken > 50 && seen.refused > 50, JSON.stringify(seen));
});
