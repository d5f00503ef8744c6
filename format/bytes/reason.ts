import { RecordError } from "../../damon/mod.ts";
import { isEngineMessage } from "../../damon/text/mod.ts";

/** What a record holds cannot be; the message says what, without the place. */
export class ImpossibleError extends SyntaxError {
  /** `ImpossibleError`. */
  override name = "ImpossibleError";
}

/** What zlib and its kin find, in words of ours. */
const CODES: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "its compressed data ends too early",
  Z_DATA_ERROR: "its compressed data is damaged",
  Z_NEED_DICT: "it was compressed with a dictionary, which is not there",
  Z_MEM_ERROR: "there is not enough memory to decompress it",
  ERR_BUFFER_TOO_LARGE: "its compressed data is larger than it says",
  ERR_OUT_OF_RANGE: "its data is damaged",
  EISDIR: "it is a folder",
  EIO: "the disk cannot read it (EIO)",
};

/**
 * Why bytes could not be read, in words of ours: what a library or the engine says about its insides helps nobody. Only for
 * errors that the bytes are the cause of.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "its data is damaged";
  const { code } = error as { code?: string };
  if (code !== undefined && Object.hasOwn(CODES, code)) return CODES[code];
  const { message } = error;
  if (/^Zstd decompress error|^ZSTD_/i.test(message) || /^(?:Z_|ZSTD_)/.test(code ?? "")) {
    return /checksum/.test(message) ? "its data was changed: the checksum differs" : "its compressed data is damaged";
  }
  if (error instanceof RecordError || error instanceof ImpossibleError) return message;
  if (error instanceof SyntaxError) {
    return jsonReason(message) ?? (isEngineMessage(message) ? "it is no JSON" : message);
  }
  // The library that reads Parquet names its own insides.
  return isEngineMessage(message) || /^(?:parquet|thrift|snappy) /.test(message) || error instanceof TypeError ||
      error instanceof ReferenceError
    ? "its data is damaged"
    : message.replace(/ \(os error \d+\)(: \w+ '[^']*')?/, "");
}

/** What `JSON.parse` says, as what is wrong with the text. */
function jsonReason(message: string): string | undefined {
  if (!/JSON/.test(message)) return undefined;
  if (/^Unexpected end|^Unterminated|^Expected .* JSON at position|after JSON/.test(message)) {
    const at = /at position (\d+)/.exec(message)?.[1];
    return at === undefined ? "it is no whole JSON" : `it is no JSON from character ${Number(at) + 1} on`;
  }
  const at = /at position (\d+)/.exec(message)?.[1];
  return at === undefined ? "it is no JSON" : `it is no JSON from character ${Number(at) + 1} on`;
}
