/** Whether bytes begin with the mark of UTF-8 or UTF-16. */
export function isMarked(head: Uint8Array): boolean {
  return markOf(head) !== undefined;
}

function markOf(head: Uint8Array): { encoding: "utf-8" | "utf-16le" | "utf-16be"; bytes: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", bytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe && !(head[2] === 0 && head[3] === 0)) {
    return { encoding: "utf-16le", bytes: 2 };
  }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", bytes: 2 };
  return undefined;
}

/** Text as UTF-8 without a mark, piece by piece. */
export async function* plainText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  for await (const chunk of bytes) {
    let rest = chunk;
    if (isFirst) {
      isFirst = false;
      const mark = markOf(chunk);
      if (mark) rest = chunk.subarray(mark.bytes);
      if (mark && mark.encoding !== "utf-8") decoder = new TextDecoder(mark.encoding);
    }
    yield decoder ? encoder.encode(decoder.decode(rest, { stream: true })) : rest;
  }
}
