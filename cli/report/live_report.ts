import { defaultsOf } from "../options/mod.ts";
import { RECORD, record } from "../record/mod.ts";
import { noteOrigin } from "../terminal/mod.ts";

/** DAMON's regions have found their places by then. */
const DELAY = "3s";

/** What `--live` asks for, and what else was named. */
export interface LiveAsked {
  /** A pid, paddr, or ongoing. */
  target: string;
  /** Of `--snapshot_damos_filter`: the words of each. */
  filters?: string[][] | undefined;
  /** Records that were named. */
  records: readonly string[];
  follow?: true | undefined;
}

/**
 * A report of a snapshot that is taken for it, by what a scheme of our own tried: `report access --live PID`.
 *
 * @param run Makes the report of a record.
 * @param take Takes the snapshot.
 * @throws {TypeError} where a record is named, or to be followed.
 */
export async function reportLive(
  { target, filters, records, follow }: LiveAsked,
  run: (path: string) => Promise<void> | void,
  take: typeof record = record,
): Promise<void> {
  if (records.length > 0) {
    throw new TypeError(`--live takes a snapshot now, and ${records[0]} is a record: leave one of the two out`);
  }
  if (follow) throw new TypeError("--live takes one snapshot, which does not grow: leave out --follow");
  const path = await Deno.makeTempFile({ prefix: "damo-live-", suffix: ".arrow" });
  noteOrigin(path, "the snapshot taken now");
  try {
    await take(target, undefined, {
      ...defaultsOf(RECORD.options),
      snapshot: [[DELAY, "1"]],
      snapshot_damos_filter: filters,
      quiet: true,
      out: path,
    });
    await run(path);
  } finally {
    for (const file of [path, `${path}.old`]) await Deno.remove(file).catch(() => {});
  }
}
