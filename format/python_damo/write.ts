import { Buffer } from "node:buffer";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import {
  AGE_UNKNOWN,
  byPid,
  DEFAULT_INTERVALS,
  type Intervals,
  type RecordedKdamond,
  type RecordHeader,
  type RecordItem,
  type SchemeFilter,
  type Snapshot,
} from "../../damon/mod.ts";
import { encodeText, hitsTextOf, type RecordEncoder } from "../header/mod.ts";
import { type BytePieces, decimal, decimalU64, PLAIN } from "../bytes/mod.ts";
import { PYTHON_DAMO_STATS } from "./record.ts";
import { inConfiguredSamples } from "./samples.ts";

/** Whose snapshots these are: a record of the Python damo is about one target of one kdamond, or one scheme. */
function keyOf({ kdamond, targetId, scheme }: Snapshot): string {
  return `${kdamond}/${targetId}/${scheme?.index ?? ""}`;
}

/**
 * Encodes a record as the JSON of the Python damo, in its layout, which it reads. The snapshots of the target that comes
 * first are written as they come; those of others wait, compressed, as theirs are records of their own behind it.
 */
export class PythonDamoJsonEncoder implements RecordEncoder {
  /** Some MB of text. */
  readonly batchRegions = 8192;
  readonly #header: RecordHeader;
  readonly #pieces: BytePieces;
  readonly #seen = new Map<string, Intervals>();
  #first: string | undefined;
  #hasSnapshot = false;
  /** Texts of the records that wait: how each begins, then its snapshots, compressed. */
  readonly #others = new Map<string, { head: string; parts: Uint8Array[] }>();

  /** @param pieces What is done to the text: compressed, or nothing. */
  constructor(header: RecordHeader, pieces: BytePieces = PLAIN) {
    this.#header = header;
    this.#pieces = pieces;
  }

  begin(): Uint8Array {
    return new Uint8Array(0);
  }

