import { checkKdamond, formatNr, type Kdamond, outlineOf } from "../../damon/mod.ts";
import {
  chooseInterface,
  configOf,
  type DamonInterface,
  type HintedWrite,
  type KdamondStatus,
  tunable,
  tuneKdamonds,
} from "../../kernel/control/mod.ts";
import { readOptional, type Roots } from "../../kernel/machine/mod.ts";
import { controlRoots } from "./roots.ts";
import { askedKdamonds, damonOptionsOf } from "../damon/mod.ts";
import type { ControlOptions } from "../options/mod.ts";
import { mountAsked } from "./mount_asked.ts";
import { printPlan } from "./start_run.ts";

/** `damo tune`. */
export async function tune(options: ControlOptions): Promise<void> {
  const roots = controlRoots();
  await mountAsked(roots, options);
  const damon = chooseInterface(roots, options.interface);
  const isNamed = Object.keys(damonOptionsOf(options)).length > 0 || options.schemes !== undefined ||
    options.kdamonds !== undefined;
  if (!isNamed) throw new TypeError("There is nothing to change; name it, as in: damo tune -a 200ms");
  const current = await tunable(roots, damon);
  // What the kernel tuned itself is in its files only when asked for: a commit would take the old values back.
  const refreshes = options.dry_run ? [] : current.flatMap(({ index }) => damon.refreshPlan(index, ["intervals"]));
  await damon.run(refreshes);
  const base = refreshes.length === 0 ? current : await tunable(roots, damon);
  const wanted = await askedKdamonds(roots, options, { base: base.map(configOf) });
  if (wanted.length !== base.length) {
    throw new RangeError(
      `${base.length} kdamonds are on, and the change is about ${wanted.length}; give one for each`,
    );
  }
  await apply(roots, damon, base, wanted, options);
}

/** `damo pause` and `damo resume`. */
export async function pause(kdamond: string | undefined, isPaused: boolean, options: ControlOptions): Promise<void> {
  const roots = controlRoots();
  await mountAsked(roots, options);
  const damon = chooseInterface(roots, options.interface);
  const all = await tunable(roots, damon);
  const chosen = kdamond === undefined ? all : all.filter(({ index }) => index === Number(kdamond));
  if (chosen.length === 0) {
    throw new RangeError(
      `Cannot ${
        isPaused ? "pause" : "resume"
      } kdamond ${kdamond} as damo must have started it, and it must be on: damo status shows which are`,
    );
  }
  // Asked for also where it is taken back: a kernel that cannot pause says so either way.
  damon.require(chosen.map((each) => withPause(configOf(each), true)));
  const wanted = chosen.map((each) => withPause(configOf(each), isPaused));
  await apply(roots, damon, chosen, wanted, options);
}

function withPause(kdamond: Kdamond, isPaused: boolean): Kdamond {
  return {
    ...kdamond,
    contexts: kdamond.contexts.map(({ pause: _before, ...context }) => ({
      ...context,
      ...(isPaused && { pause: true }),
    })),
  };
}

async function apply(
  roots: Roots,
  damon: DamonInterface,
  base: readonly KdamondStatus[],
  wanted: readonly Kdamond[],
  { dry_run, quota_goals_only }: ControlOptions,
): Promise<void> {
  wanted.forEach(checkKdamond);
  damon.require(wanted);
  wanted.forEach((kdamond, i) => damon.requireChange?.(base[i], kdamond));
  const plans = wanted.map((kdamond, i) => damon.tunePlan(base[i].index, kdamond));
  const other = plans.flat().find(({ path }) => !/\/(state$|quotas\/goals\/)/.test(path));
  if (quota_goals_only && other) {
    throw new TypeError(
      `--quota_goals_only changes nothing else, and ${other.path} is to be ${other.text}; leave ` +
        "--quota_goals_only away, or the option that changes it",
    );
  }
  if (dry_run) return printPlan(plans.flat());
  const changes = plans.flatMap((plan) => plan.flatMap(changeText));
  const tuned = await tuneKdamonds(roots, new Map(wanted.map((kdamond, i) => [base[i].index, kdamond])), damon);
  base.forEach(({ index }, i) => {
    const { kdamond, ended, isRestarted } = tuned.get(index)!;
    if (plans[i].length === 0 && ended.length === 0 && !isRestarted) {
      return console.log(`kdamond ${index}: nothing to change`);
    }
    console.log(outlineOf(kdamond, index, { ofKdamond: "on" }).join("\n"));
    if (ended.length > 0) console.error(`damo: kdamond ${index}: taken out as they have ended: ${ended.join(", ")}`);
    if (isRestarted) {
      console.error(
        `damo: kdamond ${index}: the kernel turned it off for this change, as a target had ended; it is on again, and ` +
          "has forgotten what it saw",
      );
    }
  });
  if (changes.length > 0) console.log(`Changed:\n${changes.join("\n")}`);
  if (changes.length > 0 && damon.name === "debugfs") {
    console.error(
      "damo: note: debugfs takes changes only while DAMON is off: it was off for a moment, and has forgotten what it saw",
    );
  }
  for (const line of wanted.flatMap((kdamond, i) => intervalNotes(base[i], kdamond))) console.error(`damo: ${line}`);
}

/** A write as a change, `5000 -> 10000`; read before it is done. */
function changeText({ path, text }: HintedWrite): string[] {
  if (/\/(state|monitor_on\w*)$/.test(path)) return [];
  const before = readOptional(path);
  if (before === text) return [];
  const name = path.replace(/^.*\/kdamonds\//, "");
  return [`  ${name}: ${before === undefined || before === "" ? "" : `${before} -> `}${text}`];
}

/** Schemes count access rate and age in intervals: with other intervals the same numbers mean something else. */
function intervalNotes(before: KdamondStatus, { contexts }: Kdamond): string[] {
  return contexts.flatMap(({ intervals, schemes }, c) => {
    const was = before.contexts[c]?.intervals;
    const isChanged = was && (was.aggrUs !== intervals.aggrUs || was.sampleUs !== intervals.sampleUs);
    if (!isChanged || !before.contexts[c]?.schemes?.length || !schemes?.length) return [];
    const times = formatNr(Number((intervals.aggrUs / was.aggrUs).toPrecision(3)));
    return [
      `note: schemes count age in aggregation intervals and accesses in samples. The numbers of context ${c}'s schemes ` +
      `are the same, so that their ages are ${times} times as long now; say --damos_age and --damos_access_rate anew ` +
      "where they were meant as time and percent",
    ];
  });
}
