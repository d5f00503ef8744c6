/**
 * Bytes and text that every format needs: sources, lines, decompression, output files.
 *
 * @module
 */
export { type ByteSource, openBytes, PeekedBytes } from "./byte_source.ts";
export { CSV_COLUMNS } from "./csv_columns.ts";
export { csvCells, type CsvColumn, type CsvShape, csvShapeOf, isBeforeHead } from "./csv_line.ts";
export { incompleteOf } from "./ending.ts";
export { decimal, decimalU64, jsonInteger } from "./exact_number.ts";
export { Flaws } from "./flaws.ts";
export { endOfValue, JsonError, JsonWindow, parseExact, skipSpace } from "./json_window.ts";
export { linesOf } from "./lines.ts";
export { checkWritable, exists, hasSideFiles, isStream, lock, refuseBeingWritten } from "./output_file.ts";
export { PipedOutput } from "./piped_output.ts";
export { isMarked, plainText } from "./plain_text.ts";
export { ImpossibleError, reasonOf } from "./reason.ts";
export { SNIFF_BYTES, type Sniffed, sniffFormat } from "./sniff.ts";
export { makeFolder, sudoOwner } from "./sudo_owner.ts";
export { WholeFile } from "./whole_file.ts";
export { type BytePieces, PLAIN } from "./zlib_pieces.ts";
