import { type Command, Option } from "@commander-js/extra-typings";
import type { DamonOptions, Kdamond, Scheme } from "../../damon/mod.ts";
import type { Roots } from "../../kernel/machine/mod.ts";
import { DAMON_OPTIONS, type DamonOption, nameOf, OPTION_WORDS, WORD_SEPARATOR } from "./damon_option_table.ts";

/** What commander makes of the options of DAMON's parameters: each occurrence's words. */
export type ParsedDamonOptions = Readonly<Record<string, unknown>>;

/** Adds the options of DAMON's parameters to a command, in the groups of its help. */
export function addDamonOptions<T extends Command>(command: T, groups?: readonly DamonOption["group"][]): T {
  for (const option of DAMON_OPTIONS) {
    const name = nameOf(option);
    // What takes several words arrives as one value: commander must not look for more.
    const parsed = new Option(option.flags.replace("...", ""), option.description).helpGroup(`${option.group}:`);
    if (groups && !groups.includes(option.group)) parsed.hideHelp();
    if (option.words !== 0) {
      parsed.argParser((value: string, before: string[][] | undefined) => [...before ?? [], wordsOf(name, value)]);
    }
    command.addOption(parsed as unknown as Option);
  }
  return command;
}

/** `--damos_age="60s max"` says in one word what else are two. */
function wordsOf(name: string, value: string): string[] {
  const words = value.split(WORD_SEPARATOR);
  return words.length === 1 && OPTION_WORDS.has(name) ? value.trim().split(/\s+/) : words;
}

/** Those of a command's options that are DAMON's parameters. */
export function damonOptionsOf(options: ParsedDamonOptions): DamonOptions {
  return Object.fromEntries(DAMON_OPTIONS.flatMap((option) => {
    const name = nameOf(option);
    const value = options[name];
    if (value === undefined || option.group === "Files") return [];
    return [[name, value === true ? [[]] : value as string[][]]];
  }));
}

/** What a command line asks DAMON to do. */
export interface AskedKdamonds {
  target?: { pid: number } | "paddr";
  /** Whether the ranges that are watched of a process follow its memory where nobody says otherwise. */
  follows?: boolean;
  /** With it, what it has is changed by what is named; without, all is made anew. */
  base?: readonly Kdamond[];
}

/**
 * The kdamonds that options ask for; files that they name are read.
 *
 * @throws {SyntaxError} for text that does not parse, {RangeError} for values that no kernel takes.
 */
export async function askedKdamonds(
  roots: Roots,
  options: ParsedDamonOptions,
  asked: AskedKdamonds,
): Promise<Kdamond[]> {
  const words = damonOptionsOf(options);
  const [file] = lastOf(options.kdamonds);
  if (file !== undefined) {
    const named = Object.keys(words);
    if (named.length > 0 || options.schemes !== undefined || asked.target !== undefined) {
      throw new TypeError(
        `Cannot use --kdamonds ${file} with ${
          named.length > 0 ? `--${named[0]}` : options.schemes !== undefined ? "--schemes" : "a target"
        } as the file says all: change the file`,
      );
    }
    const { readKdamondsFile } = await import("../damon/files.ts");
    return await readKdamondsFile(file);
  }
  const { kdamondsOf } = await import("../../damon/options/options.ts");
  const { nodeRanges, systemRamRanges } = await import("../../kernel/machine/ram.ts");
  const surroundings = {
    ...(asked.target !== undefined && { target: asked.target }),
    ...(asked.follows && { follows: true }),
    ramRanges: () => systemRamRanges(roots),
    nodeRanges: (nids: number[]) => nodeRanges(roots, nids),
  };
  const [schemesFile] = lastOf(options.schemes);
  if (schemesFile === undefined) return kdamondsOf(words, surroundings, asked.base);
  // Percent and time of a scheme count in the intervals that it runs with: those are known first.
  const isOfSchemes = (name: string) => name.startsWith("damos_") || name === "nr_schemes";
  const others = Object.fromEntries(Object.entries(words).filter(([name]) => !isOfSchemes(name)));
  const without = kdamondsOf(others, surroundings, asked.base);
  const { readSchemesFile } = await import("../damon/files.ts");
  const schemes: Scheme[] = await readSchemesFile(schemesFile, without[0].contexts[0].intervals);
  return kdamondsOf(words, { ...surroundings, schemes }, asked.base);
}

function lastOf(value: unknown): [string | undefined] {
  return [(value as string[][] | undefined)?.at(-1)?.[0]];
}
