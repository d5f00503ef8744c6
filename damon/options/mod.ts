/**
 * Words of options and files as values of the model.
 *
 * @module
 */
export {
  exactAccessRate,
  exactAddress,
  exactAge,
  exactBytes,
  exactMs,
  exactRange,
  exactShare,
  exactUs,
} from "./exact_text.ts";
export { filtersOf } from "./filter_options.ts";
export { filterWords, goalTarget, goalWords } from "./filter_words.ts";
export { optionsOf } from "./of.ts";
export { type DamonOptions, exactly, named, OptionReader } from "./option_reader.ts";
export {
  parseAccessRate,
  parseAge,
  parseCount,
  parseMs,
  parseNumber,
  parseShare,
  parseSizes,
  parseUsOrMax,
  parseYesNo,
  type Words,
} from "./option_words.ts";
export { attributesAsked, kdamondsOf, type OptionSurroundings } from "./options.ts";
export { parseRanges } from "./ranges.ts";
