/** Numbers of a snapshot's regions that are in use for a moment only. */
export type NumberColumn = Float64Array | number[];

/** To make a typed array takes longer than to fill one of so many numbers. */
const MOST_PLAIN = 64;

/** So many zeros: where they are few, and there may be very many such columns, an array of the engine's own. */
export function numberColumn(length: number): NumberColumn {
  return length > MOST_PLAIN ? new Float64Array(length) : new Array<number>(length).fill(0);
}

/** A copy of the numbers. */
export function copiedColumn(from: ArrayLike<number>): NumberColumn {
  const column = numberColumn(from.length);
  for (let i = 0; i < from.length; i++) column[i] = from[i];
  return column;
}
