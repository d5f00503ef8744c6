/** One line of comma-separated values (RFC 4180), without its line end; `undefined` is an empty field. */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return values.map((value) => {
    const text = String(value ?? "");
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(",");
}
