/** Options of one subject, which `damo help GROUP` explains. What has none is the command's own. */
export type OptionGroup = "filters" | "output" | "damon";

/** How many of the words that follow an option are its values. */
export type WordCount = number | ((rest: readonly string[]) => number);

/** One option: all that parsing, types, help, completions and the manual page need to know of it. */
export interface OptionSpec {
  /** One letter: `i` for `-i`. */
  short?: string;
  /** What its value is called in help, as in `file`; an option without a value is a flag. */
  value?: string;
  /** Set where the value may be left out. */
  optional?: true;
  /** The words of one occurrence at most; one where absent. Infinity: all up to the next option. */
  words?: WordCount;
  /** It may come several times: all values in one array, or an array for each time. */
  many?: true | "occurrences";
  /** One quoted word may hold all words of an occurrence, parted by blanks. */
  quoted?: true;
  /** What a shell offers for the value. */
  kind?: "file" | "folder" | "target";
  choices?: readonly string[];
  /** Text of one word → its value. A SyntaxError that it throws gets the option's name. */
  parse?: (text: string) => unknown;
  default?: unknown;
  /** It must be given. */
  mandatory?: true;
  /** The default in words, where it is not what one would type, or only what the command does without a value. */
  defaultText?: string;
  /** Values that it gives other options. */
  implies?: Readonly<Record<string, unknown>>;
  group?: OptionGroup;
  /** A heading within the group. */
  heading?: string;
  /** Taken, but shown nowhere. */
  hidden?: true;
  /** The option that it is another name of. */
  alias?: string;
  help?: string;
}

/** The options of a command by their names, which are written with underscores. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** One argument of a command. */
export interface ArgumentSpec {
  /** Set where it may be left out. */
  optional?: true;
  /** All words that are left. */
  many?: true;
  default?: string;
  choices?: readonly string[];
  kind?: OptionSpec["kind"];
  help: string;
}

/** The arguments of a command by their names, in their order. */
export type ArgumentTable = Readonly<Record<string, ArgumentSpec>>;

type Word<S> = S extends { parse: (text: string) => infer T } ? T
  : S extends { choices: readonly (infer C)[] } ? C
  : string;

type ValueOf<S> = S extends { value: string }
  ? S extends { many: "occurrences" } ? Word<S>[][] : S extends { many: true } ? Word<S>[]
  : S extends { optional: true } ? Word<S> | true
  : Word<S>
  : true;

/** Options that have a value in any case. */
type Given = { default: unknown } | { mandatory: true };

/** What a table's options are once they are parsed. */
export type ParsedOptions<T extends OptionTable> =
  & { -readonly [K in keyof T as T[K] extends Given ? K : never]: ValueOf<T[K]> }
  & { -readonly [K in keyof T as T[K] extends Given ? never : K]?: ValueOf<T[K]> | undefined };

/** What a table's arguments are once they are parsed. */
export type ParsedArguments<T extends ArgumentTable> = {
  -readonly [K in keyof T]: T[K] extends { many: true } ? string[]
    : T[K] extends { choices: readonly (infer C)[] } ? C
    : T[K] extends { optional: true } ? string | undefined
    : string;
};

/** A table as it is written down, with the types of its values. */
export function defineOptions<const T extends OptionTable>(table: T): T {
  return table;
}

/** What the options are where none is given. */
export function defaultsOf<T extends OptionTable>(table: T): ParsedOptions<T> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, spec]): [string, unknown][] =>
      spec.default === undefined ? [] : [[name, spec.default]]
    ),
  ) as ParsedOptions<T>;
}

/** Parts the words of one occurrence in the value that the option parser sees. */
export const WORD_SEPARATOR = "\x1f";

/** An option as in `-o, --out <file>`, `--time_range <start> <end>` or `--input <files...>`. */
export function flagsOf(name: string, { short, value, words = 1, optional }: OptionSpec): string {
  const names = `${short === undefined ? "" : `-${short}, `}--${name}`;
  if (value === undefined) return names;
  if (optional) return `${names} [${value}]`;
  if (words === 1) return `${names} <${value}>`;
  const several = value.split(" ").map((word) => `<${word}>`).join(" ");
  return `${names} ${words === value.split(" ").length ? several : `${several.slice(0, -1)}...>`}`;
}

/** A whole number. */
export const count = (text: string) => {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a count`);
  return Number(text);
};
