import { openRecord } from "../../format/mod.ts";
import { figuresOf, recordPageOf, recordPageSpec, workingSetOf } from "../../report/mod.ts";

const DAMO = new URL("../../damo", import.meta.url).pathname;

/** What the reports of one record say, bytes. */
export interface Agreement {
  /** The mean working set of a second, by report. */
  sets: Record<string, number>;
  /** What was in memory, mean. */
  residentBytes: number;
  /** In memory at the end, least and most as processes may grow, and of it accessed and idle. */
  atEnd: { resident: [number, number]; accessed: number; idle: number };
}

type Row = Record<string, string | number | null>;

interface Answer {
  totals?: string[];
  caption?: string[];
  rows: Row[];
}

async function answerOf(...args: string[]): Promise<Answer> {
  const options = { args: ["report", ...args, "--format", "json"], env: { DENO: Deno.execPath() } };
  const { success, stdout, stderr } = await new Deno.Command(DAMO, options).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The bytes that a line of a report says after some words: `Working set of 1 s: 89.9 MiB of 148 MiB resident`. */
export function bytesIn(lines: readonly string[], before: RegExp): number {
  for (const line of lines) {
    const [, number, unit] = new RegExp(`${before.source}([\\d.,]+) (B|KiB|MiB|GiB)`).exec(line) ?? [];
    if (unit) return Number(number.replaceAll(",", "")) * 1024 ** ["B", "KiB", "MiB", "GiB"].indexOf(unit);
  }
  return NaN;
}

/** What the page's bars of a kind come to over all of its time, with nothing chosen in it; by label. */
function barsOf(spec: unknown, name: string): Map<string, number> {
  const sums = new Map<string, { b: number; s: number }>();
  const visit = (view: unknown): void => {
    if (typeof view !== "object" || view === null) return;
    const { name: own, data } = view as { name?: string; data?: { values: { label: string; b: number; s: number }[] } };
    if (own === name) {
      for (const { label, b, s } of data!.values) {
        const sum = sums.get(label) ?? { b: 0, s: 0 };
        sums.set(label, { b: sum.b + b, s: sum.s + s });
      }
    }
    Object.values(view).forEach(visit);
  };
  visit(spec);
  return new Map(Array.from(sums, ([label, { b, s }]) => [label, b / s]));
}

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

/** Asks every report for the working set: in text, tables, the page and the library. */
export async function agreementOf(path: string): Promise<Agreement> {
  const overview = await answerOf("overview", path);
  const figure = ({ rows }: Answer, name: string) => Number(rows.find((row) => row.figure === name)?.bytes);
  const mappings = await answerOf("mappings", "-i", path);
  const wss = await answerOf("wss", "-i", path);
  const diff = await answerOf("diff", path, path);
  const { fold } = await workingSetOf(() => openRecord(path));
  const spec = recordPageSpec(await recordPageOf(() => openRecord(path)));
  const idleBars = barsOf(spec, "idle");
  const idle = await answerOf("idle", "-i", path);
  const measured = await measuredIn(path);
  const words = /Working set of [\d.]+ m?s: /;
  const residentBytes = figure(overview, "resident");
  return {
    residentBytes,
    sets: {
      "overview": figure(overview, "wss_mean"),
      "overview, in words": bytesIn(overview.caption ?? [], words),
      "wss": bytesIn(wss.totals ?? [], /mean /),
      "wss, in words": bytesIn(wss.caption ?? [], words),
      "mappings, in words": bytesIn(mappings.totals ?? [], words),
      // Of several processes, what they share is a part of each.
      ...(measured.processes === 1 && {
        "mappings": sumOf(mappings.rows.map((row) => Number(row.wss_mean_bytes))),
        "page, mappings": sumOf(barsOf(spec, "mappings").values()),
      }),
      "diff": Number(diff.rows.find((row) => row.figure === "working set, mean")?.before_bytes),
      "page, idle": idleBars.get("working set of 1 s") ?? NaN,
      "page, all less idle": residentBytes - sumOf(idleBars.values()) + (idleBars.get("working set of 1 s") ?? NaN),
      "library": figuresOf(fold.all())?.meanBytes ?? NaN,
      "record": measured.mean,
    },
    atEnd: atEndOf(idle, measured.atEnd),
  };
}

function atEndOf({ rows }: Answer, resident: [number, number]): Agreement["atEnd"] {
  const now = rows.filter(({ part }) => part === "now");
  const sum = (some: readonly Row[]) => sumOf(some.map(({ bytes }) => Number(bytes)));
  const accessed = sum(now.filter((row) => row.idle_from_s === null));
  return { resident, accessed, idle: sum(now) - accessed };
}

/** The last snapshot may be older than the last look at what is resident. */
const LAST_NS = 4e9;

/** What the record holds, without any report: windows of all processes, where there are several, weighted by time. */
async function measuredIn(path: string): Promise<{ mean: number; atEnd: [number, number]; processes: number }> {
  await using record = await openRecord(path);
  const sums = new Map<number, { bytes: number; ns: number }>();
  const resident = new Map<number, { timeNs: number; bytes: number }[]>();
  for await (const item of record.items()) {
    if (item.kind === "residency") {
      const { pid, timeNs, residentBytes: bytes } = item.residency;
      resident.set(pid, [...resident.get(pid) ?? [], { timeNs, bytes }]);
    }
    if (item.kind !== "working_set") continue;
    const { pid, startNs, endNs, bytes } = item.workingSet;
    const sum = sums.get(pid) ?? { bytes: 0, ns: 0 };
    const ns = endNs - startNs;
    // Reports take windows that are about as long as they say.
    if (ns >= 0.6e9 && ns <= 1.7e9) sums.set(pid, { bytes: sum.bytes + bytes * ns, ns: sum.ns + ns });
  }
  const all = sums.get(0) ?? [...sums.values()][0];
  // What is idle is told of each process, with all that it shares.
  const last = [...resident.values()].map((course) =>
    course.filter(({ timeNs }) => timeNs >= course.at(-1)!.timeNs - LAST_NS).map(({ bytes }) => bytes)
  );
  const bound = (of: (...bytes: number[]) => number) => sumOf(last.map((bytes) => of(...bytes)));
  return { mean: all.bytes / all.ns, atEnd: [bound(Math.min), bound(Math.max)], processes: resident.size };
}

/** What does not agree, a sentence each: sets that differ by more than 1 %, or are above what is resident. */
export function disagreements({ sets, residentBytes, atEnd }: Agreement): string[] {
  const wanted = sets.library;
  const near = (value: number, other: number) => Math.abs(value - other) <= 0.01 * other;
  const sum = atEnd.accessed + atEnd.idle;
  return [
    ...Object.entries(sets).filter(([, bytes]) => !near(bytes, wanted)).map(([name, bytes]) =>
      `${name}: ${bytes} bytes, and the library has ${wanted}`
    ),
    ...Object.entries(sets).filter(([, bytes]) => bytes > residentBytes).map(([name]) => `${name}: more than resident`),
    ...(sum >= 0.99 * atEnd.resident[0] && sum <= 1.01 * atEnd.resident[1]
      ? []
      : [`accessed and idle are ${sum} bytes, resident ${atEnd.resident.join(" to ")}`]),
  ];
}
