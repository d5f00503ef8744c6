import { RecordError, type RecordReader, type Snapshot } from "../damon/mod.ts";
import { CSV_COLUMNS } from "./csv_write.ts";
import { foreignHeader } from "./foreign_header.ts";
import { RegionRows } from "./region_rows.ts";
import { linesOf } from "./trace_line.ts";

const decoder = new TextDecoder();

/** Columns up to here must be there. */
const NEEDED = CSV_COLUMNS.indexOf("age") + 1;

/**
 * Decodes a table of regions as `damo convert` writes it in CSV. Rows of one snapshot must follow each other.
 *
 * @param name Names the source in errors.
 * @throws {RecordError} where its first line names other columns.
 */
export async function decodeCsv(bytes: AsyncIterable<Uint8Array>, name: string): Promise<RecordReader> {
  const walk = new CsvWalk(bytes);
  const snapshots = walk.snapshots();
  const { done, value: first } = await snapshots.next();
  if (walk.failure !== undefined && done) {
    throw new RecordError(`Cannot read ${name} as a record: ${walk.failure}`, name, 0);
  }
  return {
    header: foreignHeader({ tool: "", first: done ? undefined : first }),
    get incomplete() {
      return walk.failure;
    },
    async *items() {
      if (done) return;
      yield { kind: "snapshot", snapshot: first };
      for await (const snapshot of snapshots) yield { kind: "snapshot", snapshot };
    },
    async [Symbol.asyncDispose]() {
      await snapshots.return(undefined);
    },
  };
}

class CsvWalk {
  failure: string | undefined;
  constructor(readonly bytes: AsyncIterable<Uint8Array>) {}

  async *snapshots(): AsyncGenerator<Snapshot> {
    const rows = new RegionRows();
    let number = 0;
    let before = "";
    try {
      for await (const { bytes, isLast } of linesOf(this.bytes)) {
        for (const line of decoder.decode(bytes).split(/\r?\n/)) {
          if (line === "") continue;
          const cells = line.split(",");
          if (number++ === 0) {
            if (CSV_COLUMNS.slice(0, NEEDED).some((column, i) => cells[i] !== column)) {
              this.failure = `the first line must name the columns ${CSV_COLUMNS.join(",")}`;
              return;
            }
            continue;
          }
          // A number may have been cut off too: without its end a line is not trusted.
          if (cells.length < NEEDED || cells.some((cell) => !/^[\d ]*$/.test(cell)) || isLast) {
            this.failure = `${isLast ? "it is cut off in" : "broken in"} line ${number}: ${line.slice(0, 80)}`;
            return;
          }
          const [start, end, nrAccesses, age, scheme, passed, hits, resident, used, looks] = cells.slice(6);
          const head = cells.slice(0, 6).join() + "," + (scheme ?? "");
          if (head !== before) {
            const snapshot = rows.begin({
              kdamond: Number(cells[0]),
              targetId: BigInt(cells[1]),
              startNs: Number(cells[2]),
              endNs: Number(cells[3]),
              sampleUs: Number(cells[4]),
              aggrUs: Number(cells[5]),
              ...(scheme && { scheme: Number(scheme) }),
            });
            before = head;
            if (snapshot) yield snapshot;
          }
          rows.add(
            Number(start),
            Number(end),
            Number(nrAccesses),
            age === "" ? undefined : Number(age),
            passed ? Number(passed) : undefined,
            hits,
            looks ? [Number(resident), Number(used), Number(looks)] : undefined,
          );
        }
      }
    } catch (error) {
      this.failure = `it is cut off or broken (${(error as Error).message})`;
      return;
    }
    const last = rows.finish();
    if (last) yield last;
  }
}
