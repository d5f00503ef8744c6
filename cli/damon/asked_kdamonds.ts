import type { DamonOptions, Kdamond, Scheme } from "../../damon/mod.ts";
import type { Roots } from "../../kernel/machine/mod.ts";
import { DAMON_OPTIONS, type OptionSpec, type ParsedDamonOptions } from "../options/mod.ts";

const NAMES = Object.keys(DAMON_OPTIONS) as (keyof typeof DAMON_OPTIONS)[];

/** Those of a command's options that are DAMON's parameters. */
export function damonOptionsOf(options: ParsedDamonOptions): DamonOptions {
  const words: Record<string, string[][]> = {};
  for (const name of NAMES) {
    const [spec, value]: [OptionSpec, string[][] | true | undefined] = [DAMON_OPTIONS[name], options[name]];
    if (value === undefined || spec.heading === "Files") continue;
    const key = spec.alias ?? name;
    words[key] = [...words[key] ?? [], ...(value === true ? [[]] : value)];
  }
  return words;
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
  const file = options.kdamonds?.at(-1)?.[0];
  if (file !== undefined) {
    const named = Object.keys(words);
    if (named.length > 0 || options.schemes !== undefined || asked.target !== undefined) {
      throw new TypeError(
        `Cannot use --kdamonds ${file} with ${
          named.length > 0 ? `--${named[0]}` : options.schemes !== undefined ? "--schemes" : "a target"
        } as the file says all: change the file`,
      );
    }
    const { readKdamondsFile } = await import("./files.ts");
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
  const schemesFile = options.schemes?.at(-1)?.[0];
  if (schemesFile === undefined) return kdamondsOf(words, surroundings, asked.base);
  // Percent and time of a scheme count in the intervals that it runs with: those are known first.
  const isOfSchemes = (name: string) => name.startsWith("damos_") || name === "nr_schemes";
  const others = Object.fromEntries(Object.entries(words).filter(([name]) => !isOfSchemes(name)));
  const without = kdamondsOf(others, surroundings, asked.base);
  const { readSchemesFile } = await import("./files.ts");
  const schemes: Scheme[] = await readSchemesFile(schemesFile, without[0].contexts[0].intervals);
  return kdamondsOf(words, { ...surroundings, schemes }, asked.base);
}
