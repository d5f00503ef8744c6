import { eastAsianWidth } from "get-east-asian-width";

/** Characters that stand on the one before them, or show nothing. */
const NONE = /[\p{Mn}\p{Me}\u200c\u200d\ufe00-\ufe0f]/u;
const OTHERS = /[^\x20-\x7e]/;

/** Columns of a terminal that one character takes: two of East Asia's and of emoji. */
function widthOf(character: string): number {
  return NONE.test(character) ? 0 : eastAsianWidth(character.codePointAt(0)!);
}

/** Columns of a terminal that a text takes. */
export function displayWidth(text: string): number {
  if (!OTHERS.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** The text with blanks behind it, `columns` wide. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** The text with blanks before it, `columns` wide. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
}

/** The first characters, as many as fit into `columns`. */
export function firstColumns(text: string, columns: number): string {
  if (!OTHERS.test(text)) return text.slice(0, Math.max(0, columns));
  let [width, at] = [0, 0];
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    at += character.length;
  }
  return text.slice(0, at);
}
