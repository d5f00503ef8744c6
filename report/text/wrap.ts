import { displayWidth, firstColumns } from "./display_width.ts";

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
    if (last !== undefined && displayWidth(last) + SEPARATOR.length + displayWidth(part) <= length) {
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
    else if (displayWidth(last) + 1 + displayWidth(word) <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.flatMap((line) => pieces(line, length));
}

/** A word that is longer than a line, such as a path, goes on in the next. */
function pieces(line: string, length: number): string[] {
  const parts: string[] = [];
  while (length >= 8 && displayWidth(line) > length) {
    const part = firstColumns(line, length);
    parts.push(part);
    line = line.slice(part.length);
  }
  return [...parts, line];
}

/** What fits into `length` columns, the last of them an ellipsis where there is more. */
export function shorten(text: string, length: number): string {
  return displayWidth(text) <= length ? text : `${firstColumns(text, length - 1).replace(/…$/, "")}…`;
}

/** The same of a title: what stands in brackets at its end, as the pid, is kept. */
export function shortenTitle(text: string, length: number): string {
  const tail = / \([^()]*\)$/.exec(text)?.[0] ?? "";
  const room = length - displayWidth(tail);
  if (displayWidth(text) <= length || room < length / 2) return shorten(text, length);
  return shorten(text.slice(0, text.length - tail.length), room) + tail;
}
