import {
  type Action,
  ACTIONS,
  ANY_ACCESS_PATTERN,
  type Dest,
  failed,
  GOAL_METRICS,
  type GoalMetric,
  type Intervals,
  NO_QUOTAS,
  option,
  parseBytes,
  type QuotaGoal,
  type Quotas,
  said,
  type Scheme,
  type Watermarks,
} from "../model/mod.ts";
import { filtersOf } from "./filter_options.ts";
import { type DamonOptions, exactly, named } from "./option_reader.ts";
import {
  parseAccessRate,
  parseAge,
  parseCount,
  parseMs,
  parseNumber,
  parseShare,
  parseSizes,
  parseUsOrMax,
  type Words,
} from "./option_words.ts";

/** Every option that is about schemes. */
export const SCHEME_OPTION_NAMES = [
  "damos_action",
  "damos_sz_region",
  "damos_access_rate",
  "damos_age",
  "damos_apply_interval",
  "damos_quotas",
  "damos_quota_interval",
  "damos_quota_time",
  "damos_quota_space",
  "damos_quota_weights",
  "damos_quota_goal",
  "damos_nr_quota_goals",
  "damos_quota_goal_tuner",
  "damos_quota_fail_charge_ratio",
  "damos_wmarks",
  "damos_filter",
  "damos_nr_filters",
  "damos_max_nr_snapshots",
] as const;

type SchemeOption = typeof SCHEME_OPTION_NAMES[number];

/** The rest says which goals and filters are whose, and may come more often than there are schemes. */
const SHARED: readonly SchemeOption[] = [
  "damos_quota_goal",
  "damos_nr_quota_goals",
  "damos_filter",
  "damos_nr_filters",
];

/**
 * The schemes that options ask for, one for each of `intervals`, those of the context it is for. Where `given`, they are
 * changed by what the options name; else `--damos_action` makes them.
 *
 * @throws {SyntaxError} for a value that does not parse; the message names its option.
 * @throws {RangeError} where an option comes more often than there are schemes, or what must go together does not.
 */
export function schemesOf(
  options: DamonOptions,
  intervals: readonly Intervals[],
  given: readonly Scheme[] = [],
): Scheme[] {
  const count = intervals.length;
  for (const name of SCHEME_OPTION_NAMES) {
    if (SHARED.includes(name) || (options[name]?.length ?? 0) <= count) continue;
    throw failed(RangeError, {
      what: said`${option(name)} comes ${options[name]!.length} times, for one scheme each, and there ${
        count === 1 ? "is 1" : `are ${count}`
      }`,
    });
  }
  const goals = shares(options, "damos_quota_goal", "damos_nr_quota_goals", count);
  const filters = shares(options, "damos_filter", "damos_nr_filters", count);
  return intervals.map((of, i) => schemeOf(options, i, of, given[i], goals[i], filters[i]));
}

function schemeOf(
  options: DamonOptions,
  i: number,
  { sampleUs, aggrUs }: Intervals,
  given: Scheme | undefined,
  goals: readonly Words[] | undefined,
  filters: readonly Words[] | undefined,
): Scheme {
  const at = <T>(name: SchemeOption, parse: (words: Words) => T): T | undefined => {
    const words = options[name]?.[i];
    return words === undefined ? undefined : named(name, () => parse(words));
  };
  const pair = (name: SchemeOption) => (words: Words) => exactly(words, 2, name);
  const pattern = given?.accessPattern ?? ANY_ACCESS_PATTERN;
  const act = at("damos_action", actionOf);
  const quotas = quotasOf(at, given?.quotas, goals?.map((words) => named("damos_quota_goal", () => goalOf(words))));
  const applyIntervalUs = at("damos_apply_interval", ([text]) => parseUsOrMax(text));
  const watermarks = at("damos_wmarks", watermarksOf);
  const maxNrSnapshots = at("damos_max_nr_snapshots", ([text]) => parseCount(text));
  return {
    action: "stat",
    ...given,
    ...act,
    accessPattern: {
      szBytes: at("damos_sz_region", (words) => parseSizes(pair("damos_sz_region")(words))) ?? pattern.szBytes,
      nrAccesses: at(
        "damos_access_rate",
        (words) => parseAccessRate(pair("damos_access_rate")(words), Math.floor(aggrUs / sampleUs)),
      ) ?? pattern.nrAccesses,
      age: at("damos_age", (words) => parseAge(pair("damos_age")(words), aggrUs)) ?? pattern.age,
    },
    ...(quotas && { quotas }),
    ...(applyIntervalUs && { applyIntervalUs }),
    ...(watermarks && { watermarks }),
    ...(filters && { filters: named("damos_filter", () => filtersOf(filters)) }),
    ...(maxNrSnapshots && { maxNrSnapshots }),
  };
}

