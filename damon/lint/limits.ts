import type { Context, QuotaGoal, Quotas, Scheme, Watermarks } from "../model/mod.ts";
import { ACTION_TRAITS } from "./actions.ts";
import { found, type FoundAt, type SchemeFacts } from "./finding.ts";
import { listWords, shareWords, timeWords } from "./words.ts";

/** Quotas, goals and watermarks. */
export function lintLimits(
  { action, quotas, watermarks, applyIntervalUs = 0 }: Scheme,
  context: Context,
  facts: SchemeFacts,
): FoundAt[] {
  return [
    ...(quotas ? lintQuotas(quotas, action, applyIntervalUs || context.intervals.aggrUs, facts) : []),
    ...(watermarks ? lintWatermarks(watermarks, facts) : []),
  ];
}

function lintQuotas(quotas: Quotas, action: Scheme["action"], applyUs: number, facts: SchemeFacts): FoundAt[] {
  const { timeMs, szBytes, resetIntervalMs, weights, goals, goalTuner, failCharge } = quotas;
  const isLimited = timeMs > 0 || szBytes > 0;
  const isSet = isLimited || goals.length > 0;
  const weighed = weights.nrAccessesPermil + weights.agePermil;
  const findings: FoundAt[] = [];
  const add = (...finding: Parameters<typeof found>) => findings.push(found(...finding));
  if (isSet && resetIntervalMs === 0) {
    add(
      "error",
      "quota",
      goals.length > 0 ? "goals are looked at each reset interval, and there is none" : "it has no reset interval",
      "reset: 1s",
    );
  }
  if (szBytes > 0 && szBytes < 4096) {
    add("error", "quota", "it is less than a page: nothing is done", "size: 4K or more");
  }
  if (!isSet && (weighed > 0 || weights.szPermil > 0)) {
    add("note", "quota", "weights count where a quota does not suffice, and there is none", "add one, as size: 100M");
  }
  const { first } = ACTION_TRAITS[action];
  if (isSet && first && weighed === 0) {
    add(
      "warning",
      "quota",
      weights.szPermil > 0
        ? "only size has a weight, and kernels so far do not ask for it: what does not fit goes by address"
        : `no weight is above 0: where the quota does not suffice, it goes by address, not the ${first} first`,
      "weights: {access_rate: 30%, age: 70%}",
    );
  } else if (isSet && !first && action !== "stat" && weighed > 0) {
    add(
      "note",
      "quota",
      `${action} has no priorities: the weights count nothing, it goes by address`,
      "leave them out",
    );
  }
  if (isLimited && resetIntervalMs > 0 && resetIntervalMs * 1e3 < applyUs) {
    add(
      "note",
      "quota",
      `it is charged anew every ${timeWords(resetIntervalMs * 1e3)}, and applied every ${
        timeWords(applyUs)
      }: so much may ` +
        "be done each time that it is applied",
      "make the reset interval as long, or longer",
    );
  }
  if (goalTuner === "temporal" && goals.length > 0 && !isLimited) {
    add(
      "warning",
      "quota",
      "all or nothing has no bound here: while a goal is not reached it does all that it can",
      "add a size or a time",
    );
  }
  if (goalTuner && goals.length === 0) add("note", "quota", "a tuner without a goal tunes nothing", "leave it out");
  if (failCharge && failCharge.num > failCharge.denom) {
    add("note", "quota", "what fails is charged more than what succeeds", "make it 1/1 or less");
  }
  return [...findings, ...goals.flatMap((goal) => lintGoal(goal, facts))];
}

function lintGoal({ metric, targetValue, currentValue, nid, path }: QuotaGoal, facts: SchemeFacts): FoundAt[] {
  const { nodes, hasPressure, memcgs } = facts;
  const findings: FoundAt[] = [];
  const add = (...finding: Parameters<typeof found>) => findings.push(found(...finding));
  if (targetValue === 0) add("error", "goals", `${metric} of 0 can be no goal: it is divided by that`, "ask for more");
  if (metric.endsWith("_bp") && targetValue > 10_000) {
    add("error", "goals", `${metric} of ${shareWords(targetValue, 10_000)} is never reached`, "ask for 100 % or less");
  }
  if (metric === "some_mem_psi_us" && hasPressure === false) {
    add("error", "goals", "this kernel does not measure memory pressure", "boot one with CONFIG_PSI=y, and psi=1");
  }
  if (metric === "user_input") {
    const now = currentValue ?? 0;
    add(
      now === 0 ? "warning" : "note",
      "goals",
      now === 0
        ? "the value of user_input is 0: the quota grows until somebody feeds another"
        : "the value of user_input stays as it is unless somebody feeds it again and again",
      "feed it: tune the goal with its new value, again and again",
    );
  }
  if (nid !== undefined && nodes && !nodes.includes(nid)) {
    add(
      "error",
      "goals",
      `this machine has no node ${nid}: it has ${listWords(nodes.map(String))}`,
      "name one of these",
    );
  }
  if (path !== undefined && memcgs?.[path] === false) {
    add("error", "goals", `there is no memory cgroup ${path}`, "make it first, or correct the path");
  }
  return findings;
}

function lintWatermarks(watermarks: Watermarks, { freePermil }: SchemeFacts): FoundAt[] {
  const { metric, intervalUs, highPermil: high, midPermil: mid, lowPermil: low } = watermarks;
  if (metric === "none") return [];
  const findings: FoundAt[] = [];
  const add = (...finding: Parameters<typeof found>) => findings.push(found(...finding));
  const [highText, midText, lowText] = [high, mid, low].map((permil) => shareWords(permil, 1000));
  if (!(high >= mid && mid >= low)) {
    add(
      "error",
      "watermarks",
      `they are in the wrong order: high ${highText}, mid ${midText}, low ${lowText}`,
      "high must be the largest, low the smallest",
    );
  } else if (mid === low) {
    add(
      "error",
      "watermarks",
      `it never becomes active: that takes less than mid and at least low, both ${midText}`,
      "make mid larger than low",
    );
  } else if (high >= 1000 && mid >= 1000 && low === 0) {
    add("note", "watermarks", "they hold always", "leave them out");
  }
  if (intervalUs === 0) {
    add("warning", "watermarks", "without an interval DAMON goes on sampling while the scheme rests", "interval: 5s");
  }
  if (freePermil !== undefined && findings.length === 0) {
    const free = shareWords(freePermil, 1000);
    if (freePermil > high) {
      add(
        "note",
        "watermarks",
        `it would rest now: ${free} of memory is free, above high, ${highText}`,
        "wait, or raise it",
      );
    } else if (freePermil < low) {
      add("note", "watermarks", `it would rest now: ${free} of memory is free, below low, ${lowText}`, "lower it");
    } else if (freePermil >= mid) {
      add(
        "note",
        "watermarks",
        `it would not begin now: ${free} of memory is free, and it begins below mid, ${midText}`,
        "wait, or raise mid",
      );
    }
  }
  return findings;
}
