/**
 * Lets the lines of paragraphs flow together, to at most `width` columns. Lines that begin with a blank, or have several
 * blanks in a row, are examples and tables: they stay as they are, as do empty ones.
 *
 * @example
 * ```ts
 * import { reflow } from "./reflow.ts";
 * reflow("one two\nthree\n\n  damo record 1234", 9); // "one two\nthree\n\n  damo record 1234"
 * ```
 */
export function reflow(text: string, width: number): string {
  const lines: string[] = [];
  let words: string[] = [];
  const endParagraph = () => {
    let line = "";
    for (const word of words) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = "";
      }
      line += line === "" ? word : ` ${word}`;
    }
    if (line !== "") lines.push(line);
    words = [];
  };
  for (const line of text.split("\n")) {
    if (line !== "" && !/^\s| {2}/.test(line)) {
      words.push(...line.split(" "));
      continue;
    }
    endParagraph();
    lines.push(line);
  }
  endParagraph();
  return lines.join("\n");
}

/** The same for the terminal; 80 columns where there is none. */
export function reflowForTerminal(text: string): string {
  const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 80;
  return reflow(text, Math.max(40, Math.min(columns, 120)));
}
