/**
 * Options as data: the tables that parsing, help and completions are made of.
 *
 * @module
 */
export { addControlOptions, type ControlOptions } from "./control_options.ts";
export { count } from "./count_option.ts";
export { OPTION_WORDS, WORD_SEPARATOR } from "./damon_option_table.ts";
export { addDamonOptions, askedKdamonds, damonOptionsOf, type ParsedDamonOptions } from "./damon_options.ts";
export { MOUNT_HELP } from "./mount_help.ts";
export { addressesOption, formatOption } from "./record_format_options.ts";
