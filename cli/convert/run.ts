import { openRecord, parseFormat, parsePartition } from "../../format/mod.ts";
import type { ConvertOptions } from "./convert.ts";
import { ReadProgress } from "./progress.ts";
import { ticking, wantedFormat, writeRecord } from "./write.ts";

/** Runs `damo convert`. */
export async function convert(input: string, output: string, options: ConvertOptions): Promise<void> {
  const partitionBy = options.partition_by === undefined ? undefined : parsePartition(options.partition_by);
  const format = partitionBy ? parseFormat(options.format ?? "parquet") : await wantedFormat(output, options.format);
  await using record = await openRecord(input);
  using progress = new ReadProgress([record]);
  const target = { output, format, addresses: options.addresses, ...(partitionBy && { partitionBy }) };
  await writeRecord(record.header, ticking(record.items(), progress), target, () => record.incomplete);
  for (const remark of record.remarks ?? []) console.error(`damo: ${input}: ${remark}`);
  if (record.incomplete) {
    progress[Symbol.dispose]();
    console.error(`damo: ${input} is not whole: ${record.incomplete}; what there is was written`);
  }
}
