import type { RecordHeader } from "../damon/mod.ts";
import { checkWritable } from "../format/bytes/mod.ts";
import type { FormatName } from "../format/header/mod.ts";
import type { RecordWriter, RotatingWriter, Rotation, RunningCounts } from "../format/record/mod.ts";

/** Where a session's record goes. */
export interface OutputOptions {
  /** The file; `-` is standard output. Of rotated files, the name that theirs are made of. */
  path: string;
  /** By default what the file's name says, else `arrow`. */
  format?: FormatName | undefined;
  /** When a new file is begun; one file by default. */
  rotation?: Rotation | undefined;
}

/** What a session writes to: one file, or one after the other. */
export type RecordOutput =
  & Pick<
    RecordWriter,
    "path" | "bytes" | "snapshots" | "regions" | "write" | "flush" | "finish" | "finishCut" | "close"
  >
  & Partial<Pick<RecordWriter, "ready" | "taken" | "discard">>;

/** An output that is ready to be begun. */
export interface PreparedOutput extends OutputOptions {
  format: FormatName;
  /** Begins it. @throws {RecordError} where it cannot be written. */
  open(header: RecordHeader, counts: () => RunningCounts): RecordOutput;
}

/**
 * Checks an output and loads what writes it, before anything is started: once the target runs, nothing of it is to be missed.
 *
 * @throws {RecordError} where it could not be written; {RangeError} where only a file can be rotated.
 */
export async function prepareOutput({ path, format, rotation }: OutputOptions): Promise<PreparedOutput> {
  if (rotation !== undefined && (path === "-" || path.startsWith("/dev/"))) {
    throw new RangeError(`${path} is not a file, and only files can be rotated`);
  }
  checkWritable(path);
  const { FORMATS } = await import("../format/record/formats.ts");
  const name = format ?? await formatBy(path);
  const [make, { RecordWriter }, { RotatingWriter }, { PipedOutput }] = await Promise.all([
    FORMATS[name].load(),
    import("../format/record/file.ts"),
    import("../format/record/rotating_writer.ts"),
    import("../format/bytes/piped_output.ts"),
  ]);
  return {
    path,
    format: name,
    rotation,
    open(header, counts) {
      return rotation === undefined
        ? RecordWriter.create(path, header, make(header, {}), new PipedOutput())
        : new RotatingWriter(path, header, (header) => make(header, {}), rotation, counts);
    },
  };
}

/** The format that a file's name says; `arrow` where it says none. */
export async function formatBy(path: string): Promise<FormatName> {
  const { formatOf } = await import("../format/record/formats.ts");
  try {
    return formatOf(path);
  } catch {
    return "arrow";
  }
}

/** The files that were written, oldest first. */
export function filesOf(output: RecordOutput): readonly string[] {
  return (output as RotatingWriter).files ?? [output.path];
}
