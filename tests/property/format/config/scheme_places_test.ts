import assert from "assert";
import fc from "../../../fast_check.ts";
import { formatKdamondsJson, formatKdamondsYaml } from "../../../../format/config/kdamonds.ts";
import { schemePlaces } from "../../../../format/config/scheme_places.ts";
import { explainSchemes, formatExplanations } from "../../../../report/mod.ts";
import { arbitraryKdamonds } from "../../../kdamonds.ts";

Deno.test("schemePlaces finds every scheme of any configuration, and its action where it says so", async () => {
  await fc.assert(fc.asyncProperty(arbitraryKdamonds(), fc.boolean(), async (kdamonds, isYaml) => {
    const text = isYaml ? await formatKdamondsYaml(kdamonds) : formatKdamondsJson(kdamonds);
    const lines = text.split("\n");
    const schemes = kdamonds.flatMap(({ contexts }) => contexts.flatMap((context) => context.schemes ?? []));
    const places = await schemePlaces(text, "x");
    assert.equal(places.length, schemes.length, text);
    places.forEach(({ fields }, i) => {
      const { line, column } = fields.get("action")!;
      assert.match(lines[line - 1].slice(column - 1), new RegExp(`^"?action"?: "?${schemes[i].action}\\b`));
    });
  }));
});

Deno.test("explainSchemes has words for any configuration, and says of each scheme once what is the matter with it", () => {
  fc.assert(fc.property(arbitraryKdamonds(), fc.integer({ min: 20, max: 200 }), (kdamonds, width) => {
    const explanations = explainSchemes(kdamonds);
    for (const { sentences, findings } of explanations) {
      assert.ok(
        sentences.every((sentence) => /^[A-Z].*\.$/s.test(sentence) && !/undefined|NaN/.test(sentence)),
        `${sentences}`,
      );
      // The kernel takes all of them.
      assert.ok(findings.every(({ field }) => field !== "scheme"));
    }
    const text = formatExplanations(explanations, { width, colour: false });
    assert.equal(text.split("\n").filter((line) => /^(kdamond|scheme) \d/.test(line)).length, explanations.length);
  }));
});
