import type { ModuleParameter, ModuleUnit } from "./module_parameter.ts";
import { formatBytes, formatNr, formatNs, MAX, parseBytes, parseNs } from "../model/mod.ts";

const YES = /^(y|yes|true|on|1)$/i;
const NO = /^(n|no|false|off|0)$/i;
const NAMES: Partial<Record<ModuleUnit, string>> = {
  us: "µs",
  ms: "ms",
  bytes: "bytes",
  permil: "parts of 1000",
  bp: "parts of 10000",
};

/**
 * What to write into a parameter's file for what a person wrote. Times take units (a bare number is in the kernel's own
 * unit), sizes too, shares may be in percent, flags are `yes` and `no`.
 *
 * @example
 * ```ts
 * import { parseModuleValue } from "./module_value.ts";
 * import { moduleOf, parameterOf } from "./module.ts";
 * parseModuleValue(parameterOf(moduleOf("reclaim"), "min_age")!, "2m"); // "120000000"
 * parseModuleValue(parameterOf(moduleOf("reclaim"), "wmarks_high")!, "50%"); // "500"
 * ```
 *
 * @throws {SyntaxError} for text that is no value of its kind.
 * @throws {RangeError} for a value out of bounds, or one that is no whole number of the kernel's units.
 */
export function parseModuleValue(parameter: ModuleParameter, text: string): string {
  const { name, unit, min = 0, max = MAX } = parameter;
  if (unit === "text") return text;
  if (unit === "flag") {
    if (YES.test(text)) return "Y";
    if (NO.test(text)) return "N";
    throw new SyntaxError(`${name} is yes or no, not ${JSON.stringify(text)}`);
  }
  const value = numberOf(unit, text, name);
  if (!Number.isInteger(value)) {
    throw new RangeError(
      `${name} must be a whole number${NAMES[unit] ? ` of ${NAMES[unit]}` : ""}: ${text} is ${value}`,
    );
  }
  if (value < min || value > max) {
    const bounds = max === MAX ? `${min} or more` : `${min} to ${max}`;
    throw new RangeError(`${name} must be ${bounds}, not ${value}`);
  }
  // 2^64 ("max") is one too large for the kernel's unsigned long.
  return BigInt.asUintN(64, value < MAX ? BigInt(value) : -1n).toString();
}

function numberOf(unit: ModuleUnit, text: string, name: string): number {
  switch (unit) {
    case "us":
      return exact(parseNs(text, "us") / 1e3);
    case "ms":
      return exact(parseNs(text, "ms") / 1e6);
    case "bytes":
    case "address":
      return Math.round(parseBytes(text));
    case "permil":
    case "bp": {
      const found = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
      if (found) return exact(Number(found[1]) * (found[2] ? unit === "bp" ? 100 : 10 : 1));
      throw new SyntaxError(
        `${name} is ${JSON.stringify(text)}; use ${NAMES[unit]}, or percent as in 50%`,
      );
    }
    default:
      if (/^[\d,]+$/.test(text.trim())) return Number(text.trim().replaceAll(",", ""));
      throw new SyntaxError(`${name} is a count, not ${JSON.stringify(text)}`);
  }
}

/** Without the noise of binary fractions: 4.35 % of 10000 would be 434.99999999999994. */
function exact(value: number): number {
  return Number(value.toPrecision(15));
}

/** A parameter's text as the kernel has it, for a person: `2 m`, `128 MiB`, `50 %`, `yes`. */
export function formatModuleValue({ unit }: Pick<ModuleParameter, "unit">, text: string): string {
  if (unit === "flag") return YES.test(text) ? "yes" : "no";
  const value = Number(text);
  if (unit === "text" || unit === "msList" || text === "" || Number.isNaN(value)) return text;
  switch (unit) {
    case "us":
      return value === 0 ? "0" : formatNs(value * 1e3);
    case "ms":
      return value === 0 ? "0" : formatNs(value * 1e6);
    case "bytes":
      return formatBytes(value);
    case "bytesPerSecond":
      return `${formatBytes(value)}/s`;
    case "address":
      return `0x${BigInt(text).toString(16)}`;
    case "permil":
      return `${value / 10} %`;
    case "bp":
      return `${value / 100} %`;
    case "pid":
      return value > 0 ? text : "none";
    default:
      return formatNr(value);
  }
}

/**
 * Checks what a module will be told against what it demands, before anything is written: the kernel takes each value by
 * itself, and fails only when it is turned on, or turns itself off when told to read them.
 *
 * @param values Texts as the kernel has them, by parameter; those that are absent are not looked at.
 * @throws {RangeError} naming the parameters and what they are.
 */
export function checkModuleInputs(values: ReadonlyMap<string, string>): void {
  const refuse = (lower: string, upper: string, sign: "<" | "<=") => {
    const [low, high] = [Number(values.get(lower)), Number(values.get(upper))];
    if (Number.isNaN(low) || Number.isNaN(high) || low < high || (sign === "<=" && low === high)) return;
    throw new RangeError(
      `${lower} (${low}) must be ${sign} ${upper} (${high})`,
    );
  };
  refuse("sample_interval", "aggr_interval", "<=");
  refuse("min_nr_regions", "max_nr_regions", "<=");
  refuse("wmarks_low", "wmarks_mid", "<=");
  refuse("wmarks_mid", "wmarks_high", "<=");
  // Both 0 lets the kernel choose.
  if (values.get("monitor_region_start") !== "0" || values.get("monitor_region_end") !== "0") {
    refuse("monitor_region_start", "monitor_region_end", "<");
  }
}
