import {
  AGE_UNKNOWN,
  type AppliedRegions,
  nrProbesOf,
  type RecordHeader,
  type RecordItem,
  type RegionEvidence,
  type Regions,
  type Snapshot,
} from "../../damon/mod.ts";
import { type AddressStyle, encodeText, type RecordEncoder } from "../header/mod.ts";
import { decimal, decimalU64, jsonInteger } from "../bytes/mod.ts";

/**
 * Encodes a record as JSON lines: the header, then one snapshot, memory map or footer a line. The lines are described by
 * `schema/record-line.schema.json`.
 *
 * @see https://jsonlines.org
 */
export class JsonLinesEncoder implements RecordEncoder {
  readonly isLive = true;
  /** Some MB of text. */
  readonly batchRegions = 16_384;
  readonly #header: RecordHeader;
  readonly #address: (value: number) => string;

  /** @param addresses How addresses are written. */
  constructor(header: RecordHeader, addresses: AddressStyle = "integer") {
    this.#header = header;
    this.#address = addresses === "hex" ? (value) => `"0x${BigInt(decimalU64(value)).toString(16)}"` : decimalU64;
  }

  begin(): Uint8Array {
    return encodeText(JSON.stringify({ kind: "header", header: this.#header }) + "\n");
  }

  encode(items: readonly RecordItem[]): Uint8Array {
    let text = "";
    for (const item of items) {
      text += (item.kind === "snapshot"
        ? this.#snapshot(item.snapshot)
        : item.kind === "applied"
        ? this.#applied(item.applied)
        : JSON.stringify(item)) + "\n";
    }
    return encodeText(text);
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }

  #applied({ kdamond, context, scheme, targetId, startNs, endNs, regions }: AppliedRegions): string {
    return `{"kind":"applied","kdamond":${kdamond},"context":${context}` +
      (scheme === undefined ? "" : `,"scheme":${scheme},"target_id":${jsonInteger(targetId!)}`) +
      `,"start_ns":${decimal(startNs)},"end_ns":${decimal(endNs)},${this.#regions(regions)}}`;
  }

  #snapshot(snapshot: Snapshot): string {
    const { kdamond, targetId, startNs, endNs, sampleUs, aggrUs, regions, probeHits, evidence, scheme } = snapshot;
    const nrProbes = nrProbesOf(snapshot);
    const hitsOf = probeHits && ((i: number) => probeHits.subarray(i * nrProbes, (i + 1) * nrProbes).join());
    return `{"kind":"snapshot","kdamond":${kdamond},"target_id":${jsonInteger(targetId)}` +
      `,"start_ns":${decimal(startNs)},"end_ns":${decimal(endNs)},"sample_us":${sampleUs},"aggr_us":${aggrUs}` +
      (scheme
        ? `,"scheme":${JSON.stringify({ index: scheme.index, ...(scheme.stats && { stats: scheme.stats }) })}`
        : "") +
      `,${this.#regions(regions, scheme?.passedBytes, hitsOf, evidence)}}`;
  }

  #regions(
    { start, end, nrAccesses, age, length }: Regions,
    passed?: Float64Array,
    hitsOf?: (i: number) => string,
    evidence?: RegionEvidence,
  ): string {
    const address = this.#address;
    const knownOf = (i: number) =>
      evidence
        ? `,"resident_bytes":${evidence.residentBytes[i]},"used_bytes":${evidence.usedBytes[i]},"looks":${
          evidence.looks[i]
        }`
        : "";
    let text = `"nr_regions":${length},"regions":[`;
    for (let i = 0; i < length; i++) {
      text +=
        `${i === 0 ? "" : ","}{"start":${address(start[i])},"end":${address(end[i])},"nr_accesses":${nrAccesses[i]}` +
        `,"age":${age[i] === AGE_UNKNOWN ? "null" : age[i]}${passed ? `,"sz_filter_passed":${passed[i]}` : ""}${
          hitsOf ? `,"probe_hits":[${hitsOf(i)}]` : ""
        }${knownOf(i)}}`;
    }
    return text + "]";
  }
}
