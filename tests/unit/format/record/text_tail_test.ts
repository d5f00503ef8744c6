import assert from "assert";
import type { RecordFooter, RecordItem } from "../../../../damon/mod.ts";
import { type TextFormat, textTail } from "../../../../format/record/text_tail.ts";
import { PROCESS_HEADER, type Row, snapshotOf } from "../../../memory_record.ts";
import { encodeSample } from "../../../record_samples.ts";

const OUT = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(OUT, { recursive: true }));

const AT_NS = 100e9;
const FOOTER: RecordFooter = {
  endNs: AT_NS + 61e9,
  reason: "timeout",
  snapshots: 600,
  regions: 60_000,
  events: 60_000,
  received: 60_000,
  dropped: 0,
  torn: 0,
};

/** A file of several MiB; its last snapshot has so many regions. */
async function fileOf(
  format: TextFormat,
  hasFooter: boolean,
  last = 100,
): Promise<{ path: string; bytes: Uint8Array }> {
  const rows = (count: number) => Array.from({ length: count }, (_, i): Row => [i * 8192, i * 8192 + 4096, i % 20]);
  const items: RecordItem[] = Array.from({ length: 600 }, (_, i) => ({
    kind: "snapshot",
    snapshot: snapshotOf(AT_NS + i * 1e8, AT_NS + (i + 1) * 1e8, rows(i === 599 ? last : 100)),
  }));
  if (hasFooter) items.push({ kind: "footer", footer: FOOTER });
  const bytes = await encodeSample({ header: PROCESS_HEADER, items }, format === "trace" ? "perf_script" : format);
  assert.ok(bytes.length > 2.5 * 2 ** 20, `${bytes.length} bytes`);
  const path = `${OUT}/${format}`;
  Deno.writeFileSync(path, bytes);
  return { path, bytes };
}

for (const format of ["jsonl", "csv", "trace"] as const) {
  Deno.test(`the end of a large file of ${format} is read without what is before it`, async () => {
    const { path, bytes } = await fileOf(format, true);
    const tail = await textTail(path, format);
    // The text of a trace has its events' times alone, to a microsecond.
    assert.ok(Math.abs(tail!.endNs - (AT_NS + 60e9)) < 1e6, `${tail!.endNs}`);
    if (format !== "csv") assert.deepEqual([tail!.footer!.reason, tail!.footer!.snapshots], ["timeout", 600]);
    // Cut off in the middle of a line of a snapshot.
    Deno.writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.9)));
    const cut = await textTail(path, format);
    assert.equal(cut!.footer, undefined);
    assert.ok(Math.abs(cut!.endNs - (AT_NS + 54e9)) < 2e9, `${cut!.endNs}`);
  });

  Deno.test(`a last snapshot of ${format} that is longer than what is read first is read whole`, async () => {
    const { path } = await fileOf(format, false, 60_000);
    const tail = await textTail(path, format);
    assert.ok(Math.abs(tail!.endNs - (AT_NS + 60e9)) < 1e6, `${tail!.endNs}`);
  });
}

Deno.test("of a file whose first line is all that was read of it nothing is told", async () => {
  const path = `${OUT}/long`;
  Deno.writeTextFileSync(path, `{"kind":"header",${" ".repeat(2 ** 21)}}\n`);
  assert.equal(await textTail(path, "jsonl"), undefined);
});
