import { type AddressRange, keyOf, type RecordHeader, type RecordReader, type TargetKey } from "../../damon/mod.ts";
import { heatsWithin, scatteredBandsOf } from "./heat_bands.ts";
import { HeatGrid, type TimeBins } from "./heat_grid.ts";
import { idleResidentBytes } from "./heat_idle.ts";
import { type HeatSelection, type HeatSurvey, type SurveyedTarget, surveyHeat } from "./heat_survey.ts";
import {
  bytesOf,
  foldRecord,
  joinTouching,
  type NamedRange,
  offsetsWithin,
  type Piece,
  piecesOf,
} from "../record/mod.ts";
import { figuresOf, type WorkingSetFigures, WorkingSetFold } from "../working_set/mod.ts";

const PAGE = 4096;

/** More cells than this are refused: drawing them takes seconds and shows nothing more. */
export const MAX_CELLS = 100_000;

/** What to draw, and how finely. */
export interface HeatmapOptions extends HeatSelection {
  /** Number of time bins, at least 1; 240 by default. */
  timeBins?: number;
  /** Number of address rows over all bands, at least 1; 100 by default. */
  rows?: number;
  /** Every band gets at least this many rows, if it has as many pages; 6 by default. */
  minRows?: number;
  /** Default `hottest`. */
  drawRange?: "hottest" | "all";
  /** Exactly these ranges instead of those that are found hot. */
  addressRanges?: AddressRange[];
  /** Default 6. */
  maxBands?: number;
  /** Window of the working set that is said of it, ns; 1 s by default. */
  windowNs?: number;
}

/** 24,000 cells: more than a screen's eye, less than a second. */
const PICTURE = { timeBins: 240, rows: 100, minRows: 6 };

type Cells = typeof PICTURE;

/** One band: addresses of a target that are drawn together. Of a scattered address space the gaps are cut out. */
export interface HeatBand extends AddressRange {
  /** What of the range is drawn, ascending: all of it, or what lies between the gaps. */
  pieces: Piece[];
  /** Bytes of all pieces: offsets in the band end here. */
  bytes: number;
  /** Whose addresses these are. */
  target: SurveyedTarget;
  /** Bytes of a row; the last may be shorter. */
  rowBytes: number;
  /** Number of rows. */
  rows: number;
  /** bytes × ns accessed, cell `[bin * rows + row]`, lowest address first. */
  heat: Float64Array;
  /** bytes × ns monitored, likewise; 0: not monitored. */
  watched: Float64Array;
  /** What lies in it, ascending: `start` and `end` are offsets in the band. */
  names: NamedRange[];
  /** The name that most of its heat falls on; empty where nothing is known. */
  name: string;
}

/** A heat map: the bins of a record, and what is to be said about them. */
export interface Heatmap {
  /** The record's header. */
  header: RecordHeader;
  /** What the record as a whole is. */
  survey: HeatSurvey;
  /** `startNs` counts from the record's start. */
  time: TimeBins;
  /** By target, then ascending. */
  bands: HeatBand[];
  /** What was left out, of all that was monitored in the selected time, and what was seen of it. */
  coverage: Coverage;
  /** What was touched within a window, of all that is selected; `undefined` where that has no snapshot. */
  workingSet: WorkingSetFigures | undefined;
}

/** How much of what was monitored is shown. */
export interface Coverage {
  /** Bytes of the bands that were monitored. */
  shownBytes: number;
  /** All bytes that were monitored. */
  monitoredBytes: number;
  /** Of the monitored bytes those that were never seen accessed. */
  idleBytes: number;
  /** Of these, what was in memory at the end; absent where the record does not tell it by region. */
  idleResidentBytes?: number;
  /** Share of all accesses (bytes × time) that is shown, 0 to 1. */
  heatShare: number;
}

/**
 * Makes the heat map of a record. The record is read twice, once to learn its extent and its hot ranges and once to bin
 * it: so the bins are exact, lie where they are wanted, and memory does not grow with the record. One pass with bins that
 * grow would blur the edges and know the hot ranges only when it is too late.
 *
 * @param open Opens the record from its beginning; called twice.
 * @throws {RangeError} where the selection is not in the record, or has more than {@linkcode MAX_CELLS} cells.
 */
export async function heatmapOf(open: () => Promise<RecordReader>, options: HeatmapOptions = {}): Promise<Heatmap> {
  const survey = await using(open, (record) => surveyHeat(record, options));
  const cells = { ...PICTURE, ...options };
  const bands = layOut(survey, cells);
  const { startNs, endNs } = survey.timeRange;
  const count = cells.timeBins;
  const time = { startNs, binNs: Math.max(1, (endNs - startNs) / count), count };
  const rows = bands.reduce((sum, band) => sum + band.rows, 0);
  if (rows * count > MAX_CELLS) {
    throw new RangeError(
      `${count} × ${rows} are too many cells: at most ${MAX_CELLS} are drawn; use a smaller resolution`,
    );
  }
  const grid = new HeatGrid({ ...time, startNs: survey.originNs + startNs }, bands);
  const workingSet = await fillGrid(grid, open, survey, bands, options);
  let firstRow = 0;
  for (const band of bands) {
    takeCells(band, grid, firstRow);
    band.name = nameOf(band);
    firstRow += band.rows;
  }
  return { header: survey.header, survey, time, bands, coverage: coverageOf(survey, bands), workingSet };
}

