import { formatBytes, formatNs } from "../../damon/mod.ts";
import { bytesAxis, CATEGORY_COLOURS, chartFrame, secondsAxis, type VegaLiteSpec } from "../chart/mod.ts";
import { courseOf, pointsOf, recordedLine, sampledLine, selectionLine } from "../record/mod.ts";
import { useNameOf } from "../mappings/mod.ts";
import { type Overview, overviewFigures } from "./overview.ts";
import { displayWidth } from "../text/mod.ts";
import { sparkline, type Table, type TableRow } from "../table/mod.ts";
import { workingSetLine } from "../working_set/mod.ts";

/** A record of a comparison: what it is called, and what there is to say about it. */
export interface DiffSide {
  /** Short name; the two differ. */
  name: string;
  /** Its figures. */
  overview: Overview;
}

/** Two records side by side: sizes of both, how much they changed, and their working sets over time. */
export function diffTable(before: DiffSide, after: DiffSide): Table {
  const sides = [before, after];
  const names = shortNamesOf([before.name, after.name]);
  const nameWidth = Math.max(...names.map(displayWidth));
  return {
    title: `${before.name} and ${after.name}`,
    caption: [
      "Change: from the first to the second · mappings: mean parts of the working set, by name",
      ...sides.map(({ name, overview: { workingSet } }) => `${name}: ${workingSetLine(workingSet)}`),
      ...sides.flatMap(({ name, overview: { survey } }) => [`${name}: ${recordedLine(survey)}`, sampledLine(survey)]),
      ...selectionLines(sides),
    ],
    totals: sides.map(({ overview: { survey, wss } }, i) =>
      `${names[i]}${" ".repeat(nameWidth - displayWidth(names[i]))} ` +
      `${sparkline(courseOf(wss, 30), largestOf(sides))} over ${
        formatNs(survey.timeRange.endNs - survey.timeRange.startNs)
      }`
    ),
    columns: [
      { name: "kind", title: "kind", description: "total or mapping", kind: "text", hidden: true },
      { name: "figure", title: "figure", description: "what is compared", kind: "text" },
      { name: "before_bytes", title: names[0], description: `bytes in ${before.name}`, kind: "bytes" },
      { name: "after_bytes", title: names[1], description: `bytes in ${after.name}`, kind: "bytes" },
      { name: "change_bytes", title: "change", description: "second less first", kind: "bytes" },
      { name: "change_percent", title: "in %", description: "of the first", kind: "percent" },
    ],
    rows: diffRows(before.overview, after.overview),
    chart: () => diffSpec(before, after),
  };
}

function diffRows(before: Overview, after: Overview): TableRow[] {
  const row = (kind: string, name: string, from = 0, to = 0): TableRow => [
    kind,
    name,
    from,
    to,
    to - from,
    from > 0 ? (to - from) / from * 100 : undefined,
  ];
  const later = new Map(overviewFigures(after).map(({ name, bytes }) => [name, bytes]));
  const [old, young] = [meansOf(before), meansOf(after)];
  const names = [...new Set([...old.keys(), ...young.keys()])].sort((a, b) =>
    Math.max(old.get(b) ?? 0, young.get(b) ?? 0) - Math.max(old.get(a) ?? 0, young.get(a) ?? 0)
  );
  return [
    ...overviewFigures(before).map(({ name, title, bytes }) => row("total", title, bytes, later.get(name))),
    ...names.map((name) => row("mapping", name, old.get(name), young.get(name))),
  ];
}

/** One line where both are of the same part. */
function selectionLines(sides: readonly DiffSide[]): string[] {
  const lines = sides.map(({ overview: { survey } }) => selectionLine(survey.selection).join());
  if (lines[0] === lines[1]) return lines.slice(0, 1).filter(Boolean);
  return lines.flatMap((line, i) => line ? [`${sides[i].name}: ${line}`] : []);
}

/** Mean working sets by the mapping's name. */
function meansOf({ mappings }: Overview): Map<string, number> {
  const means = new Map<string, number>();
  for (const use of mappings.uses) {
    means.set(useNameOf(use), (means.get(useNameOf(use)) ?? 0) + use.meanWssBytes);
  }
  return means;
}