function actionOf(words: Words): { action: Action; targetNid?: number; dests?: Dest[] } {
  const [name, ...rest] = words;
  const action = ACTIONS.find((action) => action === name);
  if (action === undefined) {
    throw new SyntaxError(`${JSON.stringify(name ?? "")} is not an action; there are ${ACTIONS.join(", ")}`);
  }
  const numbers = rest.map(parseNumber);
  if (!action.startsWith("migrate_")) {
    if (rest.length === 0) return { action };
    throw failed(RangeError, { what: said`${option("damos_action")}: ${action} takes no node` });
  }
  if (numbers.length === 1) return { action, targetNid: numbers[0] };
  if (numbers.length === 0 || numbers.length % 2 === 1) {
    throw failed(RangeError, {
      what: said`${option("damos_action")}: ${action} needs a node, or nodes with weights`,
    });
  }
  const dests: Dest[] = [];
  for (let i = 0; i < numbers.length; i += 2) dests.push({ nid: numbers[i], weight: numbers[i + 1] });
  return { action, dests };
}

function quotasOf(
  at: <T>(name: SchemeOption, parse: (words: Words) => T) => T | undefined,
  given: Quotas | undefined,
  goals: QuotaGoal[] | undefined,
): Quotas | undefined {
  const whole = at("damos_quotas", wholeQuotasOf);
  const timeMs = at("damos_quota_time", ([text]) => parseMs(text));
  const szBytes = at("damos_quota_space", ([text]) => parseBytes(text));
  const resetIntervalMs = at("damos_quota_interval", ([text]) => parseMs(text));
  const weights = at("damos_quota_weights", (words) => weightsOf(exactly(words, 3, "damos_quota_weights")));
  const goalTuner = at("damos_quota_goal_tuner", ([text]) => {
    if (text === "consist" || text === "temporal") return text;
    throw new SyntaxError(`A tuner is consist or temporal, not ${JSON.stringify(text)}`);
  });
  const failCharge = at("damos_quota_fail_charge_ratio", (words) => {
    const [num, denom] = exactly(words, 2, "damos_quota_fail_charge_ratio").map(parseCount);
    // 0 of 0 is the kernel's default, which says nothing.
    if (denom === 0 && num > 0) {
      throw failed(RangeError, {
        what: said`The denominator of ${option("damos_quota_fail_charge_ratio")} is 0; it must be 1 or more`,
      });
    }
    return { num, denom };
  });
  const isSplit = timeMs !== undefined || szBytes !== undefined || resetIntervalMs !== undefined || weights;
  if (whole && isSplit) {
    throw failed(RangeError, {
      what: said`${option("damos_quotas")} and ${
        option(QUOTA_PARTS.find((name) => at(name, (words) => words))!)
      } both say what the quota is; use one`,
    });
  }
  if (!whole && !isSplit && !goals && !goalTuner && !failCharge) return given;
  const before = given ?? NO_QUOTAS;
  if (goals?.length && !whole && resetIntervalMs === undefined && before.resetIntervalMs === 0) {
    throw failed(RangeError, {
      what: said`${option("damos_quota_goal")} does not say how often the quota is charged again`,
      help: said`add ${option("damos_quota_interval", "1s")}`,
    });
  }
  // Said one by one, all three count alike where nothing is said of it, as the Python damo has it.
  const equal = given || !isSplit ? before.weights : { szPermil: 1, nrAccessesPermil: 1, agePermil: 1 };
  return {
    timeMs: timeMs ?? whole?.timeMs ?? before.timeMs,
    szBytes: szBytes ?? whole?.szBytes ?? before.szBytes,
    resetIntervalMs: resetIntervalMs ?? whole?.resetIntervalMs ??
      (whole && before.resetIntervalMs === 0 ? FOREVER_MS : before.resetIntervalMs),
    weights: weights ?? whole?.weights ?? equal,
    goals: goals ?? before.goals,
    ...(before.goalTuner && { goalTuner: before.goalTuner }),
    ...(before.failCharge && { failCharge: before.failCharge }),
    ...(goalTuner && { goalTuner }),
    ...(failCharge && { failCharge }),
  };
}

/** Options that say a part of what `damos_quotas` says. */
const QUOTA_PARTS = ["damos_quota_time", "damos_quota_space", "damos_quota_interval", "damos_quota_weights"] as const;

