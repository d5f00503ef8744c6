import { isCsvHead } from "./csv_line.ts";

/** What a file holds, told by its first bytes and never by its name. */
export type Sniffed =
  | "empty"
  | "arrow"
  | "parquet"
  | "zlib"
  | "gzip"
  | "zstd"
  | "json"
  | "jsonl"
  | "csv"
  | "trace"
  | "perf.data"
  | "perf.json"
  | "babeltrace"
  | "trace.dat"
  | "feather"
  | "feather 1"
  | "xz"
  | "bzip2"
  | "lz4"
  | "zip"
  | "lzma"
  | "unknown";

/** Bytes that {@linkcode sniffFormat} wants to see, if there are as many: some lines of a trace. */
export const SNIFF_BYTES = 8192;

/**
 * Tells what begins with these bytes.
 *
 * @param head The first {@linkcode SNIFF_BYTES}, or all there are.
 *
 * @example
 * ```ts
 * import { sniffFormat } from "./sniff.ts";
 * sniffFormat(new TextEncoder().encode('[{"kdamond_idx": 0')); // "json"
 * ```
 */
export function sniffFormat(head: Uint8Array): Sniffed {
  if (head.length === 0) return "empty";
  const magic = String.fromCharCode(...head.subarray(0, 8));
  if (head.length >= 4 && head.subarray(0, 4).every((byte) => byte === 0xff)) return "arrow";
  if (magic.startsWith("PAR1")) return "parquet";
  if (magic.startsWith("\x1f\x8b")) return "gzip";
  if (magic.startsWith("\x28\xb5\x2f\xfd")) return "zstd";
  if (magic === "PERFILE2") return "perf.data";
  if (magic.startsWith("ARROW1\0\0")) return "feather";
  if (magic.startsWith("FEA1")) return "feather 1";
  if (magic.startsWith("\xfd7zXZ\0")) return "xz";
  if (/^BZh[1-9]1AY&/.test(magic)) return "bzip2";
  if (magic.startsWith("\x04\x22\x4d\x18")) return "lz4";
  if (magic.startsWith("PK\x03\x04")) return "zip";
  if (magic.startsWith("\x5d\0\0") && head.length > 13) return "lzma";
  if (magic.startsWith("\x17\x08\x44")) return "trace.dat";
  // RFC 1950: deflate with a window of at most 32 KiB, and a check of five bits.
  if (head.length >= 2 && (head[0] & 0x8f) === 0x08 && (head[0] << 8 | head[1]) % 31 === 0) return "zlib";
  const text = new TextDecoder().decode(head);
  const begin = /\S/.exec(text)?.[0];
  // A thread may be called so.
  if (
    begin === "[" && !/^\[[\d: .-]+\] \(\+/.test(text) && (/^\s*\[\s*(?:\{|\]|$)/.test(text) || !looksLikeTrace(text))
  ) return "json";
  if (begin === "{") return /^\s*\{\s*"linux-perf-json-version"/.test(text) ? "perf.json" : "jsonl";
  if (isCsvHead(text)) return "csv";
  if (/^\[[\d: .-]+\] \(\+[\d.?]+\) .*: \{/m.test(text)) return "babeltrace";
  if (looksLikeTrace(text)) return "trace";
  return "unknown";
}

/** An event of DAMON, the comments of perf and trace-cmd, or the head of the Python damo's own trace files. */
function looksLikeTrace(text: string): boolean {
  return /\bdam(?:on|os)_\w+[:(]/.test(text) || /\btarget_id=\S+ nr_regions=/.test(text) ||
    /^\s*# (?:TASK-PID|tracer:|=+)/m.test(text) ||
    /^cpus=\d+/m.test(text) || /^0x[0-9a-f]+@\S+ \[0x[0-9a-f]+\]: event: \d+$/m.test(text) ||
    /^ *\S.* \d+\.\d{6,9}: +(?:\w+:)?\w+: /m.test(text) ||
    text.startsWith("damo_report_trace_output_") || text.startsWith("#damo");
}
