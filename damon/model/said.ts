/** An option, by the library's name or that of {@linkcode DamonOptions}. Each edge names it in its own way. */
export interface NamedOption {
  /** Its name in the library: `maxOverhead`. */
  readonly option: string;
  /** What to give it, in the library's unit. */
  readonly value?: string | number;
}

/** A command of damo, which may be a function of the library as well. */
export interface NamedCommand {
  /** Its name: `record`. */
  readonly command: string;
  /** What it is for, in capitals where the reader puts something else there: `PID`. */
  readonly target?: string;
  /** Its options, by their names in the library. */
  readonly options?: Readonly<Record<string, string | number | true>>;
  /** Further words of a command line. */
  readonly words?: readonly string[];
}

/** Text in which options and commands stand as data, until whoever shows it names them. */
export type Said = string | readonly (string | NamedOption | NamedCommand)[];

/** How options and commands are named: on a command line, or in a program. */
export type Naming = (named: NamedOption | NamedCommand) => string;

/** What an error has to say. */
export interface Failure {
  /** What failed, or the fact that is in the way. */
  readonly what: Said;
  /** Why, where that is something else. */
  readonly why?: Said;
  /** What would help. */
  readonly help?: Said;
}

/** An option in a text. */
export function option(name: string, value?: string | number): NamedOption {
  return { option: name, ...(value !== undefined && { value }) };
}

/** A command in a text. */
export function command(name: string, rest: Omit<NamedCommand, "command"> = {}): NamedCommand {
  return { command: name, ...rest };
}

/**
 * Text with options and commands in it.
 *
 * @example
 * ```ts
 * import { option, said, textOf } from "./said.ts";
 * textOf(said`give it more: ${option("maxOverhead", 0.1)}`); // "give it more: maxOverhead: 0.1"
 * ```
 */
export function said(
  strings: TemplateStringsArray,
  ...values: readonly (Said | number | NamedOption | NamedCommand)[]
): Said {
  return strings.flatMap((text, i) => {
    const value = values[i];
    if (value === undefined) return [text];
    if (typeof value === "number") return [text, String(value)];
    return [text, ...(Array.isArray(value) ? value : [value as string | NamedOption | NamedCommand])];
  });
}

/** The text, with options and commands as `naming` has them; by default as the library does. */
export function textOf(text: Said, naming: Naming = nameInLibrary): string {
  return typeof text === "string" ? text : text.map((part) => typeof part === "string" ? part : naming(part)).join("");
}

/** A failure as one sentence: `what: why; help`. */
export function sentenceOf({ what, why, help }: Failure, naming: Naming = nameInLibrary): string {
  const fact = textOf(what, naming) + (why === undefined ? "" : `: ${textOf(why, naming)}`);
  return help === undefined ? fact : `${fact}; ${textOf(help, naming)}`;
}

/** Commands that are functions of the library too. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  record: "record",
  start: "start",
  stop: "stop",
  tune: "tune",
  status: "status",
  doctor: "diagnoseMachine",
};

/** Options that only the command line has. */
const COMMAND_LINE_ONLY = ["mount", "snapshot", "top", "target", "force"];

/** `monitor: "pages"`, `record(pid, { monitor: "pages" })`; what the library does not have is said to be a command. */
export function nameInLibrary(named: NamedOption | NamedCommand): string {
  if ("option" in named) {
    const { option: name, value } = named;
    if (COMMAND_LINE_ONLY.includes(name)) return `the command line's option ${name}`;
    return value === undefined ? name : `${name}: ${JSON.stringify(value)}`;
  }
  const { command: name, target, options = {}, words = [] } = named;
  const call = FUNCTIONS[name];
  if (call === undefined || words.length > 0) return `the command ${["damo", name, ...words].join(" ")}`;
  const properties = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const inputs = [
    ...(target === undefined ? [] : [/^[A-Z]+$/.test(target) ? target.toLowerCase() : JSON.stringify(target)]),
    ...(properties.length === 0 ? [] : [`{ ${properties.join(", ")} }`]),
  ];
  return `${call}(${inputs.join(", ")})`;
}
