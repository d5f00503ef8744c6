import type { FollowOptions } from "../live/mod.ts";
import { readRecord, type RecordFile } from "./record_file.ts";

/**
 * A record that is being written, each time it has grown: reports of it show what there is by then. Waits where there is no
 * record yet; ends when it is complete or `signal` aborts.
 *
 * @example
 * ```ts ignore
 * import { followRecord } from "@damo/damo";
 *
 * for await (const record of followRecord("damon.arrow")) console.log((await record.workingSet()).toString());
 * ```
 * @throws {RangeError} where it can be read only once.
 * @throws {RecordError} where it is complete and no record.
 */
export async function* followRecord(path: string, options: FollowOptions = {}): AsyncGenerator<RecordFile> {
  const { areComplete, followRecords } = await import("../live/follow.ts");
  for await (const growth of followRecords([path], options)) {
    if (growth === "waiting") continue;
    let record: RecordFile;
    try {
      record = await readRecord(path);
    } catch (error) {
      // It has just begun: its header is not whole yet.
      if (await areComplete([path])) throw error;
      continue;
    }
    yield record;
  }
}
