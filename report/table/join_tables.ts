import type { Table } from "./table.ts";

/**
 * Tables of the same columns, of several records, as one: its first column says of which. A single one stays as it is.
 *
 * @throws {RangeError} where a chart of several is drawn.
 */
export function joinTables(tables: readonly Table[], names: readonly string[]): Table {
  if (tables.length === 1) return tables[0];
  // A column that only some have (such as the target's name) stands in all.
  const columns = [...new Map(tables.flatMap((table) => table.columns).map((one) => [one.name, one])).values()];
  return {
    title: tables[0].title,
    caption: tables.flatMap(({ title, caption }, i) => [`${names[i]}: ${title}`, ...caption]),
    columns: [{ name: "record", title: "record", description: "the file", kind: "text" }, ...columns],
    rows: tables.flatMap((table, i) => {
      const at = columns.map(({ name }) => table.columns.findIndex((column) => column.name === name));
      return table.rows.map((row) => [names[i], ...at.map((index) => row[index])]);
    }),
    chart: () => {
      throw new RangeError("Cannot draw several records in one chart: name one with -i, or use report diff");
    },
  };
}