function largestOf(sides: readonly DiffSide[]): number {
  return Math.max(...sides.map(({ overview }) => overview.wss.values.reduce((max, value) => Math.max(max, value), 0)));
}

/** What two files are called at the head of a column: by their own names, with the folder that tells two of one name apart. */
export function shortNamesOf(paths: readonly [string, string]): [string, string] {
  const parts = paths.map((path) => path.split("/"));
  const most = Math.max(...parts.map(({ length }) => length));
  let depth = 1;
  while (depth < most && parts[0].slice(-depth).join("/") === parts[1].slice(-depth).join("/")) depth++;
  const names = parts.map((words) => {
    const [first, ...rest] = words.slice(-depth);
    const name = rest.length > 1 ? `${first}/…/${rest.at(-1)}` : [first, ...rest].join("/");
    return name.length > 24 ? `…${name.slice(-23)}` : name;
  });
  // The same file, or what differs is cut off.
  return names[0] === names[1] ? [`${names[0]} (1)`, `${names[1]} (2)`] : [names[0], names[1]];
}

const [WIDTH, HEIGHT, POINTS, ROWS] = [760, 260, 300, 12];

/** The working sets of both over time, and their mappings as pairs of bars. */
export function diffSpec(before: DiffSide, after: DiffSide): VegaLiteSpec {
  const sides = [before, after];
  const domain = shortNamesOf([before.name, after.name]);
  const course = sides.flatMap(({ overview: { wss, survey } }, i) => {
    const points = pointsOf(wss, POINTS);
    // A window's figure is of the time before its end.
    const first = points.slice(0, 1).map(({ value }) => ({ timeNs: survey.timeRange.startNs, value }));
    return [...first, ...points].map(({ timeNs, value }) => ({
      record: domain[i],
      s: Number((timeNs / 1e9).toFixed(4)),
      bytes: value,
    }));
  });
  const pairs = diffRows(before.overview, after.overview).filter(([kind]) => kind === "mapping").slice(0, ROWS);
  const bars = pairs.flatMap(([, mapping, from, to]) =>
    [from, to].map((bytes, i) => ({ mapping, record: domain[i], bytes, text: formatBytes(Number(bytes)) }))
  );
  const color = {
    field: "record",
    type: "nominal",
    scale: { domain, range: CATEGORY_COLOURS.slice(0, 2) },
    legend: { title: null, orient: "top", labelLimit: 320 },
  };
  return {
    ...chartFrame(`${domain[0]} and ${domain[1]}`, diffTable(before, after).caption, WIDTH),
    vconcat: [
      {
        width: WIDTH,
        height: HEIGHT,
        data: { values: course },
        mark: { type: "line", strokeWidth: 1.8, interpolate: "step-before", clip: true, tooltip: true },
        params: [{ name: "zoom", select: { type: "interval", encodings: ["x"] }, bind: "scales" }],
        encoding: {
          x: {
            field: "s",
            type: "quantitative",
            scale: { nice: false },
            axis: secondsAxis("seconds since the start of each record"),
          },
          y: { field: "bytes", type: "quantitative", axis: bytesAxis("working set", HEIGHT, "concat_0_y") },
          color,
        },
      },
      {
        width: WIDTH,
        height: { step: 13 },
        data: { values: bars },
        encoding: {
          y: { field: "mapping", type: "nominal", sort: null, axis: { title: null, labelLimit: 240, ticks: false } },
          yOffset: { field: "record", sort: domain },
          x: {
            field: "bytes",
            type: "quantitative",
            // Room for the text beside the longest.
            scale: { domain: [0, Math.max(1, ...bars.map(({ bytes }) => Number(bytes))) * 1.1], nice: false },
            axis: bytesAxis("mean working set", WIDTH * 0.6, "concat_1_x"),
          },
        },
        layer: [
          { mark: { type: "bar", tooltip: true }, encoding: { color } },
          {
            mark: { type: "text", align: "left", dx: 4, fontSize: 9.5, color: "#333" },
            encoding: { text: { field: "text" } },
          },
        ],
      },
    ],
  };
}
