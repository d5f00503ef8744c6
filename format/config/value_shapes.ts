import { exactBytes, exactMs, exactShare, exactUs, MAX, parseBytes, parseNs, parseShare } from "../../damon/mod.ts";
import { type Scope, type Shape, text } from "./shape.ts";
import { describeNode, errorAt } from "./text_node.ts";

/** What sizes look like, of which patterns are made. */
export const SIZE_TEXT = "(?:0[xX][0-9a-fA-F]+|[0-9][0-9,]*(?:\\.[0-9]+)?\\s?[KMGTPE]?(?:i?B)?)";
/** What times look like. */
export const TIME_TEXT = "(?:(?:[0-9]+(?:\\.[0-9]+)?\\s?(?:ns|us|µs|ms|s|m|h|d)\\s?)+|0)";
/** What shares look like. */
export const PERCENT_TEXT = "[0-9]+(?:\\.[0-9]+)?\\s?%";
/** A pattern of all of a text. */
export const only = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
/** A result of decimals such as 4.35 * 100 is not quite whole where it should be. */
export function whole(value: number, of: string): number {
  const rounded = Math.round(value);
  if (Math.abs(value - rounded) > Math.max(1e-6, rounded * 1e-12)) {
    throw new RangeError(`which is no whole number of ${of}`);
  }
  if (rounded > MAX) throw new RangeError("which is more than the kernel takes");
  return rounded;
}

/** A whole number in digits. */
export function countOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError("which is too large");
  return value;
}

/** A size out of its text. */
export const parseSize = (text: string): number => whole(parseBytes(text), "bytes");
/** All digits, or `max`. */
export const digits = (value: number): string => value === MAX ? "max" : BigInt(value).toString();
/** A size as it is written. */
export const bytesText = (value: number, { raw }: Scope): string => raw ? digits(value) : exactBytes(value);

/** Without quotes, where a number says it. */
const asNumber = (text: string) => Number.isSafeInteger(Number(text)) ? Number(text) : text;

/** A size, bytes. */
export const SIZE: Shape<number> = text({
  need: "a size, as 4K or 1.5G",
  pattern: only(`(?:max|${SIZE_TEXT})`),
  numbers: "integer",
  parse: parseSize,
  format: (value, scope) => asNumber(bytesText(value, scope)),
});

/** A time, whole units of `unit`. */
function time(unit: "us" | "ms"): Shape<number> {
  const scale = unit === "us" ? 1e3 : 1e6;
  // What lasts for ever: the kernel takes no more ms than 32 bits hold.
  const most = unit === "us" ? MAX : 0xffff_ffff;
  return text({
    need: "a time with its unit, as 5ms or 1.5s",
    pattern: only(`(?:max|${TIME_TEXT})`),
    schema: { examples: ["5ms", "100ms", "1.5s", "1m"] },
    parse: (text) => text === "max" ? most : whole(parseNs(text, unit) / scale, unit === "us" ? "µs" : "ms"),
    format: (value, { raw }) =>
      raw ? value === most ? "max" : `${digits(value)}${unit}` : unit === "us" ? exactUs(value) : exactMs(value),
  });
}

/** A time, µs. */
export const US: Shape<number> = time("us");
/** A time, ms. */
export const MS: Shape<number> = time("ms");

/** A share in percent, whole parts of `of`. */
function percent(of: 1000 | 10_000): Shape<number> {
  return text({
    need: "a share in percent, as 25%",
    pattern: only(PERCENT_TEXT),
    parse: (text) => whole(parseShare(text, of), `1/${of}`),
    format: (value) => exactShare(value, of),
  });
}

/** A share in percent, parts of 1000. */
export const PERMIL: Shape<number> = percent(1000);
/** A share in percent, parts of 10,000. */
export const BP: Shape<number> = percent(10_000);

/** A whole number, `least` or more. */
export function count(least = 0): Shape<number> {
  return {
    schema: { type: "integer", minimum: least, maximum: Number.MAX_SAFE_INTEGER },
    read(node, name) {
      const wrong = () =>
        errorAt(
          node,
          `${name} must be a whole number${least > 0 ? `, ${least} or more` : ""}, not ${describeNode(node)}`,
        );
      const value = node.kind === "scalar" ? node.value : undefined;
      if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) throw wrong();
      return value;
    },
    write: (value) => value,
  };
}

const YES = ["yes", "y", "on", "true"];
const NO = ["no", "n", "off", "false"];

/** Yes or no. */
export const FLAG: Shape<boolean> = {
  schema: { anyOf: [{ type: "boolean" }, { enum: [...YES, ...NO] }] },
  read(node, name) {
    if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
    const isWord = (words: readonly string[]) => node.kind === "scalar" && words.includes(node.text);
    if (isWord(YES)) return true;
    if (isWord(NO)) return false;
    throw errorAt(node, `${name} must be true or false, not ${describeNode(node)}`);
  },
  write: (value) => value,
};

/** Any text. */
export const TEXT: Shape<string> = text({ need: "a text", parse: (text) => text, format: (text) => text });

/** A weight: a share in percent, or any number, in proportion to the others. */
export const WEIGHT: Shape<number> = text({
  need: "a share, as 30% or 1",
  pattern: only(`(?:[0-9]+|${PERCENT_TEXT})`),
  numbers: "integer",
  parse: (text) => whole(parseShare(text, 1000), "1/1000"),
  format: (value) => value % 10 === 0 && value <= 1000 ? exactShare(value, 1000) : value,
});

/** A fraction: `1/10`. */
export const FRACTION: Shape<{ num: number; denom: number }> = text({
  need: "a fraction, as 1/10",
  pattern: only("[0-9]+\\s?/\\s?[1-9][0-9]*"),
  parse(text) {
    const [num, denom] = text.split("/").map(countOf);
    return { num, denom };
  },
  format: ({ num, denom }) => `${num}/${denom}`,
});
