import { checkKdamond } from "../../damon/lint/mod.ts";
import type { Intervals, Kdamond, Scheme } from "../../damon/mod.ts";

/** Standard input can be read once only. */
let stdin: Promise<string> | undefined;

/** The text of a file that a command line names; `-` is standard input, and JSON itself may stand in its place. */
export async function fileTextOf(file: string): Promise<{ text: string; name: string }> {
  if (file === "-") return { text: await (stdin ??= new Response(Deno.stdin.readable).text()), name: "standard input" };
  if (/^\s*[[{]/.test(file)) return { text: file, name: "the command line" };
  try {
    return { text: await Deno.readTextFile(file), name: file };
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : (error as Error).message;
    throw new RangeError(`Cannot read ${file}: ${why}`);
  }
}

/**
 * The kdamonds of a file, in YAML or JSON, ours or the Python damo's.
 *
 * @throws {SyntaxError} with file, line and column; {RangeError} with the file, for values that no kernel takes.
 */
export async function readKdamondsFile(file: string): Promise<Kdamond[]> {
  const { text, name } = await fileTextOf(file);
  const { parseKdamonds } = await import("../../format/config/kdamonds.ts");
  const kdamonds = await parseKdamonds(text, name);
  kdamonds.forEach((kdamond, k) => {
    try {
      checkKdamond(kdamond);
    } catch (error) {
      if (error instanceof RangeError) error.message += ` (kdamond ${k} of ${name})`;
      throw error;
    }
  });
  return kdamonds;
}

/**
 * The schemes of a file, in YAML, JSON or lines of text.
 *
 * @param intervals Those that the schemes run with: percent and time count in them.
 * @throws {SyntaxError} with file, line and column.
 */
export async function readSchemesFile(file: string, intervals: Intervals): Promise<Scheme[]> {
  const { text, name } = await fileTextOf(file);
  const { parseSchemes } = await import("../../format/config/schemes.ts");
  return parseSchemes(text, name, intervals);
}
