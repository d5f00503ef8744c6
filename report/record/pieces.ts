import type { AddressRange } from "../../damon/mod.ts";

/** A range of addresses that is drawn, and where: so many bytes of the pieces before it come first. */
export interface Piece extends AddressRange {
  /** Offset of its first byte in the band, bytes. */
  offset: number;
}

/** The ranges (ascending, not overlapping) one after the other, without the gaps between them. */
export function piecesOf(ranges: readonly AddressRange[]): Piece[] {
  let offset = 0;
  return ranges.map(({ start, end }) => {
    const piece = { start, end, offset };
    offset += end - start;
    return piece;
  });
}

/** The last piece that begins at this offset or before. */
function pieceAt(pieces: readonly Piece[], offset: number): Piece {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pieces[middle].offset <= offset) low = middle;
    else high = middle - 1;
  }
  return pieces[low];
}

/** Address of the byte at an offset, below the size of all pieces. */
export function addressAt(pieces: readonly Piece[], offset: number): number {
  const piece = pieceAt(pieces, offset);
  return piece.start + offset - piece.offset;
}

/** One past the address of the byte before an offset, which is above 0 and at most the size of all pieces. */
export function endAddressAt(pieces: readonly Piece[], offset: number): number {
  return addressAt(pieces, offset - 1) + 1;
}

/** Offsets of what of a range lies in the pieces, ascending. */
export function* offsetsWithin(pieces: readonly Piece[], { start, end }: AddressRange): Generator<AddressRange> {
  if (start >= end) return;
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].end <= start) low = middle + 1;
    else high = middle;
  }
  for (; low < pieces.length && pieces[low].start < end; low++) {
    const piece = pieces[low];
    const origin = piece.start - piece.offset;
    yield { start: Math.max(start, piece.start) - origin, end: Math.min(end, piece.end) - origin };
  }
}
