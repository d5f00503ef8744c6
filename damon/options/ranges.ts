import { type AddressRange, parseBytes } from "../model/mod.ts";

/**
 * Address ranges, as in `4G-6G 0x7f0000000000-0x7f0000100000`, in bytes.
 *
 * @throws {SyntaxError} for another form.
 */
export function parseRanges(text: string): AddressRange[] {
  // A comma between digits and three more is one of thousands.
  return text.split(/\s+|(?<!\d),|,(?!\d{3}(?!\d))/).filter(Boolean).map((range) => {
    const [start, end, ...more] = range.split("-");
    if (end === undefined || more.length) {
      throw new SyntaxError(`${JSON.stringify(range)} is not an address range; use a form like 4G-6G`);
    }
    return { start: parseBytes(start), end: parseBytes(end) };
  });
}
