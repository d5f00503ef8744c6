import type { RecordFooter, RecordHeader, RecordItem } from "../../damon/mod.ts";
import {
  checkWritable,
  type EncoderOptions,
  type FormatName,
  formatOf,
  FORMATS,
  type PartitionColumn,
  PartitionedWriter,
  RecordWriter,
} from "../../format/mod.ts";
import type { PythonDamoSideWriter } from "../../format/python_damo/mod.ts";
import { refuseTerminal } from "../terminal/mod.ts";
import { hasSideFiles } from "../../format/bytes/mod.ts";

/** The format that is asked for, or that the output's name says; for standard output `otherwise`. */
export async function wantedFormat(
  output: string,
  name: string | undefined,
  otherwise: FormatName = "jsonl",
): Promise<FormatName> {
  const { parseFormat } = await import("../../format/record/formats.ts");
  if (name !== undefined) return parseFormat(name);
  return output === "-" ? otherwise : formatOf(output);
}

/** What was written. */
export interface Written {
  bytes: number;
  snapshots: number;
  regions: number;
}

/** Where a record goes. */
export interface WriteTarget extends EncoderOptions {
  output: string;
  format: FormatName;
  /** Makes `output` a folder. */
  partitionBy?: readonly PartitionColumn[];
}

/**
 * Writes a record as it comes. What has no footer, as the Python damo's, gets one that says so.
 *
 * @param whyIncomplete Asked at the end: why what was read is not whole.
 */
export async function writeRecord(
  header: RecordHeader,
  items: AsyncIterable<RecordItem>,
  { output, format, partitionBy, ...options }: WriteTarget,
  whyIncomplete: () => string | undefined = () => undefined,
): Promise<Written> {
  if (options.addresses === "hex" && format !== "jsonl") {
    throw new RangeError(`--addresses hex is for JSON lines, not ${format}; use --format jsonl`);
  }
  if (!partitionBy) {
    refuseTerminal(output, format);
    checkWritable(output);
  }
  const make = await FORMATS[format].load();
  const writer = partitionBy
    ? new PartitionedWriter(output, header, partitionBy, (header) => make(header, options), FORMATS[format].suffixes[0])
    : RecordWriter.create(output, header, make(header, options));
  // What it is made of is still there: half of another record is of no use.
  if (writer instanceof RecordWriter) writer.isKept = false;
  let side: PythonDamoSideWriter | undefined;
  let isDone = false;
  try {
    if (hasSideFiles(format, output)) side = await openSide(output, header);
    let footer: RecordFooter | undefined;
    let endNs = 0;
    for await (const item of items) {
      if (item.kind === "footer") footer = item.footer;
      else {
        if (item.kind === "snapshot") endNs = Math.max(endNs, item.snapshot.endNs);
        writer.write(item);
        side?.write(item);
      }
    }
    const { snapshots, regions } = writer;
    const reason = whyIncomplete();
    writer.finish({
      events: regions,
      received: regions,
      dropped: 0,
      torn: 0,
      endNs,
      ...footer,
      reason: reason ? `converted from what is not whole: ${reason}` : footer?.reason ?? "converted",
      snapshots,
      regions,
    });
    side?.[Symbol.dispose]();
    isDone = true;
    return { bytes: writer.bytes, snapshots, regions };
  } finally {
    if (!isDone && writer instanceof RecordWriter) {
      side?.discard();
      writer.discard();
    } else writer.close();
  }
}

async function openSide(path: string, header: RecordHeader): Promise<PythonDamoSideWriter> {
  const { PythonDamoSideWriter } = await import("../../format/python_damo/side_write.ts");
  return new PythonDamoSideWriter(path, header);
}

/** The items, with a progress that is looked at for each. */
export async function* ticking<T>(items: AsyncIterable<T>, progress: { tick(): void }): AsyncGenerator<T> {
  for await (const item of items) {
    progress.tick();
    yield item;
  }
}
