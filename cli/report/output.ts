import { WholeFile } from "../../format/bytes/mod.ts";
import { darkSpec, type VegaLiteSpec } from "../../report/mod.ts";
import { isPrivateInput } from "../terminal/mod.ts";

/** What each suffix of an output file makes of a result; a longer suffix stands before the one that it ends in. */
export type OutputFormats<T> = Record<string, (result: T) => Promise<string | Uint8Array> | string | Uint8Array>;

/** How charts look. */
export type Theme = "light" | "dark";

/** The suffixes of charts. `hint` is the line below the chart in a page; `theme` is asked when one is drawn. */
export function chartFormats<T>(
  chartOf: (result: T) => VegaLiteSpec,
  titleOf: (result: T) => string,
  hint?: string,
  theme: Theme = "light",
): OutputFormats<T> {
  const specOf = (result: T) => theme === "dark" ? darkSpec(chartOf(result)) : chartOf(result);
  return {
    ".vl.json": (result) => JSON.stringify(specOf(result)) + "\n",
    ".svg": async (result) => (await import("../../draw/svg.ts")).renderSvg(specOf(result)),
    ".png": async (result) => {
      const spec = specOf(result);
      await sayBoxes(spec);
      return (await import("../../draw/png.ts")).renderPng(spec);
    },
    ".html": async (result) => (await import("../../draw/html.ts")).renderHtml(specOf(result), titleOf(result), hint),
  };
}

/** A word about characters that no font here has. */
async function sayBoxes(spec: VegaLiteSpec): Promise<void> {
  const { loadWideFont, needsWideFont } = await import("../../draw/wide_font.ts");
  if (!needsWideFont(JSON.stringify(spec)) || await loadWideFont()) return;
  console.error(
    "damo: no font here has the Chinese, Japanese or Korean characters of this picture, which are boxes in it: install one, " +
      "such as fonts-noto-cjk, or take .svg or .html",
  );
}

/**
 * The format that the name of an output file asks for.
 *
 * @throws {RangeError} naming the suffixes there are.
 */
export function outputFormatOf<T>(output: string, formats: OutputFormats<T>): OutputFormats<T>[string] {
  const suffix = Object.keys(formats).find((suffix) => output.toLowerCase().endsWith(suffix));
  if (suffix === undefined) {
    throw new RangeError(
      `The name ${output} says no format; let it end in one of: ${Object.keys(formats).sort().join(", ")}`,
    );
  }
  return formats[suffix];
}

/** Whether an output's name means standard output. */
export function isStdout(output: string): boolean {
  return output === "stdout" || output === "-";
}

/**
 * Writes all of `content` to standard output, or to a file, which is there whole or not at all; an existing one is replaced. What is made of a record
 * that only its owner may read only its owner may read.
 */
export async function writeOutput(output: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  if (isStdout(output)) {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    return;
  }
  try {
    using file = new WholeFile(output, isPrivateInput());
    file.write(bytes);
    file.finish();
  } catch (error) {
    throw new Error(`Cannot write ${output}: ${(error as Error).message}; choose another file with -o FILE`);
  }
}
