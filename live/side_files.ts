import type { RecordedProcess, RecordHeader, RecordItem } from "../damon/mod.ts";
import type { FormatName } from "../format/header/mod.ts";
import type { PythonDamoFootprint } from "../format/python_damo/mod.ts";
import { hasSideFiles } from "../format/bytes/mod.ts";
import { meminfoOf, type Roots, statmOf, statWordsOf } from "../kernel/machine/mod.ts";
import { pidsOf } from "../kernel/monitor/mod.ts";
import type { OutputOptions } from "./output.ts";

/** Files beside a record that is being made. */
export interface RecordSideFiles extends Disposable {
  /** Takes an item of the record; where it is memory in use, it is looked at here, too. */
  write(item: RecordItem): void;
}

/**
 * Begins the files that the Python damo would write beside this record; `undefined` where it is no record of its.
 *
 * @param children The processes that are followed, as far as they are known by now.
 */
export async function openSideFiles(
  { path, rotation }: Pick<OutputOptions, "path" | "rotation">,
  format: FormatName,
  header: RecordHeader,
  roots: Roots,
  children: () => readonly RecordedProcess[] = () => [],
): Promise<RecordSideFiles | undefined> {
  if (rotation !== undefined || !hasSideFiles(format, path)) return undefined;
  const { PythonDamoSideWriter } = await import("../format/python_damo/side_write.ts");
  const writer = new PythonDamoSideWriter(path, header);
  const pids = [...new Set(header.kdamonds.flatMap(pidsOf))];
  const threads = header.kdamonds.flatMap(({ pid }) => pid > 0 ? [pid] : []);
  let lastNs = -1;
  return {
    write(item) {
      if (item.kind !== "usage") return writer.write(item);
      // One look gives an item for each process.
      const { timeNs } = item.usage;
      if (timeNs === lastNs) return;
      lastNs = timeNs;
      const machine: PythonDamoFootprint = { pid: null, footprint: meminfoOf(roots) };
      const living = children().map(({ pid }) => pid).filter((pid) => statmOf(roots, pid).size > 0);
      const watched = [...pids, ...living];
      writer.footprints(timeNs, [...watched.map((pid) => ({ pid, footprint: statmOf(roots, pid) })), machine]);
      writer.processStats(timeNs, [...threads, ...watched].map((pid) => ({ fields: statWordsOf(roots, pid) })));
    },
    [Symbol.dispose]: () => writer[Symbol.dispose](),
  };
}
