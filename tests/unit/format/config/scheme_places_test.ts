import assert from "assert";
import { schemePlaces } from "../../../../format/config/scheme_places.ts";

/** `field line:column` of each scheme of a text, the scheme itself first. */
async function places(text: string): Promise<string[][]> {
  return (await schemePlaces(text, "f")).map(({ place, fields }) => [
    `${place.line}:${place.column}`,
    ...[...fields].map(([field, { line, column }]) => `${field} ${line}:${column}`),
  ]);
}

Deno.test("schemePlaces finds columns of lines of text, whose comments and blanks do not count", async () => {
  const [scheme, other] = await places(
    "# what\n\n  4K  max 0 0 60s max pageout\n4K max 0 0 1s max cold 1M 1s # small\n",
  );
  assert.deepEqual(scheme.slice(0, 3), ["3:3", "size 3:3", "max-size 3:7"]);
  assert.ok(scheme.includes("access_rate 3:11") && scheme.includes("age 3:15") && scheme.includes("action 3:23"));
  assert.ok(other[0] === "4:1" && other.includes("quota 4:24"));
});

Deno.test("schemePlaces finds the keys of YAML, and of a quota the goals: its size is none of the scheme", async () => {
  const text =
    "- action: pageout\n  quota:\n    size: 1M\n    reset: 1s\n    goals: []\n  age: 1s..max\n- {action: stat}\n";
  assert.deepEqual(await places(text), [
    ["1:3", "action 1:3", "quota 2:3", "goals 5:5", "age 6:3"],
    ["7:3", "action 7:4"],
  ]);
});

Deno.test("schemePlaces finds the schemes of whole kdamonds, in our words and the Python damo's, in their order", async () => {
  const ours =
    "kdamonds:\n- contexts:\n  - schemes:\n    - action: stat\n    - action: cold\n- contexts:\n  - schemes:\n    - action: pageout\n";
  assert.deepEqual((await places(ours)).map(([at]) => at), ["4:7", "5:7", "8:7"]);
  const peer = '{"kdamonds": [{"contexts": [{"schemes": [\n {"action": "stat", "access_pattern": {"age": {}}}]}]}]}';
  assert.deepEqual(await places(peer), [["2:2", "action 2:3", "access_pattern 2:21", "age 2:40"]]);
});
