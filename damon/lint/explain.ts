import type { Action, Context, Scheme } from "../model/mod.ts";
import { filterSentences, quotaSentences, watermarkSentences } from "./scheme_limits.ts";
import { countWords, isUnbounded, listWords, patternWords, samplesOf, shareWords, timeWords } from "./words.ts";

/** For each action what it does, with `@` for the regions, and what becomes of them. */
const WORDS: Readonly<Record<Action, readonly [words: string, effect: string]>> = {
  willneed: ["Reads @ back into memory where they were paged out", ""],
  cold: ["Marks @ as cold", "when memory runs short they are reclaimed before others"],
  pageout: ["Pages out @", "anonymous memory goes to swap, pages of files are written back and dropped"],
  hugepage: ["Asks for huge pages in @", "the kernel makes them as it finds time"],
  nohugepage: ["Forbids huge pages in @", "the kernel makes no new ones there"],
  collapse: ["Makes huge pages of @ at once", ""],
  lru_prio: ["Moves @ to the active LRU list", "when memory runs short they are reclaimed after others"],
  lru_deprio: ["Moves @ to the inactive LRU list", "when memory runs short they are reclaimed before others"],
  migrate_hot: ["Migrates @ to NODES", ""],
  migrate_cold: ["Migrates @ to NODES", ""],
  stat: ["Only counts @, and changes nothing", ""],
};

/**
 * What a scheme would do, in sentences for a person: what to which regions, when, how much, under which conditions, and
 * to which memory inside of the regions. Every field that says something has its words.
 *
 * @example
 * ```ts
 * import { explainScheme } from "./explain.ts";
 * import { ANY_ACCESS_PATTERN } from "../model/scheme.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../model/kdamond.ts";
 * const scheme = { action: "pageout" as const, accessPattern: {
 *   ...ANY_ACCESS_PATTERN, nrAccesses: { min: 0, max: 0 }, age: { min: 600, max: 2 ** 64 },
 * } };
 * explainScheme(scheme, { operations: "vaddr", intervals, nrRegions, targets: [] })[0];
 * // "Pages out regions that were not accessed at all for 60 s or longer: anonymous memory goes to swap, …"
 * ```
 *
 * @param context The one that the scheme is of: it says what samples, ages and targets are.
 */
export function explainScheme(scheme: Scheme, context: Context): string[] {
  return [
    actionSentence(scheme, context),
    ...timeSentences(scheme, context),
    ...quotaSentences(scheme),
    ...watermarkSentences(scheme),
    ...filterSentences(scheme, context),
    ...(context.pause ? ["DAMON is paused: it does nothing until it is resumed."] : []),
  ];
}

function actionSentence(scheme: Scheme, { intervals }: Context): string {
  const { action, accessPattern: { szBytes, nrAccesses, age } } = scheme;
  const isAll = isUnbounded(szBytes) && isUnbounded(age) && nrAccesses.min === 0 &&
    nrAccesses.max >= samplesOf(intervals);
  const [words, effect] = WORDS[action];
  const [before, after] = words.replace("NODES", nodesWords(scheme)).split("@");
  const object = isAll
    ? "all that is monitored, whether accessed or not"
    : `regions${patternWords(scheme.accessPattern, intervals)}`;
  const comma = after.startsWith(" ") && !isAll ? "," : "";
  return `${before}${object}${comma}${after}${effect && `: ${effect}`}.`;
}

function nodesWords({ dests, targetNid }: Scheme): string {
  if (dests?.length) {
    const all = dests.reduce((sum, { weight }) => sum + weight, 0);
    const each = dests.map(({ nid, weight }) => `${nid} (${all > 0 ? shareWords(weight, all) : "no weight"})`);
    return `${dests.length === 1 ? "node" : "nodes"} ${listWords(each)}`;
  }
  return targetNid !== undefined && targetNid >= 0 ? `node ${targetNid}` : "a node that is not named";
}

function timeSentences(scheme: Scheme, { intervals }: Context): string[] {
  const { applyIntervalUs = 0, accessPattern: { age, nrAccesses }, maxNrSnapshots = 0, action } = scheme;
  const { aggrUs, goal } = intervals;
  const sentences = [
    applyIntervalUs > 0
      ? `It looks every ${timeWords(applyIntervalUs)}.`
      : `It looks after every aggregation interval, ${timeWords(aggrUs)}.`,
  ];
  if (action !== "stat" && age.min > 0) {
    sentences.push(
      `What it acted on has its age start anew: it can be taken again ${timeWords(age.min * aggrUs)} later.`,
    );
  }
  if (maxNrSnapshots > 0) sentences.push(`It does so ${countWords(maxNrSnapshots, "time")}, and then rests for good.`);
  const countsTime = !isUnbounded(age) || nrAccesses.min > 0 || nrAccesses.max < samplesOf(intervals);
  if (goal && countsTime) {
    sentences.push(
      `As the kernel tunes the intervals (sampling every ${timeWords(goal.minSampleUs)} to ` +
        `${
          timeWords(goal.maxSampleUs)
        }), and a scheme counts samples and aggregation intervals, the times and shares ` +
        `above hold while they are ${timeWords(intervals.sampleUs)} and ${timeWords(aggrUs)}.`,
    );
  }
  return sentences;
}
