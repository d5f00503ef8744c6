import { AGE_UNKNOWN, type RecordItem } from "../../damon/mod.ts";
import { encodeText, hitsTextOf, type RecordEncoder } from "../header/mod.ts";
import { CSV_COLUMNS, decimal, decimalU64 } from "../bytes/mod.ts";

/**
 * Encodes a record as a table with one row a region. The header, memory maps, footer, and snapshots without regions have no
 * place in it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export class CsvEncoder implements RecordEncoder {
  readonly isLive = true;
  /** Some MB of text. */
  readonly batchRegions = 16_384;

  begin(): Uint8Array {
    return encodeText(CSV_COLUMNS.join(",") + "\n");
  }

  encode(items: readonly RecordItem[]): Uint8Array {
    let text = "";
    for (const item of items) {
      if (item.kind !== "snapshot") continue;
      const { kdamond, targetId, startNs, endNs, sampleUs, aggrUs, regions, evidence, scheme } = item.snapshot;
      const { start, end, nrAccesses, age, length } = regions;
      const head = `${kdamond},${targetId},${decimal(startNs)},${decimal(endNs)},${sampleUs},${aggrUs},`;
      const passed = scheme?.passedBytes;
      const hitsOf = hitsTextOf(item.snapshot);
      for (let i = 0; i < length; i++) {
        text += `${head}${decimalU64(start[i])},${decimalU64(end[i])},${nrAccesses[i]},` +
          `${age[i] === AGE_UNKNOWN ? "" : age[i]},${scheme?.index ?? ""},${passed?.[i] ?? ""},${hitsOf?.(i) ?? ""},` +
          (evidence ? `${evidence.residentBytes[i]},${evidence.usedBytes[i]},${evidence.looks[i]}\n` : ",,\n");
      }
    }
    return encodeText(text);
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }
}
