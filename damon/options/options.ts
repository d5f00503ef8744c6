import {
  type AddressRange,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  failed,
  followedAttributes,
  type Intervals,
  type Kdamond,
  type NrRegions,
  type Operations,
  option,
  parseBytes,
  parseUs,
  type Probe,
  said,
  type Scheme,
  type Target,
  withoutDefaults,
} from "../model/mod.ts";
import { type DamonOptions, exactly, OptionReader } from "./option_reader.ts";
import { parseCount, parseMs, parseShare } from "./option_words.ts";
import { parseRanges } from "./ranges.ts";
import { SCHEME_OPTION_NAMES, schemesOf } from "./scheme_options.ts";

/** What options alone do not say. */
export interface OptionSurroundings {
  /** A process or the machine's memory, as the target argument names it. */
  target?: { pid: number } | "paddr";
  /** Schemes out of a file, where no `--damos_action` is given. They are already in units of the first context. */
  schemes?: readonly Scheme[];
  /**
   * Whether a process whose `--ops` nobody names is watched by fvaddr: in the ranges that are given, else in ranges that
   * follow its memory, which whoever runs it tells the kernel ({@linkcode isFollowed}).
   */
  follows?: boolean;
  /** What to watch of physical memory where nothing is said, bytes. */
  ramRanges?: () => AddressRange[];
  /** The memory of NUMA nodes, bytes. */
  nodeRanges?: (nids: number[]) => AddressRange[];
}

const CONTEXT_OPTIONS = [
  "ops",
  "sample",
  "aggr",
  "updr",
  "minr",
  "maxr",
  "monitoring_intervals",
  "monitoring_intervals_goal",
  "monitoring_nr_regions_range",
  "sample_primitives",
  "damon_addr_unit",
] as const;
const TARGET_OPTIONS = ["target_pid", "regions", "numa_node"] as const;

/**
 * The kdamonds that options ask for. With `base`, those of it with what the options name changed, and all else as it is:
 * options for targets or `--damos_action` take the place of all targets or schemes.
 *
 * Where several contexts are asked for, each gets a kdamond of its own, as kernels take no more than one; `--nr_ctxs`
 * says otherwise.
 *
 * @example
 * ```ts
 * import { kdamondsOf } from "./options.ts";
 * kdamondsOf({ sample: [["1ms"]], aggr: [["20ms"]] }, { target: { pid: 42 } })[0].contexts[0].intervals;
 * // { sampleUs: 1000, aggrUs: 20000, updateUs: 1000000 }
 * ```
 *
 * @throws {SyntaxError} for a value that does not parse; the message names its option.
 * @throws {RangeError} where numbers of things do not fit together.
 */
export function kdamondsOf(
  options: DamonOptions,
  surroundings: OptionSurroundings = {},
  base?: readonly Kdamond[],
): Kdamond[] {
  const reader = new OptionReader(options);
  const before = base?.flatMap(({ contexts }) => contexts);
  const count = contextCount(options, reader, before?.length);
  const contexts = Array.from({ length: count }, (_, i) => contextOf(reader, i, surroundings, before?.[i]));
  for (const index of reader.counts("pause_ctx") ?? []) {
    if (!contexts[index]) {
      throw failed(RangeError, { what: said`${option("pause_ctx")}: there is no context ${index}` });
    }
  }
  if (before === undefined || isTargetNamed(options, surroundings)) {
    assignTargets(contexts, reader, surroundings);
  }
  markObsolete(contexts, reader);
  assignSchemes(contexts, options, reader, surroundings, before !== undefined);
  assignProbes(contexts, reader);
  const kdamonds = group(contexts, reader, base);
  reader.all("refresh_stat", ([text]) => parseMs(text)).forEach((refreshMs, i) => {
    if (!kdamonds[i]) throw failed(RangeError, { what: said`${option("refresh_stat")}: there is no kdamond ${i}` });
    kdamonds[i].refreshMs = refreshMs;
  });
  // Of a change, what says the kernel's default stays: it may take something back.
  return base ? kdamonds : kdamonds.map(withoutDefaults);
}

function contextCount(options: DamonOptions, reader: OptionReader, before: number | undefined): number {
  const lengths = CONTEXT_OPTIONS.map((name) => options[name]?.length ?? 0);
  for (const name of ["nr_targets", "nr_schemes", "nr_probes"]) lengths.push(reader.counts(name)?.length ?? 0);
  const count = Math.max(1, ...lengths);
  if (before !== undefined && count > before) {
    throw new RangeError(`There is no context ${count - 1} to change: there are ${before}`);
  }
  return before ?? count;
}

