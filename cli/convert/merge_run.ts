import { clockShiftsOf, mergeHeaders, mergeItems, type OpenRecord, openRecord } from "../../format/mod.ts";
import { ReadProgress } from "./progress.ts";
import { ticking, wantedFormat, writeRecord } from "./write.ts";
import type { MergeOptions } from "./merge.ts";

/** Runs `damo merge`. */
export async function merge(files: readonly string[], options: MergeOptions): Promise<void> {
  const format = await wantedFormat(options.output, options.format);
  await using stack = new AsyncDisposableStack();
  const records: OpenRecord[] = [];
  for (const file of files) records.push(stack.use(await openRecord(file)));
  const headers = records.map(({ header }) => header);
  const shifts = clockShiftsOf(headers, files);
  using progress = new ReadProgress(records);
  const target = { output: options.output, format, addresses: options.addresses };
  const whyIncomplete = () =>
    records.map(({ incomplete }, i) => incomplete && `${files[i]}: ${incomplete}`).find(Boolean);
  await writeRecord(mergeHeaders(headers), ticking(mergeItems(records, shifts), progress), target, whyIncomplete);
  for (const [i, { incomplete, remarks = [] }] of records.entries()) {
    for (const remark of remarks) console.error(`damo: ${files[i]}: ${remark}`);
    if (incomplete) console.error(`damo: ${files[i]} is not whole: ${incomplete}; what there is was merged`);
  }
}
