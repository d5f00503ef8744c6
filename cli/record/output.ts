import type { FormatName } from "../../format/header/mod.ts";
import { formatBy, type OutputOptions } from "../../live/mod.ts";
import type { RecordOptions } from "./record.ts";
import { refuseTerminal } from "../terminal/mod.ts";

/**
 * The output that is asked for.
 *
 * @throws {RangeError} naming the option.
 */
export async function outputAsked(
  { out, format, rotate, keep }: RecordOptions,
): Promise<OutputOptions & { format: FormatName }> {
  if (keep !== undefined && rotate === undefined) {
    throw new RangeError("--keep goes with --rotate; add it, or leave out --keep");
  }
  if (rotate !== undefined && (out === "-" || out.startsWith("/dev/"))) {
    throw new RangeError(`--rotate needs a file as the output, not ${out}`);
  }
  const { parseFormat } = await import("../../format/record/formats.ts");
  const name = format === undefined ? await formatBy(out) : parseFormat(format);
  refuseTerminal(out, name);
  const rotation = rotate && { ...rotate, ...(keep !== undefined && { keep }) };
  return { path: out, format: name, rotation };
}

/**
 * How often a second is sampled what runs; `undefined` where that is not asked for.
 *
 * @throws {RangeError} where the record could not hold it.
 */
export function profileRateOf(
  { profile, profile_rate: rate }: Pick<RecordOptions, "profile" | "profile_rate">,
  format: FormatName,
): number | undefined {
  if (!profile && rate === undefined) return undefined;
  if (format === "arrow" || format === "jsonl" || format === "perf_script") return rate ?? 99;
  throw new RangeError(
    `${format} has no room for --profile; use --format arrow, jsonl or perf_script`,
  );
}