function contextOf(
  reader: OptionReader,
  i: number,
  { target, follows }: OptionSurroundings,
  before: Context | undefined,
): Context {
  const isPhysical = target === "paddr" || (target === undefined && reader.options.target_pid === undefined);
  const operations = reader.at("ops", i, ([text]) => operationsOf(text)) ?? before?.operations ??
    (isPhysical ? "paddr" : follows ? "fvaddr" : "vaddr");
  const usual = operations === "fvaddr" && follows && reader.options.regions === undefined
    ? followedAttributes(0)
    : { intervals: DEFAULT_INTERVALS, nrRegions: DEFAULT_NR_REGIONS };
  const { intervals, nrRegions } = attributesAsked(reader.options);
  const unit = reader.at("damon_addr_unit", i, ([text]) => parseBytes(text));
  const sample = reader.at("sample_primitives", i, sampleOf);
  const context: Context = {
    ...(before ?? { targets: [] }),
    operations,
    intervals: intervalsOf(reader, i, before?.intervals ?? (intervals ? DEFAULT_INTERVALS : usual.intervals)),
    nrRegions: nrRegionsOf(reader, i, before?.nrRegions ?? (nrRegions ? DEFAULT_NR_REGIONS : usual.nrRegions)),
    ...(unit !== undefined && { addrUnitBytes: unit }),
    ...(sample && { sample }),
  };
  const paused = reader.counts("pause_ctx");
  if (paused?.includes(i)) context.pause = true;
  return context;
}

/** Which of the two somebody has asked for, in any context. */
export function attributesAsked(options: DamonOptions): { intervals: boolean; nrRegions: boolean } {
  const has = (...names: (keyof DamonOptions)[]) => names.some((name) => options[name] !== undefined);
  return {
    intervals: has("sample", "aggr", "updr", "monitoring_intervals", "monitoring_intervals_goal") ||
      has("monitoring_intervals_autotune"),
    nrRegions: has("minr", "maxr", "monitoring_nr_regions_range"),
  };
}

function sampleOf(words: readonly string[]): NonNullable<Context["sample"]> {
  const other = words.find((word) => !/^(page_table|page_faults?)$/.test(word));
  if (other !== undefined) {
    throw new SyntaxError(
      `${JSON.stringify(other)} is no way to see accesses; use page_table or page_fault`,
    );
  }
  return { pageTable: words.includes("page_table"), pageFault: words.some((word) => word !== "page_table") };
}

function operationsOf(text: string): Operations {
  if (text === "vaddr" || text === "fvaddr" || text === "paddr") return text;
  throw failed(RangeError, { what: said`${option("ops")} is vaddr, fvaddr or paddr, not ${text}` });
}

function intervalsOf(reader: OptionReader, i: number, before: Intervals): Intervals {
  const [sampleUs, aggrUs, updateUs] =
    reader.at("monitoring_intervals", i, (words) => exactly(words, 3, "monitoring_intervals").map(parseUs)) ?? [];
  const goal = reader.at("monitoring_intervals_goal", i, (words) => {
    const [access, aggrs, min, max] = exactly(words, 4, "monitoring_intervals_goal");
    return {
      accessBp: parseShare(access, 10_000),
      aggrs: parseCount(aggrs),
      minSampleUs: parseUs(min),
      maxSampleUs: parseUs(max),
    };
  }) ?? (reader.options.monitoring_intervals_autotune
    ? { accessBp: 400, aggrs: 3, minSampleUs: 5_000, maxSampleUs: 10_000_000 }
    : undefined);
  const us = (name: string) => reader.at(name, i, ([text]) => parseUs(text));
  const { goal: goalBefore, ...rest } = before;
  // Over no intervals there is no goal: the way to say so, also of the first of several contexts.
  const kept = goal ?? goalBefore;
  return {
    ...rest,
    sampleUs: us("sample") ?? sampleUs ?? before.sampleUs,
    aggrUs: us("aggr") ?? aggrUs ?? before.aggrUs,
    updateUs: us("updr") ?? updateUs ?? before.updateUs,
    ...(kept && kept.aggrs > 0 && { goal: kept }),
  };
}

function nrRegionsOf(reader: OptionReader, i: number, before: NrRegions): NrRegions {
  const [min, max] = reader.at(
    "monitoring_nr_regions_range",
    i,
    (words) => exactly(words, 2, "monitoring_nr_regions_range").map(parseCount),
  ) ?? [];
  const count = (name: string) => reader.at(name, i, ([text]) => parseCount(text));
  return { min: count("minr") ?? min ?? before.min, max: count("maxr") ?? max ?? before.max };
}

