import { type CommandTable, type OptionSpec, WORD_SEPARATOR } from "../options/mod.ts";

/**
 * Splits the arguments at the first `--`: what follows is a command to run, taken as it is. Before it, long options may
 * be written with dashes or with underscores (`--time-range`, `--time_range`), as users of the Python damo write them.
 *
 * @example
 * ```ts
 * import { splitArguments } from "./arguments.ts";
 * splitArguments(["record", "--nr-targets=1", "--", "ls", "--all"]);
 * // { args: ["record", "--nr_targets=1"], command: ["ls", "--all"] }
 * ```
 */
export function splitArguments(argv: readonly string[]): { args: string[]; command: string[] | undefined } {
  const at = argv.indexOf("--");
  const args = (at < 0 ? argv : argv.slice(0, at)).map((word) => {
    const found = /^--([a-z0-9][a-z0-9_-]*)(=.*)?$/is.exec(word);
    return found ? `--${found[1].replaceAll("-", "_")}${found[2] ?? ""}` : word;
  });
  return { args, command: at < 0 ? undefined : argv.slice(at + 1) };
}

/** A command whose options tell which words are theirs, and the commands below it. */
interface NamedOptions<N> {
  table: Pick<CommandTable, "name" | "aliases" | "options">;
  children: readonly N[];
  /** The child that is meant where none is named. */
  otherwise?: string;
}

/**
 * Puts the words of each occurrence of an option that takes several into one value, parted by
 * {@linkcode WORD_SEPARATOR}: which belong together is not lost, and what follows is the next argument, such as the target.
 * `path` is the command that the words name, with those above it.
 *
 * @example
 * ```ts
 * import { joinWords } from "./arguments.ts";
 * const table = { name: "cut", summary: "", options: { time_range: { value: "start end", words: 2 } } };
 * joinWords(["--time_range", "1", "2", "a.arrow"], { table, children: [] }).words;
 * // ["--time_range=1\x1f2", "a.arrow"]
 * ```
 */
export function joinWords<N extends NamedOptions<N>>(args: readonly string[], root: N): { words: string[]; path: N[] } {
  const path = [root];
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    const at = path[path.length - 1];
    const option = optionNamed(at, word);
    if (!option) {
      path.push(...at.children.filter(({ table }) => isNameOf(table, word)));
      joined.push(word);
      continue;
    }
    const { name, spec: { value, words = 1, optional } } = option;
    if (value === undefined || words === 1) {
      joined.push(word);
      // Its value is no command's name.
      if (value !== undefined && !optional && i + 1 < args.length) joined.push(args[++i]);
      continue;
    }
    const rest = wordsAfter(args, i);
    const taken = rest.slice(0, typeof words === "number" ? words : words(rest));
    i += taken.length;
    joined.push(taken.length > 0 ? `--${name}=${taken.join(WORD_SEPARATOR)}` : `--${name}`);
  }
  return { words: joined, path };
}

const isNameOf = ({ name, aliases = [] }: Pick<CommandTable, "name" | "aliases">, word: string) =>
  name === word || aliases.includes(word);

/** The option that a word is the name of, without a value in it. */
function optionNamed<N extends NamedOptions<N>>(
  { table: { options = {} }, children, otherwise }: N,
  word: string,
): { name: string; spec: OptionSpec } | undefined {
  if (!/^-[a-z]$|^--\w+$/i.test(word)) return undefined;
  for (const [name, spec] of Object.entries(options)) {
    if (word === `--${name}` || word === `-${spec.short}`) return { name, spec };
  }
  const child = children.find(({ table }) => table.name === otherwise);
  return child && optionNamed(child, word);
}

/** What follows argument `i` until the next option; a negative number is none, nor is `-` alone. */
function wordsAfter(argv: readonly string[], i: number): string[] {
  const rest = argv.slice(i + 1);
  const end = rest.findIndex((word) => /^-(?!\d)./s.test(word));
  return end < 0 ? rest : rest.slice(0, end);
}
