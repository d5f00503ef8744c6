import assert from "assert";
import { Ajv } from "../ajv.ts";
import { parse } from "yaml";
import { commandLineOf } from "../../cli/control/args_run.ts";
import { checkKdamond, outlineOf } from "../../damon/mod.ts";
import { formatKdamondsJson, formatKdamondsYaml, parseKdamonds } from "../../format/config/kdamonds.ts";
import { kdamondsSchema } from "../../format/config/kdamonds_schema.ts";
import { assertGolden } from "../golden_file.ts";

const dir = new URL("kdamonds/", import.meta.url);

for (const name of ["proactive_reclamation", "memory_tiers", "everything"]) {
  Deno.test(`${name}.yaml is read, and written in every form`, async () => {
    const text = await Deno.readTextFile(new URL(`${name}.yaml`, dir));
    const kdamonds = await parseKdamonds(text, `${name}.yaml`);
    kdamonds.forEach(checkKdamond);
    const forms = [
      ["YAML", await formatKdamondsYaml(kdamonds, { omitDefaults: true })],
      ["YAML, raw", await formatKdamondsYaml(kdamonds, { raw: true })],
      ["Outline", kdamonds.flatMap((kdamond, k) => outlineOf(kdamond, k)).join("\n")],
      ["Options", commandLineOf(kdamonds)],
      ["JSON", formatKdamondsJson(kdamonds)],
    ];
    await assertGolden(`kdamonds/${name}.txt`, forms.map(([title, text]) => `--- ${title}\n${text.trimEnd()}\n`).join("\n"));
  });
}

Deno.test("the schema takes every golden configuration, and points at what is wrong in a broken one", async () => {
  const isValid = new Ajv({ allErrors: true, keywords: ["patternErrorMessage"] }).compile(kdamondsSchema());
  for (const name of ["proactive_reclamation", "memory_tiers", "everything"]) {
    const document = parse(await Deno.readTextFile(new URL(`${name}.yaml`, dir)));
    assert.ok(isValid(document), `${name}: ${JSON.stringify(isValid.errors)}`);
  }
  const broken: [string, string][] = [
    ["kdamonds: []", "/kdamonds"],
    ["kdamonds: [{}]", "/kdamonds/0"],
    ["kdamonds: [{contexts: [{operations: maddr, targets: []}]}]", "/kdamonds/0/contexts/0/operations"],
    ["kdamonds: [{contexts: [{operations: vaddr, targets: [{pid: x}]}]}]", "/kdamonds/0/contexts/0/targets/0/pid"],
    ["kdamonds: [{contexts: [{operations: vaddr, targets: [], shemes: []}]}]", "/kdamonds/0/contexts/0"],
    [
      "kdamonds: [{contexts: [{operations: vaddr, targets: [], schemes: [{action: stat, age: 60}]}]}]",
      "/kdamonds/0/contexts/0/schemes/0/age",
    ],
  ];
  for (const [text, place] of broken) {
    assert.equal(isValid(parse(text)), false, text);
    assert.ok(isValid.errors!.some(({ instancePath }) => instancePath === place), JSON.stringify(isValid.errors));
  }
});
