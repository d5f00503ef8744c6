import { explainScheme } from "../../damon/mod.ts";
import { parseKdamonds } from "../../format/config/kdamonds.ts";
import { wrap } from "../../report/text/wrap.ts";
import { assertGolden } from "../golden_file.ts";

Deno.test("explainScheme says in sentences what schemes of every action, with every field, would do", async () => {
  const name = "schemes/explain.yaml";
  const text = await Deno.readTextFile(new URL(name, import.meta.url));
  const lines = (await parseKdamonds(text, name)).flatMap(({ contexts: [context] }) => [
    `== ${context.operations}`,
    ...context.schemes!.flatMap((scheme, s) => [
      `scheme ${s}`,
      ...explainScheme(scheme, context).flatMap((sentence) => wrap(sentence, 76).map((line, i) => (i ? "    " : "  ") + line)),
    ]),
  ]);
  await assertGolden("schemes/explain.txt", lines.join("\n") + "\n");
});
