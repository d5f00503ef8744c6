import type { AddressRange, RecordHeader, RecordItem } from "../../damon/mod.ts";
import { aggregateItems, openRecord, type RecordSelection, selectItems } from "../../format/mod.ts";
import { ReadProgress } from "./progress.ts";
import { ticking, wantedFormat, writeRecord } from "./write.ts";
import type { CutOptions } from "./cut.ts";

/** Runs `damo cut`. */
export async function cut(input: string, output: string, options: CutOptions): Promise<void> {
  const selection = selectionOf(options);
  const format = await wantedFormat(output, options.format);
  await using record = await openRecord(input);
  using progress = new ReadProgress([record]);
  const { aggregate_interval: aggrUs = 0, skip = 0 } = options;
  let items: AsyncIterable<RecordItem> = selectItems(ticking(record.items(), progress), selection);
  if (aggrUs > 0 || skip > 0) items = aggregateItems(items, { aggrUs, skip });
  const header = aggrUs > 0 ? aggregated(record.header, aggrUs) : record.header;
  const target = { output, format, addresses: options.addresses };
  const { snapshots, regions } = await writeRecord(header, items, target, () => record.incomplete);
  if (snapshots === 0) console.error(`damo: nothing in ${input} is selected: the output has no snapshot`);
  else if (regions === 0) console.error(`damo: nothing in ${input} is selected: no snapshot has a region left`);
  for (const remark of record.remarks ?? []) console.error(`damo: ${input}: ${remark}`);
  if (record.incomplete) console.error(`damo: ${input} is not whole: ${record.incomplete}; what there is was used`);
}

/** The header with the intervals that the snapshots now have. */
function aggregated(header: RecordHeader, aggrUs: number): RecordHeader {
  const kdamonds = header.kdamonds.map((kdamond) => ({
    ...kdamond,
    contexts: kdamond.contexts.map((context) => ({ ...context, intervals: { ...context.intervals, aggrUs } })),
  }));
  return { ...header, kdamonds };
}

function selectionOf(options: CutOptions): RecordSelection {
  const { time_range: time, address_range: addresses, snapshots, kdamond, target } = options;
  const selection: RecordSelection = {};
  if (time !== undefined) {
    const [startNs, endNs] = pair(time, "--time_range", "a start and a later end, in seconds");
    selection.timeRange = { startNs, endNs };
  }
  if (addresses !== undefined) {
    const ranges: AddressRange[] = [];
    for (let i = 0; i < addresses.length; i += 2) {
      const [start, end] = pair(
        addresses.slice(i, i + 2),
        "--address_range",
        "pairs of a start and a larger end, as in 0x1000 0x2000",
      );
      ranges.push({ start, end });
    }
    selection.addressRanges = ranges;
  }
  if (snapshots !== undefined) {
    const [start, end] = pair(snapshots, "--snapshots", "a first snapshot and a later end, from 0");
    selection.snapshots = { start, end };
  }
  if (kdamond !== undefined) selection.kdamond = kdamond;
  if (target !== undefined) selection.target = target;
  return selection;
}

function pair(values: readonly number[], option: string, needs: string): [number, number] {
  const [first, second] = values;
  if (values.length !== 2 || !(first < second)) throw new RangeError(`${option} needs ${needs}`);
  return [first, second];
}
