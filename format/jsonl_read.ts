import {
  AGE_UNKNOWN,
  type AppliedRegions,
  parseBytes,
  RecordError,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  Regions,
  type SchemeStats,
  type Snapshot,
} from "../damon/mod.ts";
import { incompleteOf } from "./ending.ts";
import { foreignHeader } from "./foreign_header.ts";
import { headerFrom, isPlainItem } from "./header_check.ts";
import { parseExact } from "./json_window.ts";
import { linesOf } from "./trace_line.ts";

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
export async function decodeJsonLines(bytes: AsyncIterable<Uint8Array>, name: string): Promise<RecordReader> {
  const walk = new LineWalk(bytes, name);
  const lines = walk.lines();
  const { done, value } = await lines.next();
  if (done) {
    throw new RecordError(
      `Cannot read ${name} as a record: its first line is no JSON line of one (${walk.failure ?? "it has none"})`,
      name,
      0,
    );
  }
  const header = value.kind === "header"
    ? value.header
    : foreignHeader({ tool: "", first: value.kind === "snapshot" ? value.snapshot : undefined });
  return {
    header,
    get incomplete() {
      return walk.failure ?? (value.kind === "header" ? incompleteOf(walk.footer) : undefined);
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

class LineWalk {
  failure: string | undefined;
  footer: RecordFooter | undefined;
  constructor(readonly bytes: AsyncIterable<Uint8Array>, readonly name: string) {}

  async *lines(): AsyncGenerator<Line> {
    let number = 0;
    try {
      for await (const { bytes, isLast } of linesOf(this.bytes)) {
        for (const text of decoder.decode(bytes).split("\n")) {
          if (text.trim() === "") continue;
          number++;
          let line: Line | undefined;
          try {
            line = lineOf(text, this.name);
          } catch (error) {
            if (error instanceof RecordError) throw error;
            this.failure = `${isLast ? "it is cut off in line" : "broken in line"} ${number} (${
              (error as Error).message
            })`;
            return;
          }
          if (line === undefined) continue;
          this.footer = line.kind === "footer" ? line.footer : undefined;
          yield line;
        }
      }
    } catch (error) {
      if (error instanceof RecordError) throw error;
      this.failure = `it is cut off or broken (${(error as Error).message})`;
    }
  }
}

function lineOf(text: string, name: string): Line | undefined {
  const fields = parseExact(text) as Record<string, unknown>;
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
      if (!isPlainItem(item)) throw new SyntaxError(`it is no ${fields.kind}`);
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
    kdamond,
    context,
    ...(scheme !== undefined && { scheme, targetId: BigInt(target_id) }),
    startNs: Number(start_ns),
    endNs: Number(end_ns),
    regions: regionsOf(regions),
  };
}

function regionsOf(rows: readonly RegionFields[]): Regions {
  const regions = Regions.alloc(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    regions.start[i] = typeof row.start === "string" ? parseBytes(row.start) : Number(row.start);
    regions.end[i] = typeof row.end === "string" ? parseBytes(row.end) : Number(row.end);
    regions.nrAccesses[i] = row.nr_accesses;
    regions.age[i] = row.age ?? AGE_UNKNOWN;
  }
  return regions;
}

function evidenceOf(rows: readonly RegionFields[]): Pick<Snapshot, "evidence"> {
  if (rows.length === 0 || rows.some(({ looks }) => looks === undefined)) return {};
  return {
    evidence: {
      residentBytes: Float64Array.from(rows, (row) => row.resident_bytes ?? 0),
      usedBytes: Float64Array.from(rows, (row) => row.used_bytes ?? 0),
      looks: Uint32Array.from(rows, (row) => row.looks!),
    },
  };
}

function snapshotOf(line: SnapshotLine): Snapshot {
  const rows = line.regions;
  const passedBytes = rows.some((row) => row.sz_filter_passed !== undefined)
    ? Float64Array.from(rows, (row) => row.sz_filter_passed ?? 0)
    : undefined;
  const nrProbes = rows[0]?.probe_hits?.length ?? 0;
  const probeHits = nrProbes > 0 && rows.every(({ probe_hits }) => probe_hits?.length === nrProbes)
    ? Uint32Array.from(rows.flatMap(({ probe_hits }) => probe_hits!))
    : undefined;
  return {
    kdamond: line.kdamond,
    targetId: BigInt(line.target_id),
    startNs: Number(line.start_ns),
    endNs: Number(line.end_ns),
    sampleUs: line.sample_us,
    aggrUs: line.aggr_us,
    regions: regionsOf(rows),
    ...(probeHits && { probeHits }),
    ...evidenceOf(rows),
    ...(line.scheme && { scheme: { ...line.scheme, ...(passedBytes && { passedBytes }) } }),
  };
}
