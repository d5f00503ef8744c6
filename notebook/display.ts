/** What Deno's Jupyter kernel asks a cell's value for. It is `Deno.jupyter.$display`, which exists in a notebook only. */
export const $display: unique symbol = Symbol.for("Jupyter.display") as never;

/** One value in several forms, by MIME type: the front end takes the best that it knows. */
export type MimeBundle = Record<string, unknown>;

/** Something that shows itself as the value of a notebook's cell. */
export interface Displayed {
  /** What it looks like. */
  [$display](): Promise<MimeBundle>;
}

/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]!);
}

/** A table; numbers stand on the right. */
export function htmlTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  isText: (column: number) => boolean,
  caption: readonly string[],
): string {
  const cell = (name: string, text: string, column: number) =>
    `<${name} style="text-align:${isText(column) ? "left" : "right"}">${escapeHtml(text)}</${name}>`;
  const row = (name: string, cells: readonly string[]) =>
    `<tr>${cells.map((text, column) => cell(name, text, column)).join("")}</tr>`;
  return [
    `<p><b>${escapeHtml(title)}</b></p>`,
    `<table><thead>${row("th", head)}</thead><tbody>${rows.map((cells) => row("td", cells)).join("")}</tbody></table>`,
    ...caption.map((line) => `<p style="margin:0;opacity:.7"><small>${escapeHtml(line)}</small></p>`),
  ].join("\n");
}
