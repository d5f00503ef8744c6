import stringWidth from "string-width";

const OTHERS = /[^\x20-\x7e]/;
/** What a person sees as one character may be several: an emoji with its modifiers, a letter with its accents. */
const CHARACTERS = new Intl.Segmenter();

/** Columns of a terminal that a text takes: two for a character of East Asia or an emoji. */
export function displayWidth(text: string): number {
  return OTHERS.test(text) ? stringWidth(text) : text.length;
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
  for (const { segment } of CHARACTERS.segment(text)) {
    width += stringWidth(segment);
    if (width > columns) break;
    at += segment.length;
  }
  return text.slice(0, at);
}