/** Share of samples, 0 to 1, that found the cell accessed; `undefined` where it was not monitored. */
export function heatOf(band: HeatBand, bin: number, row: number): number | undefined {
  const at = bin * band.rows + row;
  return band.watched[at] > 0 ? Math.min(1, band.heat[at] / band.watched[at]) : undefined;
}

async function using<T>(open: () => Promise<RecordReader>, use: (record: RecordReader) => Promise<T>): Promise<T> {
  await using record = await open();
  return await use(record);
}

/** In the same pass the working set is found, as it is for every report. */
async function fillGrid(
  grid: HeatGrid,
  open: () => Promise<RecordReader>,
  survey: HeatSurvey,
  bands: HeatBand[],
  { kdamond, target, timeRange: range, addressRanges, windowNs }: HeatmapOptions,
): Promise<WorkingSetFigures | undefined> {
  const slices = new Map<TargetKey, [number, number]>();
  bands.forEach((band, i) => {
    const key = keyOf(band.target);
    slices.set(key, [slices.get(key)?.[0] ?? i, i + 1]);
  });
  const filling = async (): Promise<RecordReader> => {
    const record = await open();
    return {
      header: record.header,
      get incomplete() {
        return record.incomplete;
      },
      async *items() {
        // What looks ahead reads the record once more.
        grid.clear();
        for await (const item of record.items()) {
          const slice = item.kind === "snapshot" ? slices.get(keyOf(item.snapshot)) : undefined;
          if (item.kind === "snapshot" && slice) grid.add(item.snapshot, ...slice);
          yield item;
        }
      },
      [Symbol.asyncDispose]: () => record[Symbol.asyncDispose](),
    };
  };
  if (survey.snapshots === 0) return undefined;
  const pids = new Map(survey.targets.map((target) => [keyOf(target), target.pid]));
  const fold = new WorkingSetFold({
    ...{ selection: survey.selection ?? {}, pids },
    ...(windowNs !== undefined && { windowNs }),
  });
  const { originNs } = survey;
  try {
    await foldRecord(filling, [fold], {
      ...(kdamond !== undefined && { kdamond }),
      ...(target !== undefined && { target }),
      ...(addressRanges && { addressRanges: addressRanges.toSorted((a, b) => a.start - b.start) }),
      // The record may begin later, where snapshots are selected.
      ...(range && { clockRanges: [{ startNs: originNs + range.startNs, endNs: originNs + range.endNs }] }),
    });
  } catch (error) {
    // Cells are drawn of a part of a snapshot, too; a working set is not known of it.
    if (!(error instanceof RangeError)) throw error;
  }
  return figuresOf(fold.all());
}

/** Each has a band at least. */
const MOST_TARGETS = 24;

/** Chooses the bands and shares the rows out among them, by size within limits. */
function layOut(survey: HeatSurvey, options: HeatmapOptions & Cells): HeatBand[] {
  const { drawRange = "hottest", maxBands = 6, addressRanges } = options;
  const perTarget = Math.max(1, Math.floor(maxBands / Math.max(1, survey.targets.length)));
  const asked = addressRanges && joinTouching(addressRanges.map(toPages).sort((a, b) => a.start - b.start));
  const chosen: { target: SurveyedTarget; pieces: Piece[] }[] = [];
  for (const target of mostHeated(survey.targets)) {
    const segments = target.addresses.segments();
    const bands = asked?.filter((range) => segments.some(({ start, end }) => end > range.start && start < range.end))
      .map((range) => [range]) ?? scatteredBandsOf(segments, { drawRange, maxBands: perTarget });
    chosen.push(...bands.map((ranges) => ({ target, pieces: piecesOf(ranges) })));
  }
  const total = chosen.reduce((sum, { pieces }) => sum + bytesOf(pieces), 0);
  const least = Math.min(options.minRows, Math.floor(options.rows / Math.max(1, chosen.length)) || 1);
  const free = Math.max(0, options.rows - least * chosen.length);
  return chosen.map(({ target, pieces }) => {
    const [start, end, bytes] = [pieces[0].start, pieces.at(-1)!.end, bytesOf(pieces)];
    const pages = Math.ceil(bytes / PAGE);
    const wanted = Math.min(pages, least + Math.round(free * bytes / total));
    const rowBytes = Math.ceil(pages / wanted) * PAGE;
    const named = target.pid === undefined ? [] : survey.names.get(target.pid)?.within(start, end) ?? [];
    const none = new Float64Array(0);
    const rows = Math.ceil(bytes / rowBytes);
    const names = namesWithin(pieces, named);
    return { target, start, end, pieces, bytes, rowBytes, rows, heat: none, watched: none, names, name: "" };
  });
}

