/**
 * Bytes to snapshots and back: the record's own format, an Arrow IPC stream.
 *
 * @module
 */
import { RecordError, type RecordReader } from "../damon/mod.ts";

export { ArrowEncoder } from "./arrow_write.ts";
export { decodeArrow } from "./arrow_read.ts";

/**
 * Opens a record for reading; `-` reads from standard input.
 *
 * @example
 * ```ts ignore
 * await using record = await openRecord("damon.arrow");
 * for await (const item of record.items()) console.log(item.kind);
 * ```
 *
 * @throws {RecordError} where there is no such file, it is a folder, empty, or no record.
 */
export async function openRecord(path: string): Promise<RecordReader> {
  const { decodeArrow } = await import("./arrow_read.ts");
  if (path === "-") return decodeArrow(Deno.stdin.readable, "standard input");
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new RecordError(`Cannot open ${path}: there is no such file; make one with: damo record PID`, path);
    }
    throw new RecordError(`Cannot open ${path}: ${(error as Error).message}`, path);
  }
  if ((await file.stat()).isDirectory) {
    file.close();
    throw new RecordError(`Cannot read ${path} as a record: it is a folder`, path);
  }
  try {
    return await decodeArrow(file.readable, path);
  } catch (error) {
    try {
      file.close();
    } catch { /* the stream closed it already */ }
    throw error;
  }
}

export { checkWritable } from "./output_file.ts";
export { RecordWriter } from "./record_file.ts";