  encode(items: readonly RecordItem[]): Uint8Array {
    let text = "";
    const waiting = new Map<string, string>();
    for (const item of items) {
      if (item.kind !== "snapshot") continue;
      const { snapshot } = item;
      const key = keyOf(snapshot);
      if (this.#first === undefined) {
        this.#first = key;
        text += "[" + headOf(this.#header, snapshot, this.#intervals(snapshot));
      }
      const intervals = this.#intervals(snapshot);
      const own = snapshotText(inConfiguredSamples(snapshot, intervals), intervals);
      if (key === this.#first) {
        text += (this.#hasSnapshot ? "," : "") + own;
        this.#hasSnapshot = true;
        continue;
      }
      const isNew = !this.#others.has(key);
      if (isNew) this.#others.set(key, { head: headOf(this.#header, snapshot, intervals), parts: [] });
      waiting.set(key, (waiting.get(key) ?? "") + (isNew ? "" : ",") + own);
    }
    for (const [key, own] of waiting) this.#others.get(key)!.parts.push(deflateRawSync(encodeText(own)));
    return this.#pieces.push(encodeText(text));
  }

  end(): Uint8Array {
    const out: Uint8Array[] = [];
    if (this.#first === undefined) out.push(this.#pieces.push(encodeText("[]")));
    else {
      out.push(this.#pieces.push(encodeText(TAIL)));
      for (const { head, parts } of this.#others.values()) {
        out.push(this.#pieces.push(encodeText("," + head)));
        for (const part of parts) out.push(this.#pieces.push(inflateRawSync(part)));
        out.push(this.#pieces.push(encodeText(TAIL)));
      }
      out.push(this.#pieces.push(encodeText("\n]")));
    }
    out.push(this.#pieces.end());
    return new Uint8Array(Buffer.concat(out));
  }

  /** As configured; where nothing tells, those that its first snapshot has, or its counts could not be read as rates. */
  #intervals(snapshot: Snapshot): Intervals | undefined {
    const configured = kdamondOf(this.#header, snapshot)?.contexts[0]?.intervals;
    if (configured) return configured;
    const key = keyOf(snapshot);
    const { sampleUs, aggrUs } = snapshot;
    const seen = this.#seen.get(key) ?? (sampleUs > 0 && aggrUs > 0 && { ...DEFAULT_INTERVALS, sampleUs, aggrUs });
    if (seen) this.#seen.set(key, seen);
    return seen || undefined;
  }
}

const TAIL = '\n        ],\n        "data_source": "unknown"\n    }';

function kdamondOf(header: RecordHeader, { kdamond }: Snapshot) {
  return byPid(header.kdamonds, kdamond) ??
    (header.kdamonds.length === 1 ? header.kdamonds[0] : undefined);
}

/**
 * Its index; where several have none, or the same, their places tell them apart. One that the header does not know keeps
 * the number that it came with.
 */
function indexOf({ kdamonds }: RecordHeader, kdamond: RecordedKdamond | undefined, called: number) {
  const isKnown = kdamond !== undefined && (called === 0 || called === kdamond.pid || called === kdamond.index);
  if (!isKnown) return called > 0 ? called : kdamond?.index;
  const indexes = new Set(kdamonds.map(({ index }) => index));
  const areTold = indexes.size === kdamonds.length && !(kdamonds.length > 1 && indexes.has(undefined));
  return areTold ? kdamond.index : kdamonds.indexOf(kdamond);
}

/** A record up to its first snapshot. */
function headOf(header: RecordHeader, snapshot: Snapshot, own: Intervals | undefined): string {
  const kdamond = kdamondOf(header, snapshot);
  const index = indexOf(header, kdamond, snapshot.kdamond);
  // Where ages are not known the Python damo must not know the intervals either: it would multiply by them.
  const intervals = snapshot.regions.age.includes(AGE_UNKNOWN) ? undefined : own;
  const goal = intervals?.goal;
  const { scheme } = snapshot;
  const filters = kdamond?.contexts[0]?.schemes?.[scheme?.index ?? 0]?.filters ?? [];
  const fields = {
    kdamond_idx: index ?? null,
    context_idx: index === undefined ? null : 0,
    intervals: intervals === undefined ? null : {
      sample_us: String(intervals.sampleUs),
      aggr_us: String(intervals.aggrUs),
      ops_update_us: String(intervals.updateUs),
      intervals_goal: {
        access_bp: (goal?.accessBp ?? 0).toFixed(6),
        aggrs: String(goal?.aggrs ?? 0),
        min_sample_us: String(goal?.minSampleUs ?? 0),
        max_sample_us: String(goal?.maxSampleUs ?? 0),
      },
    },
    scheme_idx: scheme?.index ?? null,
    target_id: "TARGET",
    scheme_filters: scheme ? filters.map(filterFields) : [],
  };
  const text = JSON.stringify([fields], null, 4).slice(1, -"\n    }\n]".length)
    // What tried regions are of is not told by the kernel.
    .replace('"TARGET"', scheme ? "null" : String(snapshot.targetId));
  return `${text},\n        "snapshots": [`;
}

function filterFields(filter: SchemeFilter): Record<string, unknown> {
  const { type, matching, allow } = filter;
  return {
    filter_type: type,
    matching,
    allow,
    memcg_path: type === "memcg" ? filter.memcgPath : "",
    address_range: {
      start: type === "addr" ? decimalU64(filter.start) : "0",
      end: type === "addr" ? decimalU64(filter.end) : "0",
    },
    damon_target_idx: String(type === "target" ? filter.targetIndex : 0),
    hugepage_size: type === "hugepage_size" ? [decimalU64(filter.minBytes), decimalU64(filter.maxBytes)] : ["0", "0"],
  };
}

function snapshotText(snapshot: Snapshot, intervals: Intervals | undefined): string {
  const { startNs, endNs, sampleUs, regions, scheme } = snapshot;
  const { start, end, nrAccesses, age, length } = regions;
  const passed = scheme?.passedBytes;
  const hitsOf = hitsTextOf(snapshot);
  let bytes = 0;
  const parts: string[] = [];
  for (let i = 0; i < length; i++) {
    bytes += end[i] - start[i];
    parts.push(
      `
                    {
                        "start": "${commas(start[i])}",
                        "end": "${commas(end[i])}",
                        "nr_accesses": {
                            "samples": ${nrAccesses[i]},
                            "percent": null
                        },
                        "age": {
                            "usec": null,
                            "aggr_intervals": ${age[i] === AGE_UNKNOWN ? "null" : `"${commas(age[i])}"`}
                        },
                        "probe_hits": [${hitsOf?.(i).replaceAll(" ", ", ") ?? ""}],
                        "sz_filter_passed": "${passed ? decimal(passed[i]) : 0} B"
                    }`,
    );
  }
  const isTuned = intervals !== undefined && intervals.sampleUs !== sampleUs;
  return `
            {
                "start_time": "${decimal(startNs)}",
                "end_time": "${decimal(endNs)}",
                "regions": [${parts.join(",")}${length > 0 ? "\n                " : ""}],
                "total_bytes": "${decimal(bytes)}",
                "damos_stats": ${statsText(scheme)},
                "sample_interval_us": ${isTuned ? `"${decimal(sampleUs * 1e3)}"` : "null"}
            }`;
}

function statsText(scheme: Snapshot["scheme"]): string {
  if (!scheme?.stats) return "null";
  const { stats } = scheme;
  const fields = Object.entries(PYTHON_DAMO_STATS).map(([name, ours]) => `"${name}": "${decimal(stats[ours] ?? 0)}"`);
  const indent = "\n                    ";
  return `{${[...fields, '"max_nr_snapshots": "0"'].map((field) => indent + field).join(",")}\n                }`;
}

/** Digits in groups of three, as the Python damo writes addresses and ages. */
function commas(value: number): string {
  let text = decimalU64(value);
  if (text.length < 4) return text;
  let grouped = "";
  while (text.length > 3) {
    grouped = "," + text.slice(-3) + grouped;
    text = text.slice(0, -3);
  }
  return text + grouped;
}