/** Of more targets than a picture has room for, those with the most heat, and among equal ones the largest; in their order. */
function mostHeated(targets: readonly SurveyedTarget[]): readonly SurveyedTarget[] {
  if (targets.length <= MOST_TARGETS) return targets;
  const weighed = targets.map((target) => {
    let [heat, bytes] = [0, 0];
    for (const { start, end, heatNs } of target.addresses.segments()) {
      heat += (end - start) * heatNs;
      bytes += end - start;
    }
    return { target, heat, bytes };
  });
  weighed.sort((a, b) => b.heat - a.heat || b.bytes - a.bytes);
  const shown = new Set(weighed.slice(0, MOST_TARGETS).map(({ target }) => target));
  return targets.filter((target) => shown.has(target));
}

/** Names at their offsets; neighbours of the same name are one. */
function namesWithin(pieces: readonly Piece[], named: readonly NamedRange[]): NamedRange[] {
  const names: NamedRange[] = [];
  for (const range of named) {
    for (const { start, end } of offsetsWithin(pieces, range)) {
      const last = names.at(-1);
      if (last && last.end === start && last.name === range.name) last.end = end;
      else names.push({ name: range.name, start, end });
    }
  }
  return names;
}

/** Row bounds must be whole pages: those are exact as doubles up to 2^64. */
function toPages({ start, end }: AddressRange): AddressRange {
  return { start: Math.floor(start / PAGE) * PAGE, end: Math.ceil(end / PAGE) * PAGE };
}

function takeCells(band: HeatBand, grid: HeatGrid, firstRow: number): void {
  const { count } = grid.time;
  band.heat = new Float64Array(count * band.rows);
  band.watched = new Float64Array(count * band.rows);
  for (let bin = 0; bin < count; bin++) {
    const from = bin * grid.rows + firstRow;
    band.heat.set(grid.heat.subarray(from, from + band.rows), bin * band.rows);
    band.watched.set(grid.watched.subarray(from, from + band.rows), bin * band.rows);
  }
}

/** The name under which most of the band's heat lies; where all is idle, most of its bytes. */
function nameOf(band: HeatBand): string {
  const rowHeat = new Float64Array(band.rows);
  band.heat.forEach((heat, at) => rowHeat[at % band.rows] += heat);
  const isIdle = rowHeat.every((heat) => heat === 0);
  const weights = new Map<string, number>();
  for (const { start, end, name } of band.names) {
    let weight = 0;
    const [first, last] = [start, end].map((offset) => offset / band.rowBytes);
    for (let row = Math.floor(first); row < last; row++) {
      weight += (Math.min(last, row + 1) - Math.max(first, row)) * (isIdle ? 1 : rowHeat[row]);
    }
    weights.set(name, (weights.get(name) ?? 0) + weight);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

function coverageOf(survey: HeatSurvey, bands: HeatBand[]): Coverage {
  let [shownBytes, monitoredBytes, idleBytes, shownHeat, allHeat] = [0, 0, 0, 0, 0];
  const piecesOfTarget = Map.groupBy(bands, ({ target }) => target);
  for (const target of survey.targets) {
    const segments = target.addresses.segments();
    for (const segment of segments) {
      const bytes = segment.end - segment.start;
      monitoredBytes += bytes;
      if (segment.heatNs === 0) idleBytes += bytes;
      allHeat += bytes * segment.heatNs;
    }
    const shown = (piecesOfTarget.get(target) ?? []).flatMap(({ pieces }) => pieces);
    shownHeat += heatsWithin(segments, shown).reduce((sum, heat) => sum + heat, 0);
    const all = segments.map(({ start, end }) => ({ start, end, heatNs: 1, watchedNs: 1 }));
    shownBytes += heatsWithin(all, shown).reduce((sum, bytes) => sum + bytes, 0);
  }
  const resident = survey.targets.map(idleResidentBytes);
  return {
    ...{ shownBytes, monitoredBytes, idleBytes },
    ...(resident.every((bytes) => bytes !== undefined) && { idleResidentBytes: resident.reduce((a, b) => a + b, 0) }),
    heatShare: allHeat > 0 ? shownHeat / allHeat : 1,
  };
}

/** The largest share of samples in any cell, 0 to 1; 1 where nothing was accessed. */
export function maxHeatOf({ bands }: Heatmap): number {
  let max = 0;
  for (const { heat, watched } of bands) {
    for (let at = 0; at < heat.length; at++) if (heat[at] > max * watched[at]) max = heat[at] / watched[at];
  }
  return max === 0 ? 1 : Math.min(1, max);
}

/** The bands as they are drawn, from the top: target by target, high addresses first. */
export function topDown({ bands, survey }: Heatmap): HeatBand[] {
  const rank = (band: HeatBand) => survey.targets.indexOf(band.target);
  return [...bands].sort((a, b) => rank(a) - rank(b) || b.start - a.start);
}
