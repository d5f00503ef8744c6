import {
  type AddressRange,
  type AppliedRegions,
  byPid,
  type Context,
  keyOf,
  type Mappings,
  type MemoryUsage,
  type RecordHeader,
  type Regions,
  type SchemeCounts,
  type SchemeStats,
  type Snapshot,
  type TargetKey,
} from "../../damon/mod.ts";
import {
  bytesOf,
  Decimated,
  type Fold,
  foldRecord,
  intersect,
  MappingNames,
  type OpenRecord,
  type RecordStart,
  type RecordSurvey,
  type Selection,
  subtract,
  takesAllRegions,
  unite,
} from "../record/mod.ts";
import {
  type ActedMapping,
  type RecordedHit,
  schemeKeyOf,
  type SchemeOutcome,
  type SchemesRecordReport,
} from "./outcome.ts";
import { attributeToSchemes } from "./scheme_attribution.ts";

/** Points of a line over time that are kept: more than a chart has pixels for. */
const MOST_POINTS = 1000;

/**
 * Finds out what the schemes of a record did: where they acted, what they counted, and what became of the memory.
 *
 * @param onHit Called for each look in which a scheme acted.
 * @throws {RangeError} where nothing is selected of a record that has snapshots.
 *
 * @example
 * ```ts ignore
 * const { schemes, usages } = await schemesOfRecord(() => openRecord("damon.arrow"));
 * schemes[0].stats?.szTriedBytes;
 * usages[0].samples.map(({ residentBytes }) => residentBytes);
 * ```
 */
export async function schemesOfRecord(
  open: OpenRecord,
  selection: Selection = {},
  onHit?: (hit: RecordedHit) => void,
): Promise<SchemesRecordReport> {
  const fold = new SchemesRecordFold(onHit);
  const report = fold.report(await foldRecord(open, [fold], selection));
  const { target, snapshotBytes } = selection;
  const isWider = !takesAllRegions(selection) || snapshotBytes !== undefined ||
    (target !== undefined &&
      report.survey.header.kdamonds.some(({ contexts }) => (contexts[0]?.targets.length ?? 0) > 1));
  return { ...report, ...(isWider && { areCountsWider: true }) };
}

interface Doing {
  kdamond: number;
  context: number;
  index: number | undefined;
  first: SchemeCounts | undefined;
  /** `first` is from before the time that is asked for. */
  isPart: boolean;
  last: SchemeCounts | undefined;
  counts: Decimated<SchemeCounts>;
  regions: number;
  bytes: number;
  gapBytes: number;
  inferredRegions: number;
  /** By the key of the target. */
  acted: Map<TargetKey, AddressRange[]>;
}

/** Takes in what schemes did, item by item. */
export class SchemesRecordFold implements Fold {
  readonly #onHit: ((hit: RecordedHit) => void) | undefined;
  readonly #schemes = new Map<string, Doing>();
  readonly #usages = new Map<number, Decimated<MemoryUsage>>();
  readonly #names = new Map<number, MappingNames>();
  readonly #targets = new Set<TargetKey>();
  /** Those in which a scheme acted. */
  readonly #acting = new Map<TargetKey, Pick<Snapshot, "kdamond" | "targetId">>();

  /** `onHit` is called for each look in which a scheme acted. */
  constructor(onHit?: (hit: RecordedHit) => void) {
    this.#onHit = onHit;
  }

  /** Only who the targets are. */
  snapshot(snapshot: Snapshot): void {
    this.#targets.add(keyOf(snapshot));
  }

  /** Takes what the addresses of a process are from now on. */
  mappings({ pid, mappings }: Mappings): void {
    let names = this.#names.get(pid);
    if (!names) this.#names.set(pid, names = new MappingNames());
    names.overlay(mappings);
  }

  /** Takes the regions of one look. */
  applied(applied: AppliedRegions, { header }: Pick<RecordStart, "header">): void {
    const { kdamond, context, scheme, regions } = applied;
    if (scheme !== undefined) return this.#add(applied, this.#of(kdamond, context, scheme), regions, header);
    const schemes = contextOf(header, kdamond, context)?.schemes ?? [];
    const hasOneTarget = targetsOf(header, kdamond, context).length <= 1;
    for (const [index, part] of attributeToSchemes(applied, schemes, hasOneTarget)) {
      const doing = this.#of(kdamond, context, index);
      if (index !== undefined) doing.inferredRegions += part.length;
      this.#add(applied, doing, part, header);
    }
  }