function isTargetNamed(options: DamonOptions, { target }: OptionSurroundings): boolean {
  return target !== undefined || TARGET_OPTIONS.some((name) => options[name] !== undefined);
}

function assignTargets(contexts: Context[], reader: OptionReader, surroundings: OptionSurroundings): void {
  const { target } = surroundings;
  if (typeof target === "object" && reader.options.target_pid) {
    throw failed(RangeError, {
      what: said`The target argument names a process already; leave out ${option("target_pid")}`,
    });
  }
  const count = Math.max(contexts.length, ...TARGET_OPTIONS.map((name) => reader.options[name]?.length ?? 0));
  const perContext = reader.counts("nr_targets") ?? (contexts.length === 1 ? [count] : contexts.map(() => 1));
  distribute("targets", perContext, count, contexts.length);
  let index = 0;
  contexts.forEach((context, c) => {
    context.targets = Array.from({ length: perContext[c] }, () => targetOf(reader, index++, context, surroundings));
  });
}

function targetOf(reader: OptionReader, i: number, context: Context, surroundings: OptionSurroundings): Target {
  const { target, ramRanges, nodeRanges } = surroundings;
  const isPhysical = context.operations === "paddr";
  const pid = reader.at("target_pid", i, ([text]) => parseCount(text)) ??
    (typeof target === "object" ? target.pid : undefined);
  const nodes = reader.at("numa_node", i, (words) => words.map(parseCount));
  const regions = reader.at("regions", i, (words) => parseRanges(words.join(" ")));
  if (nodes && !isPhysical) {
    throw failed(RangeError, {
      what: said`${option("numa_node")} needs paddr, the memory of nodes, not ${context.operations}`,
    });
  }
  if (nodes && regions) {
    throw failed(RangeError, {
      what: said`${option("numa_node")} and ${option("regions")} both say what is watched; use one`,
    });
  }
  const ranges = regions ??
    (isPhysical ? nodes ? nodeRanges?.(nodes) : ramRanges?.() : undefined);
  // 0 is no process: the targets of other contexts may come after this one.
  if (isPhysical && pid) {
    throw failed(RangeError, {
      what: `paddr watches memory, not process ${pid}`,
      help: said`use ${option("ops", "vaddr")}`,
    });
  }
  return { ...(!isPhysical && pid !== undefined && { pid }), regions: ranges ?? [] };
}

function markObsolete(contexts: readonly Context[], reader: OptionReader): void {
  const targets = contexts.flatMap((context) => context.targets);
  for (const index of reader.counts("obsolete_targets") ?? []) {
    if (!targets[index]) {
      throw failed(RangeError, { what: said`${option("obsolete_targets")}: there is no target ${index}` });
    }
    targets[index].obsolete = true;
  }
}

function assignSchemes(
  contexts: Context[],
  options: DamonOptions,
  reader: OptionReader,
  { schemes: given }: OptionSurroundings,
  hasBase: boolean,
): void {
  const asked = SCHEME_OPTION_NAMES.some((name) => options[name] !== undefined);
  const isWhole = options.damos_action !== undefined || (given !== undefined && given.length > 0);
  if (!asked && !isWhole) {
    checkNothingShared(reader, contexts.reduce((sum, { schemes }) => sum + (schemes?.length ?? 0), 0));
    return;
  }
  if (options.damos_action !== undefined && given?.length) {
    throw failed(RangeError, {
      what: said`${option("damos_action")} and ${option("schemes")} both say what the schemes are; use one`,
    });
  }
  const existing = contexts.flatMap(({ schemes }) => schemes ?? []);
  if (!isWhole && !(hasBase && existing.length > 0)) {
    throw failed(RangeError, {
      what: said`There is no scheme for ${option(SCHEME_OPTION_NAMES.find((name) => options[name] !== undefined)!)}`,
      help: said`name one with ${option("damos_action")}`,
    });
  }
  const count = isWhole ? options.damos_action?.length ?? given!.length : existing.length;
  const perContext = reader.counts("nr_schemes") ??
    (isWhole ? defaultDistribution(contexts, count) : contexts.map(({ schemes }) => schemes?.length ?? 0));
  distribute("schemes", perContext, count, contexts.length);
  const intervals = contexts.flatMap((context, c) => Array(perContext[c]).fill(context.intervals) as Intervals[]);
  const from = isWhole ? given : existing;
  const schemes = schemesOf(options, intervals, from);
  let index = 0;
  contexts.forEach((context, c) => {
    context.schemes = schemes.slice(index, index += perContext[c]);
    if (context.schemes.length === 0) delete context.schemes;
  });
}

