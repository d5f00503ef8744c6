import { openRecord } from "../../format/mod.ts";
import type { CatOptions } from "./cat.ts";
import { wantedFormat, writeRecord } from "./write.ts";

/** Runs `damo cat`. */
export async function cat(named: readonly string[], { input = [], ...options }: CatOptions): Promise<void> {
  const files = input.length + named.length > 0 ? [...input, ...named] : ["damon.arrow"];
  const format = await wantedFormat("-", options.format);
  if (files.length > 1 && format !== "jsonl" && format !== "perf_script") {
    throw new RangeError(
      `${format} has room for one record; make one of several with: damo merge FILES -o - --format ${format}`,
    );
  }
  for (const file of files) {
    await using record = await openRecord(file);
    const target = { output: "-", format, addresses: options.addresses };
    await writeRecord(record.header, record.items(), target, () => record.incomplete);
    for (const remark of record.remarks ?? []) console.error(`damo: ${file}: ${remark}`);
    if (record.incomplete) console.error(`damo: ${file} is not whole: ${record.incomplete}`);
  }
}
