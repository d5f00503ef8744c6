import { RecordError, type RecordHeader, type RecordItem, type Snapshot } from "../../damon/mod.ts";
import { foreignHeader, type FormatReader } from "../header/mod.ts";
import { Flaws, JsonError, JsonWindow, reasonOf } from "../bytes/mod.ts";
import {
  type PythonDamoFields,
  pythonDamoIntervalsOf,
  type PythonDamoMeta,
  pythonDamoMetaOf,
  pythonDamoSnapshotOf,
} from "./record.ts";
import { type PythonDamoIntervals, PythonDamoRegions } from "./regions.ts";
import { mergeSideFiles, type SideFiles } from "./side_files.ts";

/**
 * Decodes a record of the Python damo from its JSON, compressed or not by then. Only a part of the text is in memory, and
 * regions go straight into columns.
 *
 * Its records (one a target or scheme) come one after the other; times of a later one may begin anew.
 *
 * @param name Names the source in errors.
 * @param side What stands in the files beside it.
 * @throws {RecordError} where it is no such record, or ends before its first snapshot.
 */
export async function decodePythonDamoJson(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  side: SideFiles = {},
): Promise<FormatReader> {
  const walk = new PythonDamoWalk(bytes);
  const snapshots = walk.snapshots();
  let first: IteratorResult<Snapshot>;
  try {
    first = await snapshots.next();
  } catch (error) {
    await walk.window.cancel();
    throw new RecordError(
      `Cannot read ${name}: it is JSON, but ${what(error)}, near byte ${walk.window.offset} of its text`,
      name,
      walk.window.offset,
    );
  }
  const { meta } = walk;
  const snapshot = first.done ? undefined : first.value;
  const header = foreignHeader({
    tool: "damo (Python)",
    first: snapshot,
    schemes: meta?.schemes ?? [],
    ...(meta?.intervals && { intervals: meta.intervals }),
    ...(meta?.kdamondIndex !== undefined && { kdamondIndex: meta.kdamondIndex }),
    ...(side.kdamonds && { kdamonds: side.kdamonds }),
  });
  header.processes = side.processes ?? [];
  return new PythonDamoJsonReader(header, snapshot, snapshots, walk, side);
}

class PythonDamoJsonReader implements FormatReader {
  readonly isSequential = true;
  #failure: string | undefined;
  constructor(
    readonly header: RecordHeader,
    readonly first: Snapshot | undefined,
    readonly rest: AsyncGenerator<Snapshot>,
    readonly walk: PythonDamoWalk,
    readonly side: SideFiles,
  ) {}

  get flaws(): Flaws {
    return this.walk.flaws;
  }

  get incomplete(): string | undefined {
    const back = this.walk.back.toText();
    return [this.#failure, back && `time goes back: ${back}`].filter(Boolean).join("; ") || undefined;
  }

  get isGuessed(): boolean {
    return this.walk.meta?.intervals === undefined;
  }

  place(): string {
    return this.walk.place();
  }

  async *items(): AsyncIterable<RecordItem> {
    yield* mergeSideFiles(this.side, this.header.clock, this.#snapshots());
  }

  async *#snapshots(): AsyncGenerator<Snapshot> {
    if (!this.first) return;
    yield this.first;
    try {
      yield* this.rest;
    } catch (error) {
      this.#failure = `${what(error)}, near byte ${this.walk.window.offset} of its text`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.walk.window.cancel();
  }
}

function what(error: unknown): string {
  return error instanceof JsonError || error instanceof SyntaxError
    ? reasonOf(error)
    : `it is cut off or broken (${reasonOf(error)})`;
}

/** Walks through the text once. */
class PythonDamoWalk {
  readonly window: JsonWindow;
  /** Of the record that is being read. */
  meta: PythonDamoMeta | undefined;
  readonly flaws = new Flaws();
  /** Snapshots whose time goes back. */
  readonly back = new Flaws();
  /** End of the last snapshot of this record. */
  #lastNs = -Infinity;
  /** Snapshots read. */
  #count = 0;
  readonly #regions = new PythonDamoRegions();

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.window = new JsonWindow(bytes);
  }

  /** Where the snapshot that was read last is. */
  place(): string {
    return `snapshot ${this.#count} of the file, before byte ${this.window.offset} of its text`;
  }

  async *snapshots(): AsyncGenerator<Snapshot> {
    for await (const _ of this.window.list("[", "]")) yield* this.#record();
    if (await this.window.peek() !== -1) throw this.window.error("something follows its end, which is left out");
  }

  async *#record(): AsyncGenerator<Snapshot> {
    const fields: PythonDamoFields = {};
    let isRecord = false;
    this.#lastNs = -Infinity;
    let held: Held[] | undefined;
    for await (const _ of this.window.list("{", "}")) {
      const key = await this.window.key();
      if (key !== "snapshots") {
        fields[key] = await this.window.value();
        continue;
      }
      isRecord = true;
      // In the order of the alphabet, as other tools write objects, what tells whose they are follows the snapshots.
      if (!("target_id" in fields) || !("intervals" in fields)) held = [];
      this.meta = pythonDamoMetaOf(fields);
      for await (const _ of this.window.list("[", "]")) {
        const one = await this.#snapshot(this.meta);
        const { flaw } = this.#regions;
        if (flaw !== undefined) this.flaws.add(this.place(), flaw);
        else if (held) held.push(one);
        else yield* this.#forward(pythonDamoSnapshotOf(this.meta, ...one));
      }
    }
    if (!isRecord) throw this.window.error(`no record of damo: its first object has ${Object.keys(fields).join(", ")}`);
    if (!held) return;
    this.meta = pythonDamoMetaOf(fields);
    for (const [of, , read] of held) {
      yield* this.#forward(pythonDamoSnapshotOf(this.meta, of, pythonDamoIntervalsOf(this.meta, of), read));
    }
  }

  /** Within a record time goes forward. */
  *#forward(snapshot: Snapshot): Generator<Snapshot> {
    if (snapshot.endNs < this.#lastNs) {
      this.back.add(this.place(), "it ends before the one that came before it");
      return;
    }
    this.#lastNs = snapshot.endNs;
    yield snapshot;
  }

  async #snapshot(meta: PythonDamoMeta): Promise<Held> {
    const fields: PythonDamoFields = {};
    let hasRegions = false;
    for await (const _ of this.window.list("{", "}")) {
      const key = await this.window.key();
      if (key === "regions") {
        await this.#regions.read(this.window, pythonDamoIntervalsOf(meta, fields));
        hasRegions = true;
      } else fields[key] = await this.window.value();
    }
    this.#count++;
    if (!hasRegions) throw this.window.error("a snapshot must have regions");
    return [fields, pythonDamoIntervalsOf(meta, fields), this.#regions.take()];
  }
}

type Held = [fields: PythonDamoFields, intervals: PythonDamoIntervals, read: ReturnType<PythonDamoRegions["take"]>];
