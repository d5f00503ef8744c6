import type { RecordFooter } from "../../damon/mod.ts";
import { decodeArrow } from "./read.ts";

/**
 * The footer of a record in an Arrow file, found from message to message without reading what is in them; `undefined` where
 * there is none.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
export async function arrowFooter(path: string): Promise<RecordFooter | undefined> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const read = (at: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - at)));
    file.seekSync(at, Deno.SeekMode.Start);
    for (let got = 0; got < bytes.length;) got += file.readSync(bytes.subarray(got)) ?? bytes.length;
    return bytes;
  };
  let at = 0;
  const messages: { at: number; length: number }[] = [];
  for (;;) {
    const head = read(at, 4096);
    if (head.length < 8) break;
    const view = new DataView(head.buffer);
    const metadata = view.getInt32(4, true);
    if (view.getUint32(0, true) !== 0xffff_ffff || metadata <= 0) break;
    const whole = metadata + 8 <= head.length ? head : read(at, metadata + 8);
    const length = 8 + metadata + bodyLength(new DataView(whole.buffer, 8));
    if (at + length > size) break;
    // The schema and the last one are all that is wanted.
    if (messages.length > 1) messages.pop();
    messages.push({ at, length });
    at += length;
  }
  if (messages.length < 2) return undefined;
  const record = await decodeArrow(
    (async function* () {
      for (const message of messages) yield read(message.at, message.length);
    })(),
    path,
    true,
  );
  for await (const item of record.items()) if (item.kind === "footer") return item.footer;
  return undefined;
}

/** The fourth field of a Message in its FlatBuffer; absent fields are 0. */
function bodyLength(view: DataView): number {
  const table = view.getUint32(0, true);
  const vtable = table - view.getInt32(table, true);
  const size = view.getUint16(vtable, true);
  const field = 4 + 3 * 2 < size ? view.getUint16(vtable + 4 + 3 * 2, true) : 0;
  return field === 0 ? 0 : Number(view.getBigInt64(table + field, true));
}
