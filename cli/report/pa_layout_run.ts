import { formatBytes } from "../../damon/mod.ts";
import { defaultRoots, physicalRanges } from "../../kernel/machine/mod.ts";
import {
  type Column,
  formatTable,
  formatTableCsv,
  formatTableJson,
  formatTableJsonl,
  type Table,
} from "../../report/mod.ts";
import { textOptionsOf } from "./show.ts";
import type { PaLayoutOptions } from "./pa_layout.ts";

const COLUMNS: Column[] = [
  { name: "start", title: "start", description: "first byte", kind: "address" },
  { name: "end", title: "end", description: "byte after the last one", kind: "address" },
  { name: "size_bytes", title: "size", description: "bytes", kind: "bytes" },
  { name: "what", title: "what", description: "as the kernel says", kind: "text" },
  { name: "nodes", title: "NUMA node", description: "nodes that have some of it", kind: "text" },
];

/** `damo report pa_layout`. */
export function reportPaLayout({ format = "text", raw_number }: PaLayoutOptions): void {
  const ranges = physicalRanges(defaultRoots());
  const memory = ranges.filter(({ name }) => name === "System RAM");
  const bytes = memory.reduce((sum, { start, end }) => sum + end - start, 0);
  const table: Table = {
    title: "This machine's physical memory",
    caption: [`${formatBytes(bytes)} of System RAM in ${memory.length} ranges; damo record paddr watches them`],
    columns: COLUMNS,
    rows: ranges.map(({ start, end, name, nodes }) => [start, end, end - start, name, nodes?.join(" ")]),
  };
  const text = {
    text: () => formatTable(table, textOptionsOf({ color: "auto", ...(raw_number && { raw_number }) })),
    json: () => formatTableJson(table),
    jsonl: () => formatTableJsonl(table),
    csv: () => formatTableCsv(table),
  }[format]();
  console.log(text.replace(/\n$/, ""));
}
