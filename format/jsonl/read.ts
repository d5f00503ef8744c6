import {
  AGE_UNKNOWN,
  type AppliedRegions,
  parseBytes,
  RecordError,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  Regions,
  type SchemeStats,
  type Snapshot,
} from "../../damon/mod.ts";
import { checkedCount, foreignHeader, type FormatReader, headerFrom, isPlainItem } from "../header/mod.ts";
import { Flaws, ImpossibleError, incompleteOf, linesOf, parseExact, reasonOf } from "../bytes/mod.ts";

const decoder = new TextDecoder();

/** A snapshot in a line of JSON. */
interface SnapshotLine {
  kdamond: number;
  target_id: number | string | bigint;
  start_ns: number | bigint;
  end_ns: number | bigint;
  sample_us: number;
  aggr_us: number;
  scheme?: { index: number; stats?: SchemeStats };
  nr_regions?: number;
  regions: RegionFields[];
}

/** Regions on which a scheme acted, in a line of JSON. */
interface AppliedLine extends Pick<SnapshotLine, "kdamond" | "target_id" | "start_ns" | "end_ns" | "regions"> {
  context: number;
  scheme?: number;
}

interface RegionFields {
  start: number | string | bigint;
  end: number | string | bigint;
  nr_accesses: number;
  age: number | null;
  sz_filter_passed?: number;
  probe_hits?: number[];
  resident_bytes?: number;
  used_bytes?: number;
  looks?: number;
}

type Line = RecordItem | { kind: "header"; header: RecordHeader };

/**
 * Decodes JSON lines as `damo convert` and `damo record` write them. The header may be missing, where somebody kept only the
 * snapshots; lines of other kinds are passed over.
 *
 * @param name Names the source in errors.
 * @throws {RecordError} where the first line is none of a record.
 */
export async function decodeJsonLines(bytes: AsyncIterable<Uint8Array>, name: string): Promise<FormatReader> {
  const walk = new LineWalk(bytes, name);
  const lines = walk.lines();
  const { done, value } = await lines.next();
  if (done) {
    throw new RecordError(
      `Cannot read ${name}: ${
        walk.failure ?? walk.flaws.toText() ?? walk.others.toText() ??
          "it is JSON, and has no header or snapshot of damo's"
      }`,
      name,
      0,
    );
  }
  const header = value.kind === "header"
    ? value.header
    : foreignHeader({ tool: "", first: value.kind === "snapshot" ? value.snapshot : undefined });
  return {
    header,
    flaws: walk.flaws,
    place: () => `line ${walk.number}`,
    get incomplete() {
      const ending = walk.failure ?? (value.kind === "header" ? incompleteOf(walk.footer) : undefined);
      return [ending, walk.others.toText()].filter((one) => one !== undefined).join("; ") || undefined;
    },
    async *items() {
      if (value.kind !== "header") yield value;
      for await (const line of lines) if (line.kind !== "header") yield line;
    },
    async [Symbol.asyncDispose]() {
      await lines.return(undefined);
    },
  };
}

/** A line that is none of its kind; the others are read. */
class NoItemError extends Error {}

class LineWalk {
  failure: string | undefined;
  footer: RecordFooter | undefined;
  /** Of the line that was read last, from 1. */
  number = 0;
  readonly flaws = new Flaws();
  /** Lines that are no snapshots, and not what they should be. */
  readonly others = new Flaws("line");
  constructor(readonly bytes: AsyncIterable<Uint8Array>, readonly name: string) {}

  async *lines(): AsyncGenerator<Line> {
    try {
      for await (const { bytes, isLast } of linesOf(this.bytes)) {
        // What follows the last end of a line is no line.
        const whole = isLast ? bytes : bytes.subarray(0, bytes.length - 1);
        for (const text of decoder.decode(whole).split("\n")) {
          this.number++;
          if (text.trim() === "") continue;
          let line: Line | undefined;
          try {
            line = lineOf(text, this.name);
          } catch (error) {
            if (error instanceof RecordError) throw error;
            if (error instanceof NoItemError) {
              this.others.add(`line ${this.number}`, error.message);
              continue;
            }
            if (error instanceof ImpossibleError) {
              this.flaws.add(`line ${this.number}`, error.message);
              continue;
            }
            this.failure = `${isLast ? "it is cut off in line" : "broken in line"} ${this.number} (${reasonOf(error)})`;
            return;
          }
          if (line === undefined) continue;
          this.footer = line.kind === "footer" ? line.footer : undefined;
          yield line;
        }
      }
    } catch (error) {
      if (error instanceof RecordError) throw error;
      this.failure = `it is cut off or broken (${reasonOf(error)})`;
    }
  }
}

