/** Between the parts of a caption line. */
export const SEPARATOR = " · ";

/**
 * Breaks a caption line between its parts, and a part that is too long between its words.
 *
 * @example
 * ```ts
 * import { wrap } from "./wrap.ts";
 * wrap("one · two words · three", 10); // ["one", "two words", "three"]
 * ```
 */
export function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(SEPARATOR)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + SEPARATOR.length + part.length <= length) {
      lines[lines.length - 1] = last + SEPARATOR + part;
    } else lines.push(...wrapWords(part, length));
  }
  return lines;
}

function wrapWords(text: string, length: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The first `length` characters, the last of them an ellipsis where there are more. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
