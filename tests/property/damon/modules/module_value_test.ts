import fc from "../../../fast_check.ts";
import assert from "assert";
import { MODULES, parseModuleValue } from "../../../../damon/mod.ts";

const inputs = MODULES.flatMap(({ parameters }) => parameters).filter(({ access }) => access === "input");

Deno.test("parseModuleValue leaves every number within bounds as it is, in the kernel's own unit", () => {
  const numbers = inputs.filter(({ unit }) => unit !== "flag");
  fc.assert(fc.property(fc.constantFrom(...numbers), fc.nat({ max: Number.MAX_SAFE_INTEGER }), (parameter, number) => {
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = parameter;
    // A double has no more digits than these for a time that was multiplied by a thousand and divided again.
    const value = min + number % Math.min(max - min + 1, 1e9);
    assert.equal(parseModuleValue(parameter, String(value)), String(value));
  }));
});