/** What distributes schemes must fit those there are, also where none is named. */
function checkNothingShared(reader: OptionReader, schemes: number): void {
  const asked = (reader.counts("nr_schemes") ?? []).reduce((a, b) => a + b, 0);
  if (asked === 0 || asked === schemes) return;
  throw failed(RangeError, {
    what: said`${option("nr_schemes")} adds up to ${asked}, and there are ${schemes} schemes`,
  });
}

function defaultDistribution(contexts: readonly Context[], count: number): number[] {
  if (contexts.length === 1) return [count];
  throw failed(RangeError, {
    what: `Nothing says which of ${contexts.length} contexts ${
      count === 1 ? "the scheme is" : `the ${count} schemes are`
    } for`,
    help: said`say it, as in ${option("nr_schemes", contexts.map((_, c) => c === 0 ? count : 0).join(" "))}`,
  });
}

function distribute(what: string, perContext: readonly number[], count: number, contexts: number): void {
  const sum = perContext.reduce((a, b) => a + b, 0);
  if (sum === count && perContext.length === contexts) return;
  throw failed(RangeError, {
    what: said`${option(`nr_${what}`)} ${perContext.join(" ")} adds up to ${sum}`,
    help: `give one number for each context (${contexts}); together they make ${count}, the number of ${what}`,
  });
}

function assignProbes(contexts: Context[], reader: OptionReader): void {
  const filters = reader.all("probe_filter", (words) => {
    const [decision, ...rest] = words;
    if (decision !== "allow" && decision !== "reject") {
      throw new SyntaxError(`A probe's filter begins with allow or reject, not ${JSON.stringify(decision ?? "")}`);
    }
    const matching = rest[0] !== "non" && rest[0] !== "none";
    const [type, path, ...more] = matching ? rest : rest.slice(1);
    if (type === "hugepage_size" || type === "pgidle_set" || type === "pgidle_unset") {
      throw new RangeError(`A probe's filter of ${type} needs a kernel after Linux 7.3: no released one has it`);
    }
    if ((type !== "anon" && type !== "memcg") || (type === "memcg") !== (path !== undefined) || more.length > 0) {
      throw new SyntaxError(
        "Not a probe's filter; use allow|reject [non] anon, or allow|reject [non] memcg PATH",
      );
    }
    return { type, matching, allow: decision === "allow", ...(path !== undefined && { path }) } as const;
  });
  const perProbe = reader.counts("nr_probe_filters") ?? (filters.length > 0 ? [filters.length] : []);
  if (perProbe.length === 0) {
    for (const name of ["nr_probes", "probe_weights"]) {
      const isAsked = reader.options[name]?.flat().some((word) => word !== "0" && word !== "default");
      if (isAsked) {
        throw failed(RangeError, {
          what: said`There are no probes for ${option(name)}`,
          help: said`name them with ${option("probe_filter")}`,
        });
      }
    }
    return;
  }
  const perContext = reader.counts("nr_probes") ?? contexts.map((_, c) => c === 0 ? perProbe.length : 0);
  if (perProbe.reduce((a, b) => a + b, 0) !== filters.length) {
    throw failed(RangeError, {
      what: said`${option("nr_probe_filters")} does not add up to ${filters.length}, the number of filters`,
    });
  }
  distribute("probes", perContext, perProbe.length, contexts.length);
  let from = 0;
  const weights = reader.all(
    "probe_weights",
    (words) => words.map((word) => word === "default" ? undefined : parseCount(word)),
  );
  const probes = perProbe.map((count, p): Probe => {
    const weight = weights.flat()[p];
    return { ...(weight !== undefined && { weight }), filters: filters.slice(from, from += count) };
  });
  if (weights.flat().length > probes.length) {
    throw failed(RangeError, {
      what: said`${option("probe_weights")} has more weights than there are probes, ${probes.length}`,
    });
  }
  let index = 0;
  contexts.forEach((context, c) => {
    if (perContext[c] > 0) context.probes = probes.slice(index, index += perContext[c]);
  });
}

function group(contexts: Context[], reader: OptionReader, base: readonly Kdamond[] | undefined): Kdamond[] {
  const perKdamond = reader.counts("nr_ctxs") ?? base?.map((kdamond) => kdamond.contexts.length) ??
    contexts.map(() => 1);
  if (perKdamond.reduce((a, b) => a + b, 0) !== contexts.length) {
    throw failed(RangeError, {
      what: said`${option("nr_ctxs")} does not add up to ${contexts.length}, the number of contexts`,
    });
  }
  let from = 0;
  return perKdamond.map((count, k) => ({ ...base?.[k], contexts: contexts.slice(from, from += count) }));
}
