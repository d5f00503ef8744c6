/** A whole number in decimal digits, never with an exponent: doubles up to 2^64 as the integer that they are. */
export function decimal(value: number): string {
  return value < 1e21 ? (Number.isSafeInteger(value) ? String(value) : BigInt(Math.round(value)).toString()) : "0";
}

/** An address as the kernel has it: 2^64, which "max" reads as, is one more than fits. */
export function decimalU64(value: number): string {
  return value >= 2 ** 64 ? "18446744073709551615" : decimal(value);
}

/** An integer in JSON: as text where a double would not hold it, so that no reader changes it unseen. */
export function jsonInteger(value: bigint): string {
  return BigInt(Number(value)) === value && value <= BigInt(Number.MAX_SAFE_INTEGER) ? String(value) : `"${value}"`;
}
