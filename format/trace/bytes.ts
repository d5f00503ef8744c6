const [ZERO, NINE, SPACE, TAB, UNDERSCORE] = [48, 57, 32, 9, 95];

/** `0` to `9`. */
export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** A letter of ASCII, a digit or `_`. */
export function isWord(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || byte === UNDERSCORE || isDigit(byte) || (byte >= 65 && byte <= 90);
}

/** A blank or a tab. */
export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** A whole number in decimal digits; -1 where there is anything else, or nothing. */
export function integerIn(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    if (!isDigit(bytes[at])) return -1;
    value = value * 10 + bytes[at] - ZERO;
  }
  return value;
}
