import { AGE_UNKNOWN, DEFAULT_INTERVALS, type RecordHeader, type RecordItem, type Snapshot } from "../../damon/mod.ts";
import { encodeText, type RecordEncoder } from "../header/mod.ts";
import { decimalU64 } from "../bytes/mod.ts";
import { inConfiguredSamples } from "../python_damo/mod.ts";
import { formatComment } from "./comments.ts";

/** DAMON's default: 5 ms in 100 ms. */
const USUAL_SAMPLES = DEFAULT_INTERVALS.aggrUs / DEFAULT_INTERVALS.sampleUs;

/**
 * Encodes a record as text in the form of `perf script`: one `damon_aggregated` event a region, or `damos_before_apply` where
 * a scheme's regions are recorded. The header, memory maps and footer are comments, which readers of such text pass over.
 */
export class TraceEncoder implements RecordEncoder {
  readonly isLive = true;
  /** Some MB of text. */
  readonly batchRegions = 16_384;
  readonly #header: RecordHeader;
  /** By kdamond: the sampling interval that the text has said last. */
  readonly #sampleUs = new Map<number, number>();
  /** The only snapshots so far of each target. */
  readonly #only = new Map<string, Snapshot | undefined>();

  constructor(header: RecordHeader) {
    this.#header = header;
  }

  begin(): Uint8Array {
    return encodeText(formatComment({ header: this.#header }));
  }

  encode(items: readonly RecordItem[]): Uint8Array {
    let text = "";
    for (const item of items) {
      if (item.kind === "snapshot") text += this.#snapshot(item.snapshot);
      else if (item.kind !== "applied") text += formatComment(item);
    }
    return encodeText(text);
  }

  /** When a snapshot began is told by the one before it: where there is only one, its length is that of a last one, a fake. */
  end(): Uint8Array {
    let text = "";
    for (const snapshot of this.#only.values()) {
      if (!snapshot) continue;
      const { kdamond, targetId, startNs, endNs } = snapshot;
      text += `${
        taskText(kdamond, endNs + (endNs - startNs))
      } damon:damon_aggregated: target_id=${targetId} nr_regions=1 0-0: -1 -1\n`;
    }
    return encodeText(text);
  }

  #snapshot(recorded: Snapshot): string {
    // Where the header says no intervals, readers take DAMON's usual number of samples.
    const configured = this.#header.kdamonds[0]?.contexts[0]?.intervals ??
      (recorded.sampleUs > 0 ? { sampleUs: recorded.aggrUs / USUAL_SAMPLES, aggrUs: recorded.aggrUs } : undefined);
    const snapshot = inConfiguredSamples(recorded, configured);
    const { kdamond, targetId, endNs, sampleUs, regions, scheme } = snapshot;
    const { start, end, nrAccesses, age, length } = regions;
    if (length === 0) return "";
    const key = `${kdamond}/${targetId}/${scheme?.index ?? ""}`;
    this.#only.set(key, this.#only.has(key) ? undefined : snapshot);
    const task = taskText(kdamond, endNs);
    const what = scheme
      ? `damos_before_apply: ctx_idx=0 scheme_idx=${scheme.index} target_idx=${targetId} nr_regions=${length}`
      : `damon_aggregated: target_id=${targetId} nr_regions=${length}`;
    let text = this.#tuned(kdamond, sampleUs)
      ? `${task} damon:damon_monitor_intervals_tune: sample_us=${sampleUs}\n`
      : "";
    for (let i = 0; i < length; i++) {
      const known = age[i] === AGE_UNKNOWN ? "" : ` ${age[i]}`;
      text += `${task} damon:${what} ${decimalU64(start[i])}-${decimalU64(end[i])}: ${nrAccesses[i]}${known}\n`;
    }
    return text;
  }

  #tuned(kdamond: number, sampleUs: number): boolean {
    const said = this.#sampleUs.get(kdamond) ?? this.#header.kdamonds[0]?.contexts[0]?.intervals.sampleUs;
    if (said === sampleUs) return false;
    this.#sampleUs.set(kdamond, sampleUs);
    return said !== undefined;
  }
}

/** The columns before the event; the CPU is not known. */
function taskText(kdamond: number, timeNs: number): string {
  const ns = BigInt(Math.round(timeNs));
  const [seconds, rest] = [ns / 1_000_000_000n, ns % 1_000_000_000n];
  return `kdamond.0 ${kdamond} [000] ${seconds}.${String(rest).padStart(9, "0")}:`;
}
