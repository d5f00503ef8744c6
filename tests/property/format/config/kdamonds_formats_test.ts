import assert from "assert";
import { Ajv } from "../../../ajv.ts";
import fc from "../../../fast_check.ts";
import { parse } from "yaml";
import { checkKdamond, kdamondsOf, optionsOf, withoutDefaults } from "../../../../damon/mod.ts";
import { formatKdamondsJson, formatKdamondsYaml, parseKdamonds } from "../../../../format/config/kdamonds.ts";
import { kdamondsSchema } from "../../../../format/config/kdamonds_schema.ts";
import { damonCommandLine } from "../../../damon_command_line.ts";
import { arbitraryKdamonds } from "../../../kdamonds.ts";

const style = fc.record({ raw: fc.boolean(), omitDefaults: fc.boolean() });

Deno.test("arbitraryKdamonds pass every check, and are in their shortest form", () => {
  fc.assert(fc.property(arbitraryKdamonds(), (kdamonds) => {
    kdamonds.forEach(checkKdamond);
    assert.deepEqual(kdamonds.map(withoutDefaults), kdamonds);
  }));
});

Deno.test("parseKdamonds gives back exactly what formatKdamondsYaml wrote, and the schema takes it", async () => {
  const isValid = new Ajv({ keywords: ["patternErrorMessage"] }).compile(kdamondsSchema());
  await fc.assert(fc.asyncProperty(arbitraryKdamonds(), style, async (kdamonds, style) => {
    const text = await formatKdamondsYaml(kdamonds, style);
    assert.deepEqual(await parseKdamonds(text, "x.yaml"), kdamonds, text);
    assert.ok(isValid(parse(text)), `${JSON.stringify(isValid.errors)}\n${text}`);
  }));
});

Deno.test("parseKdamonds gives back exactly what formatKdamondsJson wrote", async () => {
  await fc.assert(fc.asyncProperty(arbitraryKdamonds(), style, async (kdamonds, style) => {
    const text = formatKdamondsJson(kdamonds, style);
    assert.deepEqual(await parseKdamonds(text, "x.json"), kdamonds, text);
    // The bare list is what the Python damo keeps beside a record.
    assert.deepEqual(await parseKdamonds(JSON.stringify(JSON.parse(text).kdamonds), "x.kdamonds"), kdamonds);
  }));
});

Deno.test("kdamondsOf gives back exactly what optionsOf wrote, by way of a command line", () => {
  fc.assert(fc.property(arbitraryKdamonds(), (kdamonds) => {
    const argv = optionsOf(kdamonds).flatMap(([name, ...words]) => [`--${name}`, ...words]);
    assert.deepEqual(kdamondsOf(damonCommandLine(argv).words), kdamonds, argv.join(" "));
  }));
});
