import { type DamonModule, parameterOf, parseModuleValue, titleOfModule } from "../../damon/mod.ts";
import { moduleOptions } from "./options.ts";

/**
 * The parameters that options set, with the texts that the kernel takes.
 *
 * @param given Values by an option's name, as they were parsed from the command line.
 * @throws {RangeError} for a wrong number of values, or a value out of bounds; {SyntaxError} for one that does not parse.
 */
export function valuesOf(module: DamonModule, given: Readonly<Record<string, unknown>>): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, parameters, text } of moduleOptions(module)) {
    const raw = given[name];
    if (raw === undefined) continue;
    const texts = text === undefined ? [raw].flat().map(String) : [text];
    if (texts.length !== parameters.length) {
      throw new RangeError(
        `--${name} takes ${parameters.length} values (${parameters.join(", ")}), not ${texts.length}`,
      );
    }
    parameters.forEach((parameter, i) => {
      if (values.has(parameter)) throw new TypeError(`${parameter} is set twice; leave one of the two out`);
      values.set(parameter, parseModuleValue(parameterOf(module, parameter)!, texts[i]));
    });
  }
  return values;
}

/**
 * The parameters of `write PARAM VALUE...`. One that is not known is written as it is.
 *
 * @throws {TypeError} where a value is missing; as {@linkcode valuesOf} for values.
 */
export function pairsOf(module: DamonModule, words: readonly string[]): Map<string, string> {
  if (words.length === 0 || words.length % 2 !== 0) {
    throw new TypeError(
      `Writing to ${titleOfModule(module)} takes pairs of a parameter and a value: ` +
        (words.length === 0 ? "there are none" : `${words.at(-1)} has no value`),
    );
  }
  const values = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) {
    const known = parameterOf(module, words[i]);
    // What has a command of its own, or can only be read, is refused as such, whatever the value.
    const isInput = known?.access === "input";
    values.set(words[i], known && isInput ? parseModuleValue(known, words[i + 1]) : words[i + 1]);
  }
  return values;
}

/** What turns a module on and off, and what makes it read its parameters: known and unknown modules call them so. */
const SWITCHES: Readonly<Record<string, "switch" | "commit">> = {
  enabled: "switch",
  enable: "switch",
  commit_inputs: "commit",
};

/**
 * What `write PARAM VALUE...` asks for. Writing `enabled` or `commit_inputs`, as the Python damo's users do, is enabling,
 * disabling and committing, with the other pairs as what is set.
 *
 * @throws {TypeError} as {@linkcode pairsOf}, and where one is to be written together with what makes no sense.
 */
export function writingOf(
  module: DamonModule,
  words: readonly string[],
): { action: "enable" | "disable" | "commit" | "write"; values: Map<string, string> } {
  const values = pairsOf(module, words);
  const switches = [...values].filter(([name]) => Object.hasOwn(SWITCHES, name));
  if (switches.length === 0) return { action: "write", values };
  if (switches.length > 1) throw new TypeError(`Cannot write ${switches.map(([name]) => name).join(" and ")} at once`);
  const [[name, text]] = switches;
  values.delete(name);
  const isOn = parseModuleValue({ name, access: "switch", unit: "flag", doc: "" }, text) === "Y";
  if (SWITCHES[name] === "commit" && isOn) return { action: "commit", values };
  if (SWITCHES[name] === "switch" && isOn) return { action: "enable", values };
  if (SWITCHES[name] === "switch" && values.size === 0) return { action: "disable", values };
  throw new TypeError(`Cannot write ${text} to ${name} here: it does nothing, or undoes what else is written`);
}
