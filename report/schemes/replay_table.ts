import { formatBytes, formatNr } from "../../damon/mod.ts";
import { recordLines, shortTargetNameOf, titleOf } from "../record/mod.ts";
import type { MappingReplay, SchemeReplay } from "./replayer.ts";
import type { SchemesReplayReport } from "./replay.ts";
import { sparkline, type Table } from "../table/mod.ts";
import { resampled } from "../mappings/mod.ts";
import type { VegaLiteSpec } from "../chart/mod.ts";

/** Mappings that are named of a scheme. */
const NAMED = 4;
const SPARKS = 16;

/** `0 pageout`. */
export function schemeNameOf({ index, scheme }: Pick<SchemeReplay, "index" | "scheme">): string {
  return `${index} ${scheme.action}`;
}

/** What schemes would have done, as a table: one a row. */
export function schemesReplayTable(report: SchemesReplayReport, chart?: () => VegaLiteSpec): Table {
  const { survey, schemes, residentBytes } = report;
  return {
    title: titleOf(survey, "Schemes replayed on"),
    caption: [
      ...schemes.flatMap((replay) => mappingsLine(report, replay)),
      "Hits: snapshots in which it would have tried something, of those in which it would have looked",
      "Tried: as the kernel counts it, what is tried again counts again · acted on: what was in memory, each page once " +
      "until it is accessed again · at once: the most of that · of mem: that share of the largest " +
      `${formatBytes(residentBytes)} that were in memory and monitored · back: of what it acted on, accessed again`,
      ...report.residentNotes,
      ...noteLines(report),
      ...recordLines(survey),
    ],
    columns: [
      { name: "scheme", title: "scheme", description: "index and action of the scheme", kind: "text" },
      {
        name: "looks",
        title: "looks",
        description: "snapshots in which it would have looked",
        kind: "count",
        hidden: true,
      },
      {
        name: "hits",
        title: "hits",
        description: "of them those in which it would have tried something",
        kind: "count",
        hidden: true,
      },
      { name: "hit_of", title: "hits", description: "the same in words", kind: "text" },
      {
        name: "tried_regions",
        title: "regions",
        description: "regions that it would have tried",
        kind: "count",
        hidden: true,
      },
      {
        name: "matched_bytes",
        title: "matched",
        description: "bytes that fit its pattern in all looks together, as if nothing were done to them",
        kind: "bytes",
        hidden: true,
      },
      {
        name: "tried_bytes",
        title: "tried",
        description: "bytes that it would have tried: ages start anew where it acted, and its quota bounds it",
        kind: "bytes",
      },
      {
        name: "passed_bytes",
        title: "passed",
        description: "of the tried bytes those that pass its filters of pages",
        kind: "bytes",
        hidden: true,
      },
      {
        name: "unknown_bytes",
        title: "unknown",
        description: "of the tried bytes those of which the record cannot tell whether they pass",
        kind: "bytes",
        hidden: schemes.every(({ unknownBytes }) => unknownBytes === 0),
      },
      {
        name: "distinct_bytes",
        title: "acted on",
        description: "of what was in memory, each page counted once until it is accessed again",
        kind: "bytes",
      },
      {
        name: "most_held_bytes",
        title: "at once",
        description: "the most bytes at once on which it had acted and that were not accessed since",
        kind: "bytes",
      },
      {
        name: "share_percent",
        title: "of mem",
        description: "the same as a share of the memory that was there and monitored, %",
        kind: "percent",
      },
      {
        name: "returned_bytes",
        title: "back",
        description: "bytes that were accessed again after it acted on them",
        kind: "bytes",
      },
      {
        name: "quota_exceeds",
        title: "used up",
        description: "times that its quota was used up",
        kind: "count",
        hidden: schemes.every(({ exceeds }) => exceeds === 0),
      },
      {
        name: "over_time",
        title: "over time",
        description: "a picture of the bytes held over time",
        kind: "text",
        hidden: true,
      },
      {
        name: "mappings",
        title: "mappings",
        description: "what it would have acted on most",
        kind: "text",
        hidden: true,
      },
    ],
    rows: schemes.map((replay) => [
      schemeNameOf(replay),
      replay.looks,
      replay.hits,
      `${formatNr(replay.hits)} of ${formatNr(replay.looks)}`,
      replay.triedRegions,
      replay.matchedBytes,
      replay.triedBytes,
      replay.passedBytes,
      replay.unknownBytes,
      replay.distinctBytes,
      replay.mostHeldBytes,
      residentBytes > 0 ? 100 * replay.mostHeldBytes / residentBytes : undefined,
      replay.returnedBytes,
      replay.exceeds,
      sparkline(resampled(replay.heldOverTime, SPARKS)).trimEnd(),
      mappingsText(report, replay, Infinity),
    ]),
    ...(chart && { chart }),
    header: survey.header,
  };
}

/** What the figures leave out, each once. */
export function noteLines({ schemes }: Pick<SchemesReplayReport, "schemes">): string[] {
  const notes = new Map<string, number[]>();
  for (const { index, notes: own } of schemes) {
    for (const note of own) notes.set(note, [...notes.get(note) ?? [], index]);
  }
  return [...notes].map(([note, indexes]) =>
    `${indexes.length > 1 ? "Schemes" : "Scheme"} ${indexes.join(", ")}: ${note}`
  );
}

function mappingsLine(report: SchemesReplayReport, replay: SchemeReplay): string[] {
  const text = mappingsText(report, replay, NAMED);
  return [`${schemeNameOf(replay)}${replay.index === 0 ? " would act on" : ""}: ${text || "nothing"}`];
}

function mappingsText({ survey }: SchemesReplayReport, { mappings }: SchemeReplay, most: number): string {
  const several = survey.targets.length > 1;
  const nameOf = ({ name, target }: MappingReplay) =>
    `${name || "not named"}${several ? ` of ${shortTargetNameOf(survey, target)}` : ""}`;
  const acted = mappings.filter(({ distinctBytes }) => distinctBytes > 0);
  const words = acted.slice(0, most).map((use) => `${nameOf(use)} ${formatBytes(use.distinctBytes)}`);
  if (acted.length > words.length) words.push(`${formatNr(acted.length - words.length)} more`);
  const gaps = mappings.filter(({ distinctBytes }) => distinctBytes === 0).reduce(
    (sum, use) => sum + use.triedBytes,
    0,
  );
  if (gaps > 0) words.push(`tried ${formatBytes(gaps)} where nothing is mapped`);
  return words.join(", ");
}
