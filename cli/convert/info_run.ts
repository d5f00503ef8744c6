import { openRecordFrom, takeFooter, type TextFormat } from "../../format/record/mod.ts";
import { describeRecord, type RecordDescription } from "../../format/mod.ts";
import { openBytes } from "../../format/bytes/mod.ts";
import type { InfoOptions } from "./record_info.ts";
import { withCleanNames } from "../../report/record/mod.ts";
import { infoJson, infoText } from "./info_text.ts";

/** Reading takes no longer than this, without `--full`. */
const BUDGET_MS = 600;

/** Runs `damo info`. */
export async function info(named: readonly string[], { full, json, input = [] }: InfoOptions): Promise<void> {
  const files = input.length + named.length > 0 ? [...input, ...named] : ["damon.arrow"];
  const all: unknown[] = [];
  const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : columnsAsked();
  for (const [i, file] of files.entries()) {
    const described = await describe(file, full ? Infinity : BUDGET_MS);
    if (json) all.push({ file, ...infoJson(described) });
    else console.log((i > 0 ? "\n" : "") + infoText(file, described, columns));
  }
  if (json) console.log(JSON.stringify(files.length === 1 ? all[0] : all, null, 2));
}

/** What the caller exports as POSIX has it; without it, lines for other programs are as long as they are. */
function columnsAsked(): number | undefined {
  const columns = Number(Deno.env.get("COLUMNS"));
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

async function describe(file: string, budgetMs: number): Promise<RecordDescription> {
  const source = await openBytes(file);
  await using record = await openRecordFrom({ ...source, isPartly: budgetMs < Infinity });
  const described = await describeRecord(withCleanNames(record), budgetMs);
  if (described.readShare !== 1 && source.path !== undefined) await lookAtEnd(described, source.path);
  return described;
}

/** Takes what the end of a file says of which only the beginning was read. */
async function lookAtEnd(described: RecordDescription, path: string): Promise<void> {
  const { format } = described;
  if (format === "arrow") {
    const { arrowFooter } = await import("../../format/arrow/tail.ts");
    takeFooter(described, await arrowFooter(path));
  } else if (isText(format)) {
    const { textTail } = await import("../../format/record/text_tail.ts");
    const tail = await textTail(path, format);
    if (tail) takeEnd(described, tail.endNs);
    takeFooter(described, tail?.footer);
  }
  if (!described.footer && (format === "arrow" || format === "jsonl")) {
    described.incomplete = "it has no footer: its recorder was killed, had no space left, or is still writing";
  }
}

function isText(format: string): format is TextFormat {
  return format === "jsonl" || format === "csv" || format === "trace";
}

function takeEnd(described: RecordDescription, endNs: number): void {
  const { time } = described;
  if (!time || endNs <= time.endNs) return;
  described.time = { ...time, endNs };
  described.isEndKnown = true;
}
