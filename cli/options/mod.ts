/**
 * Options as data: the tables that parsing, help and completions are made of.
 *
 * @module
 */
export { CONTROL_OPTIONS, type ControlOptions, INTERFACE_OPTION, MOUNT_OPTION } from "./control_options.ts";
export {
  DAMON_OPTIONS,
  DAMON_POINTERS,
  type ParsedDamonOptions,
  SNAPSHOT_FILTER_OPTION,
} from "./damon_option_table.ts";
export { INPUT_OPTION, RECORD_FORMAT_OPTIONS } from "./record_format_options.ts";
export {
  type CommandContext,
  type CommandNode,
  type CommandRun,
  type CommandTable,
  defineCommand,
  group,
  type OptionsOf,
  wired,
} from "./command_table.ts";
export {
  type ArgumentSpec,
  type ArgumentTable,
  count,
  defaultsOf,
  defineOptions,
  flagsOf,
  type OptionGroup,
  type OptionSpec,
  type OptionTable,
  type ParsedArguments,
  type ParsedOptions,
  WORD_SEPARATOR,
} from "./option_table.ts";
