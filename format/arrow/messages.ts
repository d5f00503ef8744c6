import { crc32 } from "node:zlib";
import { formatNr } from "../../damon/mod.ts";
import { FlatTable } from "./flatbuffer.ts";
import { ImpossibleError, reasonOf } from "../bytes/mod.ts";

/** What a message of a stream begins with. */
const CONTINUATION = 0xffff_ffff;
/** Longest metadata: the schema's holds the header, which of 200,000 kdamonds has some 80 MB. It is taken as far as it is there. */
const MOST_METADATA = 128 << 20;
/** Longest body: a batch of some ten thousand regions has a MB. */
const MOST_BODY = 1 << 30;
/** Begins the checksum: "damo". */
const MARK = 0x6f6d_6164;
/** Bytes of a checksum: the mark, the message's place in the stream, the checksum, zero. */
export const SEAL_BYTES = 16;

/** What a message holds. */
export type MessageKind = "schema" | "dictionary" | "batch" | "other";
const KINDS: readonly MessageKind[] = ["other", "schema", "dictionary", "batch"];

/** One message of an Arrow stream. */
export interface ArrowMessage {
  kind: MessageKind;
  /** What its kind describes. */
  header: FlatTable;
  body: Uint8Array;
  /** First byte of it in the stream. */
  at: number;
  /** One past its last byte. */
  to: number;
}

/**
 * Adds a checksum to a message as it is written, in the padding between metadata and body, which readers of Arrow pass over:
 * the mark, the message's place in the stream, and CRC-32 of all but the checksum itself.
 *
 * @param message With its eight bytes of length, and its body.
 * @param sequence Its place in the stream, from 0.
 */
export function sealed(message: Uint8Array, sequence: number): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const metadata = view.getInt32(4, true);
  const bytes = new Uint8Array(message.length + SEAL_BYTES);
  const split = 8 + metadata;
  bytes.set(message.subarray(0, split));
  bytes.set(message.subarray(split), split + SEAL_BYTES);
  const out = new DataView(bytes.buffer);
  out.setInt32(4, metadata + SEAL_BYTES, true);
  out.setUint32(split, MARK, true);
  out.setUint32(split + 4, sequence, true);
  out.setUint32(split + 8, checksumOf(bytes.subarray(0, split), sequence, bytes.subarray(split + SEAL_BYTES)), true);
  return bytes;
}

function checksumOf(head: Uint8Array, sequence: number, body: Uint8Array): number {
  return crc32(body, crc32(head, sequence)) >>> 0;
}

/** Splits an Arrow stream into its messages. Nothing is allocated that is not there, and checksums are held against it. */
export class ArrowMessages {
  /** Bytes taken so far. */
  at = 0;
  /** Messages taken so far. */
  count = 0;
  /** Whether the end mark came. */
  isEnded = false;
  /** Messages that were changed after they were written, as ranges of bytes. */
  readonly changed: string[] = [];
  readonly #chunks: AsyncIterator<Uint8Array>;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #isSealed: boolean | undefined;

  /** @param isPart Whether only some messages of a stream come. */
  constructor(chunks: AsyncIterable<Uint8Array>, readonly isPart = false) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * The next message; `undefined` at the end.
   *
   * @throws {ImpossibleError} saying what is wrong, and at which byte.
   */
  async next(): Promise<ArrowMessage | undefined> {
    for (;;) {
      if (this.isEnded) return undefined;
      const { at } = this;
      const head = await this.#take(8);
      if (head.length === 0) return undefined;
      const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
      if (head.length < 8) throw cutOff(at);
      if (view.getUint32(0, true) !== CONTINUATION) throw new ImpossibleError(`no message begins at byte ${at}`);
      const length = view.getInt32(4, true);
      if (length === 0) {
        this.isEnded = true;
        return undefined;
      }
      if (length < 8 || length > MOST_METADATA) {
        const most = length > MOST_METADATA ? `; ${formatNr(MOST_METADATA)} are the most that is read` : "";
        throw new ImpossibleError(
          `the message at byte ${at} says that its description has ${formatNr(length)} bytes${most}`,
        );
      }
      const message = await this.#message(at, head, length);
      if (message) return message;
    }
  }

  async #message(at: number, head: Uint8Array, length: number): Promise<ArrowMessage | undefined> {
    const metadata = await this.#take(length);
    if (metadata.length < length) throw cutOff(at);
    let kind: MessageKind;
    let header: FlatTable;
    let bodyBytes: number;
    const broken = (error?: unknown) =>
      new ImpossibleError(
        `the message at byte ${at} is broken` + (error instanceof ImpossibleError ? ` (${reasonOf(error)})` : ""),
      );
    try {
      const root = FlatTable.root(metadata);
      kind = KINDS[root.byte(1)] ?? "other";
      header = root.table(2)!;
      bodyBytes = root.int64(3);
    } catch {
      throw broken();
    }
    if (!header || !(bodyBytes >= 0 && bodyBytes <= MOST_BODY)) throw broken();
    const body = await this.#take(bodyBytes);
    if (body.length < bodyBytes) throw cutOff(at);
    const sequence = this.count++;
    const to = at + 8 + length + bodyBytes;
    if (!this.#isIntact(head, metadata, body, sequence)) {
      this.changed.push(`bytes ${at} to ${to}`);
      if (sequence === 0) {
        throw new ImpossibleError("its header was changed after it was written: the checksum differs");
      }
      return undefined;
    }
    return { kind, header, body, at, to };
  }

  /** Whether it is as it was written: of a stream whose first message has a checksum, all have. */
  #isIntact(head: Uint8Array, metadata: Uint8Array, body: Uint8Array, sequence: number): boolean {
    const split = metadata.length - SEAL_BYTES;
    const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
    const isSealed = split >= 8 && view.getUint32(split, true) === MARK;
    this.#isSealed ??= isSealed;
    if (isSealed !== this.#isSealed) return false;
    if (!isSealed) return true;
    const said = view.getUint32(split + 4, true);
    if (!this.isPart && said !== sequence || view.getUint32(split + 12, true) !== 0) return false;
    // As it was before the checksum was added.
    const plain = new Uint8Array(8 + split);
    plain.set(head);
    plain.set(metadata.subarray(0, split), 8);
    return view.getUint32(split + 8, true) === checksumOf(plain, said, body);
  }

  /** The next bytes; fewer where the stream ends. */
  async #take(count: number): Promise<Uint8Array> {
    while (this.#length < count) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      if (value.length === 0) continue;
      this.#pieces.push(value);
      this.#length += value.length;
    }
    const length = Math.min(count, this.#length);
    // 64-bit numbers are looked at in place.
    const bytes = new Uint8Array(length);
    let [got, used] = [0, 0];
    while (got < length) {
      const piece = this.#pieces[used];
      const part = piece.subarray(0, length - got);
      bytes.set(part, got);
      got += part.length;
      if (part.length < piece.length) this.#pieces[used] = piece.subarray(part.length);
      else used++;
    }
    this.#pieces.splice(0, used);
    this.#length -= length;
    this.at += length;
    return bytes;
  }

  /** Ends the reading. */
  async cancel(): Promise<void> {
    await this.#chunks.return?.();
  }
}

function cutOff(at: number): ImpossibleError {
  return new ImpossibleError(`the message at byte ${at} is cut off`);
}
