import type { FormatName } from "../../format/header/mod.ts";

const BINARY: readonly FormatName[] = ["arrow", "parquet", "json_compressed"];

/**
 * Checks that a record that is no text does not go to a terminal, which would obey what it takes for its sequences.
 *
 * @throws {RangeError} saying how to have it all the same.
 */
export function refuseTerminal(out: string, format: FormatName, isTerminal = Deno.stdout.isTerminal()): void {
  if (out !== "-" || !isTerminal || !BINARY.includes(format)) return;
  throw new RangeError(
    `${format} is binary, and standard output is a terminal: write it to a file with -o FILE, or to a program with | PROGRAM; ` +
      "--format jsonl is text; -o /dev/stdout writes it here all the same",
  );
}