function lineOf(text: string, name: string): Line | undefined {
  const fields = parseExact(text) as Record<string, unknown> | null;
  if (typeof fields !== "object" || fields === null) throw new SyntaxError("it is no object");
  switch (fields.kind) {
    case "header":
      // Doubles throughout, as they were written.
      return { kind: "header", header: headerFrom(JSON.parse(text).header, name) };
    case "mappings":
    case "scheme_stats":
    case "usage":
    case "residency":
    case "working_set":
    case "profile":
    case "footer": {
      const item = JSON.parse(text);
      if (!isPlainItem(item)) throw new NoItemError(`it is no ${fields.kind}`);
      return item;
    }
    case "snapshot":
      return { kind: "snapshot", snapshot: snapshotOf(fields as unknown as SnapshotLine) };
    case "applied":
      return { kind: "applied", applied: appliedOf(fields as unknown as AppliedLine) };
  }
  return undefined;
}

function appliedOf({ kdamond, context, scheme, target_id, start_ns, end_ns, regions }: AppliedLine): AppliedRegions {
  return {
    kdamond: checkedCount(kdamond, "its kdamond"),
    context: checkedCount(context, "its context"),
    ...(scheme !== undefined && { scheme: checkedCount(scheme, "its scheme"), targetId: targetOf(target_id) }),
    startNs: numberOf(start_ns, "start_ns"),
    endNs: numberOf(end_ns, "end_ns"),
    regions: regionsOf(listOf(regions)),
  };
}

function listOf(rows: unknown): RegionFields[] {
  if (Array.isArray(rows) && rows.every((row) => typeof row === "object" && row !== null)) return rows;
  throw new ImpossibleError("its regions are no list of regions");
}

function targetOf(id: unknown): bigint {
  if (typeof id === "bigint" || typeof id === "number" && Number.isInteger(id)) return BigInt(id);
  if (typeof id === "string" && /^\d{1,20}$/.test(id)) return BigInt(id);
  throw new ImpossibleError(`its target_id is ${JSON.stringify(id) ?? "missing"}`);
}

function numberOf(value: unknown, name: string): number {
  if (typeof value === "bigint" || typeof value === "number") return Number(value);
  throw new ImpossibleError(`${name} is ${JSON.stringify(value) ?? "missing"}`);
}

/** An address: a number, or text in hex or with a unit. */
function addressOf(value: unknown, name: string): number {
  if (typeof value !== "string") return numberOf(value, name);
  try {
    return parseBytes(value);
  } catch {
    throw new ImpossibleError(`${name} is ${JSON.stringify(value.slice(0, 40))}`);
  }
}

function regionsOf(rows: readonly RegionFields[]): Regions {
  const regions = Regions.alloc(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    regions.start[i] = addressOf(row.start, "a start");
    regions.end[i] = addressOf(row.end, "an end");
    regions.nrAccesses[i] = checkedCount(row.nr_accesses, "nr_accesses");
    regions.age[i] = row.age === null || row.age === undefined ? AGE_UNKNOWN : checkedCount(row.age, "an age");
  }
  return regions;
}

function evidenceOf(rows: readonly RegionFields[]): Pick<Snapshot, "evidence"> {
  if (rows.length === 0 || rows.some(({ looks }) => looks === undefined)) return {};
  return {
    evidence: {
      residentBytes: Float64Array.from(rows, (row) => numberOf(row.resident_bytes ?? 0, "resident_bytes")),
      usedBytes: Float64Array.from(rows, (row) => numberOf(row.used_bytes ?? 0, "used_bytes")),
      looks: Uint32Array.from(rows, (row) => checkedCount(row.looks, "looks")),
    },
  };
}

function snapshotOf(line: SnapshotLine): Snapshot {
  const rows = listOf(line.regions);
  if (line.nr_regions !== undefined && line.nr_regions !== rows.length) {
    throw new ImpossibleError(`it has ${rows.length} regions, and says that it has ${line.nr_regions}`);
  }
  const passedBytes = rows.some((row) => row.sz_filter_passed !== undefined)
    ? Float64Array.from(rows, (row) => numberOf(row.sz_filter_passed ?? 0, "sz_filter_passed"))
    : undefined;
  const nrProbes = rows[0]?.probe_hits?.length ?? 0;
  const probeHits = nrProbes > 0 && rows.every(({ probe_hits }) => probe_hits?.length === nrProbes)
    ? Uint32Array.from(rows.flatMap(({ probe_hits }) => probe_hits!), (hits) => checkedCount(hits, "probe_hits"))
    : undefined;
  if (line.scheme) checkedCount(line.scheme.index, "the index of its scheme");
  return {
    kdamond: checkedCount(line.kdamond, "its kdamond"),
    targetId: targetOf(line.target_id),
    startNs: numberOf(line.start_ns, "start_ns"),
    endNs: numberOf(line.end_ns, "end_ns"),
    sampleUs: numberOf(line.sample_us, "sample_us"),
    aggrUs: numberOf(line.aggr_us, "aggr_us"),
    regions: regionsOf(rows),
    ...(probeHits && { probeHits }),
    ...evidenceOf(rows),
    ...(line.scheme && { scheme: { ...line.scheme, ...(passedBytes && { passedBytes }) } }),
  };
}