  #add({ targetId, startNs }: AppliedRegions, doing: Doing, regions: Regions, header: RecordHeader): void {
    const { kdamond, context } = doing;
    // Where it is not told, one target leaves no doubt.
    const only = targetsOf(header, kdamond, context).length <= 1 ? 0n : undefined;
    const id = targetId ?? only;
    const ranges = [...regions];
    doing.regions += ranges.length;
    doing.bytes += bytesOf(ranges);
    if (id === undefined) return;
    const target = keyOf({ kdamond, targetId: id });
    const names = this.#namesOf(header, kdamond, context, id);
    const mapped = names ? intersect(ranges, names.within(ranges[0].start, ranges[ranges.length - 1].end)) : ranges;
    doing.gapBytes += bytesOf(ranges) - bytesOf(mapped);
    this.#acting.set(target, { kdamond, targetId: id });
    const acted = doing.acted.get(target) ?? [];
    if (subtract(mapped, acted).length > 0) doing.acted.set(target, unite(acted, mapped));
    this.#onHit?.({ scheme: schemeKeyOf(doing), target, ns: startNs, ranges });
  }

  /** Takes a scheme's counters, and those before the first ones where only a part of the record's time is asked for. */
  counts(counts: SchemeCounts, before?: SchemeCounts): void {
    const doing = this.#of(counts.kdamond, counts.context, counts.scheme);
    doing.first ??= before ?? counts;
    doing.isPart ||= before !== undefined;
    doing.last = counts;
    doing.counts.push(counts);
  }

  /** Takes memory in use. */
  usage(usage: MemoryUsage): void {
    let samples = this.#usages.get(usage.pid);
    if (!samples) this.#usages.set(usage.pid, samples = new Decimated(MOST_POINTS));
    samples.push(usage);
  }

  /** What was found. */
  report(survey: RecordSurvey): SchemesRecordReport {
    const { header } = survey;
    const acted = new Map<TargetKey, AddressRange[]>();
    for (const doing of this.#schemes.values()) {
      for (const [target, ranges] of doing.acted) acted.set(target, unite(acted.get(target) ?? [], ranges));
    }
    const known = header.kdamonds.flatMap(({ pid, contexts }) =>
      contexts.flatMap(({ schemes = [] }, context) => schemes.map((_, index) => ({ kdamond: pid, context, index })))
    );
    // What did nothing is said as well, if anything was recorded of its kdamond at all.
    const any = new Set(Array.from(this.#schemes.values(), ({ kdamond }) => kdamond));
    for (const { kdamond, context, index } of known) {
      if (any.has(kdamond)) this.#of(kdamond, context, index);
    }
    const rank = ({ kdamond, context, index = Infinity }: Doing) => [kdamond, context, index];
    const sorted = [...this.#schemes.values()].sort((a, b) => {
      const [one, other] = [rank(a), rank(b)];
      const at = one.findIndex((value, i) => value !== other[i]);
      return at < 0 ? 0 : one[at] - other[at];
    });
    const usages = [...this.#usages].map(([pid, samples]) => ({ pid, samples: samples.all() }))
      .filter(({ samples }) => samples.length > 1);
    const isMachine = header.kdamonds.some(({ contexts }) => contexts.some(({ operations }) => operations === "paddr"));
    // Those of children that were followed would be too many to tell apart.
    const targets = new Set(
      header.kdamonds.flatMap(({ contexts }) => contexts.flatMap((context) => context.targets)).map(({ pid }) => pid),
    );
    const processes = usages.filter(({ pid }) => pid !== 0 && targets.has(pid));
    return {
      survey,
      schemes: sorted.map((doing) => this.#outcomeOf(doing, header)),
      // Beside its processes the machine is of another size, and for the most part of others' doing.
      usages: isMachine || processes.length === 0 ? usages : processes,
      otherUsages: isMachine || processes.length === 0
        ? 0
        : usages.filter(({ pid }) => pid !== 0).length - processes.length,
      acted,
    };
  }

  #of(kdamond: number, context: number, index: number | undefined): Doing {
    const key = schemeKeyOf({ kdamond, context, index });
    let doing = this.#schemes.get(key);
    if (!doing) {
      doing = {
        ...{
          kdamond,
          context,
          index,
          first: undefined,
          isPart: false,
          last: undefined,
          regions: 0,
          bytes: 0,
          gapBytes: 0,
          inferredRegions: 0,
        },
        counts: new Decimated(MOST_POINTS),
        acted: new Map(),
      };
      this.#schemes.set(key, doing);
    }
    return doing;
  }

  /** What is mapped in a target; `undefined` where the record does not say, or for physical memory. */
  #namesOf(header: RecordHeader, kdamond: number, context: number, id: bigint): MappingNames | undefined {
    const pid = targetsOf(header, kdamond, context)[Number(id)]?.pid;
    return pid === undefined ? undefined : this.#names.get(pid);
  }

  #outcomeOf(doing: Doing, header: RecordHeader): SchemeOutcome {
    const { kdamond, context, index, first, last, isPart } = doing;
    const { counts, regions, bytes, gapBytes, inferredRegions, acted } = doing;
    const recorded = byPid(header.kdamonds, kdamond);
    const scheme = index === undefined ? undefined : recorded?.contexts[context]?.schemes?.[index];
    // Who began it has counted from 0.
    const stats = last && (recorded?.ours !== false && !isPart ? last.stats : difference(last.stats, first!.stats));
    return {
      ...{ kdamond, context, index, scheme, stats, regions, bytes, gapBytes, inferredRegions },
      counts: counts.all(),
      distinctBytes: [...acted.values()].reduce((sum, ranges) => sum + bytesOf(ranges), 0),
      mappings: this.#mappingsOf(acted, header, context),
    };
  }

  #mappingsOf(acted: ReadonlyMap<TargetKey, AddressRange[]>, header: RecordHeader, context: number): ActedMapping[] {
    const sums = new Map<string, number>();
    for (const [target, ranges] of acted) {
      const { kdamond, targetId } = this.#acting.get(target)!;
      const names = this.#namesOf(header, kdamond, context, targetId)?.within(0, Infinity);
      if (!names) {
        sums.set("", (sums.get("") ?? 0) + bytesOf(ranges));
        continue;
      }
      for (const name of names) {
        const bytes = bytesOf(intersect(ranges, [name]));
        if (bytes > 0) sums.set(name.name, (sums.get(name.name) ?? 0) + bytes);
      }
    }
    return [...sums].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  }
}

function targetsOf(header: RecordHeader, kdamond: number, context: number) {
  return contextOf(header, kdamond, context)?.targets ?? [];
}

function contextOf(header: RecordHeader, kdamond: number, context: number): Context | undefined {
  return byPid(header.kdamonds, kdamond)?.contexts[context];
}

function difference(last: SchemeStats, first: SchemeStats): SchemeStats {
  const before = first as unknown as Record<string, number>;
  return Object.fromEntries(
    Object.entries(last).map(([name, value]) => [name, value - (before[name] ?? 0)]),
  ) as unknown as SchemeStats;
}
