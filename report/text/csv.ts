/** What a spreadsheet would take for a formula, as a name of a process or file may begin. */
const FORMULA = /^'*[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/**
 * One line of comma-separated values (RFC 4180), without its line end; `undefined` is an empty field. Text that a spreadsheet
 * would run begins with `'`: where `'` stands before `=`, `+`, `-` or `@` (or before another `'` of that kind), take one
 * away to have the text as it was.
 */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return values.map((value) => {
    let text = String(value ?? "");
    if (typeof value === "string" && FORMULA.test(text) && !NUMBER.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(",");
}