/** A quota without an interval would never be charged anew: it is for all time, as the Python damo has it. */
const FOREVER_MS = 0xffff_ffff;

/** What is not said stays as it is. */
function wholeQuotasOf(words: Words): Partial<Omit<Quotas, "goals">> {
  if (words.length < 1 || words.length > 6) {
    throw failed(RangeError, { what: said`${option("damos_quotas")} takes 1 to 6 values, not ${words.length}` });
  }
  const [time, size, reset, ...weights] = words;
  return {
    timeMs: parseMs(time),
    ...(size !== undefined && { szBytes: parseBytes(size) }),
    ...(reset !== undefined && { resetIntervalMs: parseMs(reset) }),
    ...(weights.length > 0 && { weights: weightsOf([...weights, "0", "0", "0"].slice(0, 3)) }),
  };
}

function weightsOf(words: Words): Quotas["weights"] {
  const [szPermil, nrAccessesPermil, agePermil] = words.map((text) => Math.round(parseShare(text, 1000)));
  return { szPermil, nrAccessesPermil, agePermil };
}

function goalOf(words: Words): QuotaGoal {
  if (words[0] === "complement") {
    throw new RangeError("A goal's complement needs a kernel after Linux 7.3: no released one has it");
  }
  const [name, target, ...rest] = words;
  const metric = GOAL_METRICS.find((metric) => metric === name);
  if (metric === undefined || target === undefined) {
    throw new SyntaxError(
      `${JSON.stringify(words.join(" "))} is not a goal; use METRIC TARGET, where METRIC is one of ${
        GOAL_METRICS.join(", ")
      }`,
    );
  }
  const wanted = goalArguments(metric);
  if (rest.length !== wanted.length) {
    throw new SyntaxError(
      `${JSON.stringify(words.join(" "))} is not a goal; use ${[metric, "TARGET", ...wanted].join(" ")}`,
    );
  }
  const targetValue = metric.endsWith("_us")
    ? parseUsOrMax(target)
    : metric.endsWith("_bp")
    ? Math.round(parseShare(target, 10_000))
    : parseCount(target);
  if (metric === "user_input") return { metric, targetValue, currentValue: parseCount(rest[0]) };
  return {
    metric,
    targetValue,
    ...(rest.length > 0 && { nid: parseNumber(rest[0]) }),
    ...(rest.length > 1 && { path: rest[1] }),
  };
}

/** What follows a goal's target value. */
function goalArguments(metric: GoalMetric): readonly string[] {
  if (metric === "user_input") return ["CURRENT"];
  if (metric.startsWith("node_memcg_")) return ["NODE", "MEMCG"];
  return metric.startsWith("node_") ? ["NODE"] : [];
}

function watermarksOf(words: Words): Watermarks {
  const [metric, interval, high, mid, low] = exactly(words, 5, "damos_wmarks");
  if (metric !== "none" && metric !== "free_mem_rate") {
    throw new SyntaxError(`A watermark is none or free_mem_rate, not ${JSON.stringify(metric)}`);
  }
  const permil = (text: string) => Math.round(parseShare(text, 1000));
  return {
    metric,
    intervalUs: parseUsOrMax(interval),
    highPermil: permil(high),
    midPermil: permil(mid),
    lowPermil: permil(low),
  };
}

/** Splits what is given for all schemes one after the other, by the numbers that say how many are whose. */
function shares(
  options: DamonOptions,
  name: SchemeOption,
  nr: SchemeOption,
  count: number,
): (readonly Words[] | undefined)[] {
  const given = options[nr]?.flat().map((text) => named(nr, () => parseCount(text)));
  const all = options[name];
  if (all === undefined) {
    // None for those there are: the way to take them back.
    if (!given?.some((nr) => nr > 0)) return given?.slice(0, count).map(() => []) ?? [];
    throw failed(RangeError, { what: said`${option(nr)} is given, and no ${option(name)}` });
  }
  const counts = given ?? (count === 1 ? [all.length] : undefined);
  if (counts === undefined) {
    throw failed(RangeError, {
      what: said`${option(name)} does not say which of ${count} schemes it is for`,
      help: said`say it with ${option(nr)}`,
    });
  }
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum !== all.length || counts.length > count) {
    throw failed(RangeError, {
      what: said`${option(nr)} does not add up to ${all.length}, the number of ${option(name)}`,
    });
  }
  let from = 0;
  return counts.map((nr) => all.slice(from, from += nr));
}
