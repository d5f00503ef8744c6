import { dirname } from "node:path";
import { formatNr, RecordError, type RecordFooter, type RecordHeader, type RecordItem } from "../../damon/mod.ts";
import { ArrowEncoder } from "../arrow/mod.ts";
import type { RecordEncoder } from "../header/mod.ts";
import { exists, isStream, lock, type PipedOutput, refuseBeingWritten, sudoOwner } from "../bytes/mod.ts";

/** A batch is written when this many regions wait, or a second has passed. */
const BATCH_REGIONS = 131_072;
const BATCH_MS = 1000;

/** A record that is being written. Whatever was flushed stays readable, however the process ends. */
export class RecordWriter {
  /** Bytes written so far. */
  bytes = 0;
  /** Whole snapshots taken so far. */
  snapshots = 0;
  /** Regions in them. */
  regions = 0;
  /** Whether what was written stays where there is no room for all of it. */
  isKept = true;
  readonly #encoder: RecordEncoder;
  /** Standard output, where its reader must not keep us waiting. */
  readonly #piped: PipedOutput | undefined;
  /** What is in the file already. */
  #written = { snapshots: 0, regions: 0 };
  /** What was in the file before each piece, where pieces may have to be taken back. */
  readonly #before: { bytes: number; snapshots: number; regions: number }[] = [];
  readonly #waiting: RecordItem[] = [];
  #waitingRegions = 0;
  #flushedMs = performance.now();

  #isOpen = true;
  /** What was in its place is there by this name. */
  #old: string | undefined;

  private constructor(
    readonly path: string,
    readonly file: Deno.FsFile | undefined,
    encoder: RecordEncoder,
    readonly isCuttable: boolean = file !== undefined,
    piped?: PipedOutput,
  ) {
    this.#encoder = encoder;
    this.#piped = piped;
  }

