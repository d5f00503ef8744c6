import { type Context, MAX, type Scheme } from "../model/mod.ts";
import { found, type FoundAt, type SchemeFacts } from "./finding.ts";
import { ACTION_TRAITS } from "./actions.ts";
import { bytesWords, isUnbounded, NO_BOUND, samplesOf, timeWords } from "./words.ts";

const PAGE = 4096;
const HUGE_PAGE = 2 << 20;
const DAY_US = 86_400e6;

/** Whether the pattern can match anything, and whether that is what the action is meant for. */
export function lintPattern(scheme: Scheme, context: Context, facts: SchemeFacts): FoundAt[] {
  const ranges = lintRanges(scheme, context, facts);
  return ranges.some(({ severity }) => severity === "error") ? ranges : [...ranges, ...lintPurpose(scheme, context)];
}

function lintRanges(scheme: Scheme, context: Context, { monitoredBytes }: SchemeFacts): FoundAt[] {
  const { szBytes, nrAccesses, age } = scheme.accessPattern;
  const { intervals, nrRegions } = context;
  const most = samplesOf(intervals);
  const findings: FoundAt[] = [];
  const error = (field: string, why: string, hint: string) => findings.push(found("error", field, why, hint));
  const named = { size: szBytes, access_rate: nrAccesses, age };
  for (const [field, { min, max }] of Object.entries(named)) {
    if (min > max) error(field, `nothing matches: the least, ${min}, is above the most, ${max}`, "exchange the two");
  }
  if (szBytes.max < PAGE && szBytes.min <= szBytes.max) {
    error("size", `nothing matches: no region is smaller than a page, ${bytesWords(PAGE)}`, "size: 4K..max");
  }
  if (nrAccesses.min > most && nrAccesses.min <= nrAccesses.max) {
    error(
      "access_rate",
      `nothing matches: an aggregation interval of ${timeWords(intervals.aggrUs)} has ${most} samples of ` +
        `${timeWords(intervals.sampleUs)}, and at least ${nrAccesses.min} are asked for`,
      `ask for ${most} or fewer, or for a share, as 50%..max`,
    );
  } else if (nrAccesses.max > most && nrAccesses.max < NO_BOUND) {
    findings.push(
      found(
        "note",
        "access_rate",
        `${nrAccesses.max} samples are never reached: there are ${most} in an aggregation interval`,
        "write max for no bound",
      ),
    );
  }
  if (age.min >= NO_BOUND && age.min <= age.max) {
    error("age", "nothing matches: the kernel counts ages in 32 bits", "make it shorter");
  } else if (age.min * intervals.aggrUs > 30 * DAY_US) {
    findings.push(
      found(
        "warning",
        "age",
        `nothing matches before ${timeWords(age.min * intervals.aggrUs)}: ages begin at 0 when DAMON is turned on`,
        "make it shorter",
      ),
    );
  }
  const largest = monitoredBytes === undefined ? Infinity : monitoredBytes / nrRegions.min;
  if (szBytes.min > largest && szBytes.min <= szBytes.max) {
    const all = szBytes.min > monitoredBytes!;
    findings.push(
      found(
        all ? "error" : "warning",
        "size",
        all
          ? `nothing matches: all that is monitored is ${bytesWords(monitoredBytes!)}`
          : `hardly anything matches: with ${nrRegions.min} regions or more of ${
            bytesWords(monitoredBytes!)
          }, DAMON lets ` +
            `none grow above ${bytesWords(largest)}`,
        all ? "ask for less" : `ask for less, or allow fewer regions: nr_regions of 3 or more`,
      ),
    );
  }
  return findings;
}

function lintPurpose(scheme: Scheme, { intervals }: Context): FoundAt[] {
  const { action, accessPattern: { szBytes, nrAccesses, age }, quotas } = scheme;
  const { meantFor } = ACTION_TRAITS[action];
  const most = samplesOf(intervals);
  const findings: FoundAt[] = [];
  const isAll = isUnbounded(szBytes) && nrAccesses.min === 0 && nrAccesses.max >= most && isUnbounded(age);
  const isPrioritised = quotas !== undefined && (quotas.szBytes > 0 || quotas.timeMs > 0 || quotas.goals.length > 0) &&
    ACTION_TRAITS[action].first !== undefined;
  if (isAll && meantFor !== undefined) {
    if (!isPrioritised) {
      findings.push(
        found(
          "warning",
          "access_rate",
          `it takes all memory, ${meantFor === "cold" ? "what is in use as well" : "what nobody uses as well"}`,
          meantFor === "cold" ? "add access_rate: 0% and an age, as 60s..max" : "add an access_rate, as 25%..max",
        ),
      );
    }
  } else if (meantFor === "cold" && nrAccesses.min > 0) {
    findings.push(
      found(
        "warning",
        "access_rate",
        `it takes only memory that is in use, and ${action} is against that`,
        "access_rate: 0% takes what is not accessed",
      ),
    );
  } else if (meantFor === "hot" && nrAccesses.max === 0) {
    findings.push(
      found(
        "warning",
        "access_rate",
        `it takes only memory that nobody accesses, and ${action} is for what is in use`,
        "take what is accessed: access_rate: 25%..max",
      ),
    );
  } else if (action === "pageout" && nrAccesses.max === 0 && age.min * intervals.aggrUs < 1e6 && !isPrioritised) {
    findings.push(
      found(
        "warning",
        "age",
        `it takes what was idle for ${
          timeWords(Math.max(1, age.min) * intervals.aggrUs)
        }: much of that is soon wanted back`,
        "ask for a longer time, as age: 60s..max, or bound it by a quota with weights",
      ),
    );
  }
  if ((action === "hugepage" || action === "collapse") && szBytes.min < HUGE_PAGE && szBytes.max >= HUGE_PAGE) {
    findings.push(
      found("note", "size", "regions smaller than a huge page have no room for one", "size: 2M..max"),
    );
  } else if ((action === "hugepage" || action === "collapse") && szBytes.max < HUGE_PAGE && szBytes.max < MAX) {
    findings.push(
      found("error", "size", `no region has room for a huge page, ${bytesWords(HUGE_PAGE)}`, "size: 2M..max"),
    );
  }
  return findings;
}
