import { ImpossibleError } from "./reason.ts";

const NEWLINE = 10;

/** A line longer than this is none of a record. */
const MOST_LINE = 64 << 20;

/**
 * The whole lines of a stream, many at once; the last one may lack its end.
 *
 * @throws {ImpossibleError} for a line of more than 64 MiB.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ bytes: Uint8Array; ends: number; isLast: boolean }> {
  // Pieces of a line whose end has not come: put together once, when it has.
  let [pieces, length, taken]: [Uint8Array[], number, number] = [[], 0, 0];
  const joined = (last: Uint8Array): Uint8Array => {
    if (pieces.length === 0) return last;
    const all = new Uint8Array(length + last.length);
    let at = 0;
    for (const piece of [...pieces, last]) {
      all.set(piece, at);
      at += piece.length;
    }
    [pieces, length] = [[], 0];
    return all;
  };
  const keep = (piece: Uint8Array) => {
    if (piece.length === 0) return;
    pieces.push(piece.slice());
    length += piece.length;
    if (length <= MOST_LINE) return;
    throw new ImpossibleError(`the line that begins at byte ${taken} is longer than ${MOST_LINE >> 20} MiB`);
  };
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      keep(chunk);
      continue;
    }
    const bytes = joined(chunk.subarray(0, last + 1));
    taken += bytes.length;
    yield { bytes, ends: bytes.length, isLast: false };
    keep(chunk.subarray(last + 1));
  }
  if (length > 0) {
    const bytes = joined(new Uint8Array(0));
    yield { bytes, ends: bytes.length, isLast: true };
  }
}