  /** Writes what it begins with; where that is too much already, nothing stays. */
  #begin(old?: string): this {
    this.#old = old;
    try {
      this.#put(this.#encoder.begin());
    } catch (error) {
      this.discard();
      throw error;
    }
    return this;
  }

  /**
   * Begins a record at `path`; `-` writes to standard output. A file that is there is renamed to `path.old` first; a
   * device such as `/dev/null` is written to as it is.
   *
   * @param encoder What makes its bytes; an Arrow stream by default.
   * @param piped Takes what goes to standard output, instead of writes that wait for its reader; then {@linkcode ready} and
   * {@linkcode taken} wait for it.
   * @throws {RecordError} where it cannot be written.
   */
  static create(
    path: string,
    header: RecordHeader,
    encoder: RecordEncoder = new ArrowEncoder(header),
    piped?: PipedOutput,
  ): RecordWriter {
    if (path === "-") return new RecordWriter(path, undefined, encoder, false, piped).#begin();
    try {
      if (isStream(path)) {
        return new RecordWriter(path, Deno.openSync(path, { append: true }), encoder, false).#begin();
      }
      const { file, old } = begun(path);
      return new RecordWriter(path, file, encoder).#begin(old);
    } catch (error) {
      if (error instanceof RecordError) throw error;
      throw new RecordError(`Cannot write ${path}: ${(error as Error).message}`, path);
    }
  }

  /**
   * Takes one item; writes a batch when enough wait.
   *
   * @throws {RecordError} where the output takes no more; what was written before stays readable.
   */
  write(item: RecordItem): void {
    this.#waiting.push(item);
    if (item.kind === "snapshot") {
      this.snapshots++;
      this.regions += item.snapshot.regions.length;
      this.#waitingRegions += item.snapshot.regions.length;
    } else if (item.kind === "applied") this.#waitingRegions += item.applied.regions.length;
    const isFull = this.#waitingRegions >= (this.#encoder.batchRegions ?? BATCH_REGIONS);
    // Who reads along in a pipe wants each line as it comes.
    const isAwaited = this.#encoder.isLive === true && !this.isCuttable;
    const isDue = this.#encoder.isPatient !== true && performance.now() - this.#flushedMs >= BATCH_MS;
    if (isFull || isAwaited || isDue) this.flush();
  }

  /** Writes what waits, if it is a second old or `force` is given. @throws {RecordError} as {@linkcode write}. */
  flush(force = true): void {
    if (this.#waiting.length === 0) return;
    if (!force && (this.#encoder.isPatient || performance.now() - this.#flushedMs < BATCH_MS)) return;
    this.#flushedMs = performance.now();
    this.#waitingRegions = 0;
    if (this.#encoder.takeBack) this.#before.push({ bytes: this.bytes, ...this.#written });
    this.#put(this.#encoder.encode(this.#waiting.splice(0)));
    this.#written = { snapshots: this.snapshots, regions: this.regions };
  }

  /** Ends the record with its footer. @throws {RecordError} as {@linkcode write}. */
  finish(footer: RecordFooter): void {
    this.write({ kind: "footer", footer });
    this.flush();
    this.#put(this.#encoder.end());
  }

  /** Waits where the reader of a pipe is far behind, or until `signal` aborts. @throws {RecordError} as {@linkcode write}. */
  async ready(signal: AbortSignal): Promise<void> {
    try {
      await this.#piped?.ready(signal);
    } catch (error) {
      throw this.#failureOf(error);
    }
  }

  /**
   * Waits until the reader of a pipe has taken all, or until shortly after `signal` aborts.
   *
   * @throws {RecordError} as {@linkcode write}, and where it has not taken all.
   */
  async taken(signal: AbortSignal): Promise<void> {
    let left: number | undefined;
    try {
      left = await this.#piped?.end(signal);
    } catch (error) {
      throw this.#failureOf(error);
    }
    if (!left) return;
    throw new RecordError(
      `The record is cut off: the reader of standard output had not taken its last ${formatNr(left)} bytes`,
      this.path,
      this.bytes - left,
    );
  }

  /**
   * Ends a record whose output took no more where it got to: what was taken back of its last batch leaves room for a
   * footer as a rule. The footer then counts only what was written. Parquet is readable only with it.
   *
   * @returns Whether there was room; else the record ends without a footer.
   */
  finishCut(footer: RecordFooter): boolean {
    if (!this.isCuttable) return false;
    if (this.#encoder.takeBack) return this.#finishShorter(footer);
    // Of other formats a piece may need those before it, one of which is lost.
    return this.#encoder instanceof ArrowEncoder && this.#tryEnd(footer);
  }

  /** Makes room for the end with the last pieces, as few as it takes. */
  #finishShorter(footer: RecordFooter): boolean {
    for (let before = this.#before.pop(); before; before = this.#before.pop()) {
      const { bytes, ...written } = before;
      this.#encoder.takeBack!(bytes);
      this.#written = written;
      this.bytes = bytes;
      this.#cut();
      if (this.#tryEnd(footer)) return true;
    }
    return false;
  }

  #tryEnd(footer: RecordFooter): boolean {
    const item: RecordItem = { kind: "footer", footer: { ...footer, ...this.#written } };
    try {
      // In one write: a record with a footer and no end mark would look cut off.
      this.#put(joined(this.#encoder.encode([item]), this.#encoder.end()));
      return true;
    } catch (error) {
      if (error instanceof RecordError) return false;
      throw error;
    }
  }

  /** Closes the file; the record is complete only after {@linkcode finish}. One without a byte does not stay. */
  close(): void {
    if (this.bytes === 0 && this.isCuttable) return this.discard();
    if (this.#isOpen) this.file?.close();
    this.#isOpen = false;
  }

  /** Closes the file and takes it away, with what was in its place back there: for what is of no use before its end. */
  discard(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.isCuttable) {
      Deno.removeSync(this.path);
      if (this.#old !== undefined) Deno.renameSync(this.#old, this.path);
    }
    this.file?.close();
  }

  #cut(): void {
    this.file!.truncateSync(this.bytes);
    this.file!.seekSync(0, Deno.SeekMode.End);
  }

  #put(bytes: Uint8Array): void {
    try {
      writeAll(this.file ?? this.#piped ?? Deno.stdout, bytes);
    } catch (error) {
      // Half a batch is of no use: what is left ends with the last whole one.
      if (this.isCuttable) {
        this.#cut();
        if (this.#encoder instanceof ArrowEncoder) this.#encoder.forgetLast();
      }
      throw this.#failureOf(error);
    }
    this.bytes += bytes.byteLength;
  }

  /** What writing met, in words; a reader that has gone is no failure of ours. */
  #failureOf(error: unknown): unknown {
    if (error instanceof Deno.errors.BrokenPipe) return error;
    const full = /os error 28/.test(String(error));
    const rest = this.bytes > 0 && this.isKept && !this.#encoder.takeBack
      ? "the record is readable up to there"
      : "make room, or write elsewhere";
    return new RecordError(
      `Cannot write ${this.path === "-" ? "to standard output" : this.path}: ` +
        `${full ? "no space is left" : (error as Error).message}; ${rest}`,
      this.path,
      this.bytes,
    );
  }
}

/** A new file, locked as long as it is written; the one that was there is kept. */
function begun(path: string): { file: Deno.FsFile; old: string | undefined } {
  // Two that begin at once do so one after the other.
  using _folder = lockedFolder(dirname(path));
  const old = exists(path) ? `${path}.old` : undefined;
  if (old !== undefined) {
    refuseBeingWritten(path);
    Deno.renameSync(path, old);
  }
  // Readable by its owner only: addresses and command lines can be secrets.
  const give = sudoOwner(path);
  const file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  lock(file);
  give();
  return { file, old };
}

/**
 * `undefined` where it cannot be opened, as who may write may not always look, or where somebody holds it for longer than it
 * takes to begin a file: in a folder such as `/tmp` everybody can.
 */
function lockedFolder(path: string): Deno.FsFile | undefined {
  let folder: Deno.FsFile | undefined;
  try {
    folder = Deno.openSync(path);
    for (let tries = 0; tries < 100; tries++) {
      if (folder.tryLockSync(true)) return folder;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  } catch { /* file systems without locks let everybody */ }
  folder?.close();
  return undefined;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}
