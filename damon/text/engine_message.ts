/** How messages of V8 and of the libraries begin or read that are about their own insides. */
const ENGINE = new RegExp(
  [
    "is not a function",
    "is not iterable",
    "is not a constructor",
    "is not defined",
    "is not an object",
    "Cannot (?:read|set) propert",
    "Cannot destructure",
    "Cannot access '",
    "Cannot assign to",
    "Cannot mix BigInt",
    "Cannot convert ",
    "cannot be converted to a BigInt",
    "^Invalid (?:array|typed array|string|array buffer) length",
    "^Invalid (?:DataView|count value|time value|date|array index)",
    "^Array buffer allocation failed",
    "^Maximum call stack",
    "^[Oo]ut of memory",
    "^Offset is outside the bounds",
    "^offset is out of bounds",
    "^start offset ",
    "^Start offset ",
    "^byte length of ",
    "^toString\\(\\) radix",
    "^precision ",
    "^Reduce of empty",
    "^Map maximum size",
    "^Set maximum size",
    "^Assignment to constant",
    "^Unexpected (?:token|end of|non-whitespace|number|string|identifier)",
    "^Expected .* in JSON",
    "^(?:Bad|Unterminated|No number after|Exponent part|Duplicate|Expected property).* JSON",
    "in JSON at position",
    "^Invalid (?:regular expression|code point)",
    "^The encoded data was not valid",
    "^Method .* called on incompatible",
    "^Converting circular",
    "of undefined$",
    "of null$",
  ].join("|"),
);

/** Whether an error's words are those of JavaScript's engine and no person's. */
export function isEngineMessage(message: string): boolean {
  return ENGINE.test(message);
}
