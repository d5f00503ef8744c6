import { parseBytes, parseNs } from "../damon/units.ts";
import type { RecordHeader } from "../damon/mod.ts";
import type { FormatName } from "../format/record_encoder.ts";
import type { RecordWriter } from "../format/record_file.ts";
import type { RotatingWriter, RunningCounts } from "../format/rotating_writer.ts";
import type { RecordOptions } from "./record.ts";
import { refuseTerminal } from "./refuse_terminal.ts";

/** What a recording is written to: one file, or one after the other. */
export type RecordOutput =
  & Pick<
    RecordWriter,
    "path" | "bytes" | "snapshots" | "regions" | "write" | "flush" | "finish" | "finishCut" | "close"
  >
  & Partial<Pick<RecordWriter, "ready" | "taken" | "discard">>;

/** A size, or a time with its unit: `100M` is bytes, `10m` is minutes. */
export interface RotateAt {
  maxBytes?: number;
  maxMs?: number;
}

/** @throws {SyntaxError} for anything that is neither. */
export function parseRotate(text: string): RotateAt {
  const isTime = /\d\s*(?:ms|s|m|h|d)\s*$/.test(text);
  const at: RotateAt = isTime ? { maxMs: parseNs(text, "s") / 1e6 } : { maxBytes: parseBytes(text) };
  if (!((at.maxMs ?? at.maxBytes ?? 0) > 0)) {
    throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a size or time above 0: use a form like 100M or 1h`);
  }
  return at;
}

/**
 * Checks what is asked of the output, and loads what it takes, before anything is started.
 *
 * @throws {RangeError} naming the option.
 */
export async function outputFormatFor({ out, format, rotate, keep }: RecordOptions): Promise<FormatName> {
  if (keep !== undefined && rotate === undefined) throw new RangeError("Cannot use --keep as it goes with --rotate");
  if (rotate !== undefined && (out === "-" || out.startsWith("/dev/"))) {
    throw new RangeError(`Cannot use --rotate as the output must be a file, not ${out}`);
  }
  const { formatOf, FORMATS, parseFormat } = await import("../format/encoder.ts");
  const nameOf = () => {
    if (format !== undefined) return parseFormat(format);
    try {
      return formatOf(out);
    } catch {
      return "arrow";
    }
  };
  const name = nameOf();
  refuseTerminal(out, name);
  // What writes it is loaded now: once the target runs, nothing of it is to be missed.
  await Promise.all([FORMATS[name].load(), import("../format/record_file.ts")]);
  return name;
}

/** Begins the output. */
export async function openOutput(
  options: RecordOptions,
  format: FormatName,
  header: RecordHeader,
  counts: () => RunningCounts,
): Promise<RecordOutput> {
  const { FORMATS } = await import("../format/encoder.ts");
  const make = await FORMATS[format].load();
  const { out, rotate, keep } = options;
  if (rotate === undefined) {
    const { RecordWriter } = await import("../format/record_file.ts");
    const { PipedOutput } = await import("../format/piped_output.ts");
    return RecordWriter.create(out, header, make(header, {}), new PipedOutput());
  }
  const { RotatingWriter } = await import("../format/rotating_writer.ts");
  const rotation = { ...rotate, ...(keep !== undefined && { keep }) };
  return new RotatingWriter(out, header, (header) => make(header, {}), rotation, counts);
}

/** The files that were written, for the summary. */
export function filesOf(output: RecordOutput): readonly string[] {
  return (output as RotatingWriter).files ?? [output.path];
}
