import { failed, failureOf, option, said } from "../model/mod.ts";
import { parseCount, type Words } from "./option_words.ts";

/**
 * The options of a command line by name without dashes, each with its occurrences in their order: the first is for the
 * first context (or target, or scheme), and so on. A flag has one occurrence without words.
 */
export type DamonOptions = Readonly<Record<string, readonly Words[] | undefined>>;

/** Reads occurrences; what does not parse names its option. */
export class OptionReader {
  /** Reads `options`. */
  constructor(
    /** What it reads. */
    readonly options: DamonOptions,
  ) {}

  /** The words of occurrence `i`, parsed; absent where there is none. */
  at<T>(name: string, i: number, parse: (words: Words) => T): T | undefined {
    const words = this.options[name]?.[i];
    return words === undefined ? undefined : named(name, () => parse(words));
  }
  /** Every occurrence, parsed. */
  all<T>(name: string, parse: (words: Words) => T): T[] {
    return (this.options[name] ?? []).map((words) => named(name, () => parse(words)));
  }
  /** All words of all occurrences, as numbers. */
  counts(name: string): number[] | undefined {
    return this.options[name] && this.all(name, (words) => words.map(parseCount)).flat();
  }
}

/** Runs `parse`; what it throws about a value names the option. */
export function named<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // One that has its parts says already which option it is about.
    if (!(error instanceof SyntaxError) || failureOf(error)) throw error;
    throw failed(SyntaxError, { what: said`${error.message} (${option(name)})` });
  }
}

/** Fails unless there are as many words as the option takes. */
export function exactly(words: Words, count: number, name: string): Words {
  if (words.length === count) return words;
  throw failed(RangeError, { what: said`${option(name)} takes ${count} values, not ${words.length}` });
}
