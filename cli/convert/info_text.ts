import { byPid, cleanText, formatAddress, formatBytes, formatNr, formatNs } from "../../damon/mod.ts";
import type { Bounds, RecordDescription, TargetDescription } from "../../format/mod.ts";
import { mostOf, unseenLines } from "../../report/record/mod.ts";
import { wrap } from "../../report/text/mod.ts";

/** How formats are called. */
const FORMAT_NAMES: Record<string, string> = {
  arrow: "Arrow stream",
  parquet: "Parquet",
  jsonl: "JSON lines",
  csv: "CSV",
  json: "JSON of the Python damo",
  trace: "text of a trace",
};

/** Targets that are shown. */
const MOST_TARGETS = 50;

/** What is in a record, for a person; the lines that can be are no longer than `columns`. */
export function infoText(file: string, described: RecordDescription, columns = Infinity): string {
  const { header, footer, incomplete } = described;
  const rows: [string, string][] = [["format", formatLine(described)], ["by", byLine(described)]];
  if (header.recorder.length > 0) rows.push(["command", header.recorder.join(" ")]);
  rows.push(["time", timeLine(described)], ["content", contentLine(described)]);
  const shown = largest(described.targets);
  for (const target of shown) rows.push([targetName(target), targetLine(described, target)]);
  const others = described.targets.length - shown.length;
  if (others > 0) rows.push(["not shown", `${plural(others, "other target")}; --json has all`]);
  if (footer) {
    rows.push(["ended by", footer.reason]);
    rows.push([
      "lost",
      footer.dropped + footer.torn === 0
        ? "nothing"
        : `${formatNr(footer.dropped)} of ${formatNr(footer.events)} events, ${formatNr(footer.torn)} snapshots`,
    ]);
  }
  for (const line of unseenLines(footer)) rows.push(["not seen", line]);
  if (incomplete) rows.push(["not whole", incomplete]);
  for (const remark of described.remarks) rows.push(["put right", remark]);
  const width = mostOf(rows.map(([name]) => name.length));
  const lines = rows.flatMap(([name, value]) =>
    wrap(value, Math.max(40, columns - width - 4)).map((line, i) => `  ${(i ? "" : name).padEnd(width)}  ${line}`)
  );
  return [cleanText(file), ...lines].join("\n");
}

/** The same as data; integers that JSON readers may round are text. */
export function infoJson(described: RecordDescription): Record<string, unknown> {
  return {
    ...described,
    fileBytes: described.fileBytes ?? null,
    targets: described.targets.map((target) => ({ ...target, targetId: String(target.targetId) })),
  };
}

function formatLine({ format, fileBytes, readShare, footer, isEndKnown }: RecordDescription): string {
  const words = format.split(" ");
  const name = FORMAT_NAMES[words.at(-1)!] ?? words.at(-1)!;
  const packed = words.length > 1 ? `, compressed by ${words.slice(0, -1).join(" and ")}` : "";
  const size = fileBytes === undefined ? "" : `, ${formatBytes(fileBytes)}`;
  const part = readShare < 0.99 ? `first ${(readShare * 100).toPrecision(2)} %` : "beginning";
  const end = footer ? " and its footer were" : isEndKnown ? " and its end were" : " was";
  const read = readShare === 1 ? "" : `; only its ${part}${end} read: --full reads all`;
  return `${name}${packed}${size}${read}`;
}

function byLine({ header }: RecordDescription): string {
  const source = { damon: "DAMON", pages: "the page sampler", "pages-exact": "the exact page sampler", unknown: "" };
  const { hostname, kernelRelease, machine } = header.host;
  const operations = [...new Set(header.kdamonds.flatMap(({ contexts }) => contexts.map((one) => one.operations)))];
  return [
    [header.tool, source[header.source], operations.length > 0 && `(${operations.join(", ")})`].filter(Boolean).join(
      " ",
    ),
    kernelRelease && `Linux ${kernelRelease} ${machine}`.trim(),
    hostname && `host ${hostname}`,
  ].filter(Boolean).join(" · ") || "not said";
}

function timeLine({ time, header: { clock }, footer, readShare }: RecordDescription): string {
  if (!time) return "no snapshot";
  const endNs = readShare !== 1 && footer ? footer.endNs : time.endNs;
  const lasting = formatNs(endNs - time.startNs);
  if (!(clock.originWallMs > 0)) return `${lasting} (clock ${clock.name}; the time of day is not known)`;
  const date = (ns: number) => new Date(clock.originWallMs + (ns - clock.originNs) / 1e6).toISOString();
  const [from, to] = [date(time.startNs), date(endNs)].map((text) => text.slice(0, 19).replace("T", " "));
  return `${from} to ${to} UTC, ${lasting}`;
}

function contentLine(
  described: RecordDescription,
): string {
  const { snapshots, regions, mappings, applied, schemeStats, usages, residencies, workingSets } = described;
  const { profileSamples, readShare, footer } = described;
  const counted = readShare !== 1 && footer ? footer : { snapshots, regions };
  return [
    plural(counted.snapshots, "snapshot"),
    plural(counted.regions, "region"),
    mappings > 0 && plural(mappings, "memory map"),
    applied > 0 && `${plural(applied, "region")} that schemes acted on`,
    schemeStats > 0 && `${plural(schemeStats, "count")} of schemes`,
    usages > 0 && `${plural(usages, "figure")} of memory in use`,
    residencies > 0 && `${plural(residencies, "figure")} of what was resident`,
    workingSets > 0 && `${plural(workingSets, "working set")}`,
    profileSamples > 0 && `${plural(profileSamples, "sample")} of what ran`,
  ].filter(Boolean).join(", ");
}

/** The targets with the most snapshots, of those with as many the ones with the most regions, in their order. */
function largest(targets: readonly TargetDescription[]): readonly TargetDescription[] {
  if (targets.length <= MOST_TARGETS) return targets;
  const bySize = targets.toSorted((a, b) => b.snapshots - a.snapshots || b.regions.max - a.regions.max);
  const chosen = new Set(bySize.slice(0, MOST_TARGETS));
  return targets.filter((target) => chosen.has(target));
}

function targetName({ targetId, kdamond, scheme }: TargetDescription): string {
  return `kdamond ${kdamond} target ${targetId}${scheme === undefined ? "" : ` scheme ${scheme}`}`;
}

function targetLine({ header }: RecordDescription, target: TargetDescription): string {
  const process = byPid(header.processes, target.pid);
  const us = (value: number) => formatNs(value * 1e3);
  return [
    target.pid !== undefined && `pid ${target.pid}${process?.comm ? ` ${process.comm}` : ""}`,
    plural(target.snapshots, "snapshot"),
    `${boundsText(target.regions, formatNr)} regions`,
    `sampled every ${boundsText(target.sampleUs, us)}, aggregated over ${boundsText(target.aggrUs, us)}`,
    target.addresses.max > 0 && `${formatAddress(target.addresses.min)}-${formatAddress(target.addresses.max)}`,
  ].filter(Boolean).join(" · ");
}

function boundsText({ min, max }: Bounds, format: (value: number) => string): string {
  return min === max ? format(min) : `${format(min)}–${format(max)}`;
}

function plural(count: number, word: string): string {
  return `${formatNr(count)} ${word}${count === 1 ? "" : "s"}`;
}
