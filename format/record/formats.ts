import { failed, option, said } from "../../damon/mod.ts";
import type { RecordHeader } from "../../damon/mod.ts";
import type { EncoderOptions, FormatName, RecordEncoder } from "../header/mod.ts";

/** One format that a record can be written in. */
export interface WrittenFormat {
  /** Suffixes of files in it. */
  suffixes: readonly string[];
  /** In a few words, for help. */
  description: string;
  /** Loads what writes it: not before it is wanted. */
  load(): Promise<(header: RecordHeader, options: EncoderOptions) => RecordEncoder>;
}

/** Formats by their names, those of the Python damo under its own. */
export const FORMATS: Readonly<Record<FormatName, WrittenFormat>> = {
  arrow: {
    suffixes: [".arrow", ".arrows", ".ipc"],
    description: "damo's own: an Arrow stream; keeps everything",
    load: async () => {
      const { ArrowEncoder } = await import("../arrow/write.ts");
      return (header) => new ArrowEncoder(header);
    },
  },
  parquet: {
    suffixes: [".parquet"],
    description: "a table for DuckDB, Spark and the like, one region a row",
    load: async () => {
      const { ParquetEncoder } = await import("../parquet/write.ts");
      return (header) => new ParquetEncoder(header);
    },
  },
  jsonl: {
    suffixes: [".jsonl", ".ndjson"],
    description: "JSON lines, one snapshot a line; for jq",
    load: async () => {
      const { JsonLinesEncoder } = await import("../jsonl/write.ts");
      return (header, options) => new JsonLinesEncoder(header, options.addresses);
    },
  },
  csv: {
    suffixes: [".csv"],
    description: "a table, one region a row",
    load: async () => {
      const { CsvEncoder } = await import("../csv/write.ts");
      return () => new CsvEncoder();
    },
  },
  json_compressed: {
    suffixes: [".data", ".json.z", ".zlib"],
    description: "the Python damo's own: zlib of JSON",
    load: async () => {
      const { PythonDamoJsonEncoder } = await import("../python_damo/write.ts");
      const { ZlibPieces } = await import("../bytes/zlib_pieces.ts");
      return (header) => new PythonDamoJsonEncoder(header, new ZlibPieces());
    },
  },
  json: {
    suffixes: [".json"],
    description: "the Python damo's JSON",
    load: async () => {
      const { PythonDamoJsonEncoder } = await import("../python_damo/write.ts");
      return (header) => new PythonDamoJsonEncoder(header);
    },
  },
  perf_script: {
    suffixes: [".script", ".trace", ".txt"],
    description: "text as perf script prints it",
    load: async () => {
      const { TraceEncoder } = await import("../trace/write.ts");
      return (header) => new TraceEncoder(header);
    },
  },
};

/**
 * The format that a file's name asks for.
 *
 * @throws {RangeError} naming the suffixes there are.
 */
export function formatOf(path: string): FormatName {
  const lower = path.toLowerCase();
  const all = Object.entries(FORMATS).flatMap(([name, { suffixes }]) =>
    suffixes.map((suffix) => ({ name: name as FormatName, suffix }))
  );
  const found = all.filter(({ suffix }) => lower.endsWith(suffix)).sort((a, b) => b.suffix.length - a.suffix.length)[0];
  if (found) return found.name;
  throw failed(RangeError, {
    what: `${path} does not say its format: its name ends in none of ${all.map(({ suffix }) => suffix).join(", ")}`,
    help: said`give it another name, or say ${option("format")}`,
  });
}

/**
 * The format of this name; dashes stand for underscores.
 *
 * @throws {RangeError} naming the formats there are.
 */
export function parseFormat(name: string): FormatName {
  const known = name.toLowerCase().replaceAll("-", "_");
  if (Object.hasOwn(FORMATS, known)) return known as FormatName;
  throw new RangeError(`There is no format ${name}; there are ${Object.keys(FORMATS).join(", ")}`);
}

/** What writes a format. */
export async function encoderOf(
  format: FormatName,
  header: RecordHeader,
  options: EncoderOptions = {},
): Promise<RecordEncoder> {
  const make = await FORMATS[format].load();
  return make(header, options);
}
