import {
  type Context,
  CORE_FILTER_TYPES,
  type QuotaGoal,
  type Quotas,
  type Scheme,
  type SchemeFilter,
} from "../model/mod.ts";
import { ACTION_TRAITS, isFilterAsked } from "./actions.ts";
import { bytesWords, filteredWords, listWords, NO_BOUND, shareWords, timeWords } from "./words.ts";

/** How much a scheme may do, what goes first, and what tunes it. */
export function quotaSentences(scheme: Scheme): string[] {
  const { quotas } = scheme;
  if (!quotas) return [];
  const { timeMs, szBytes, resetIntervalMs, goals, failCharge } = quotas;
  const limits = [
    ...(szBytes > 0 ? [bytesWords(szBytes)] : []),
    ...(timeMs > 0 ? [`${timeWords(timeMs * 1e3)} of CPU time`] : []),
  ];
  if (limits.length === 0 && goals.length === 0) return [];
  const each = resetIntervalMs >= NO_BOUND ? "in all" : `every ${timeWords(resetIntervalMs * 1e3)}`;
  return [
    ...(limits.length > 0 ? [`At most ${listWords(limits)} ${each}; ${firstWords(scheme)}`] : []),
    ...goalSentences(quotas, limits.length > 0),
    ...(limits.length === 0
      ? [`Where that does not suffice for all, ${firstWords(scheme).replace(/^.*?, /, "")}`]
      : []),
    ...(failCharge && failCharge.denom > 0
      ? [`Memory for which it fails is charged ${failCharge.num}/${failCharge.denom} of its size.`]
      : []),
  ];
}

function firstWords({ action, quotas }: Scheme): string {
  const { first } = ACTION_TRAITS[action];
  const { nrAccessesPermil, agePermil } = quotas!.weights;
  const order = "where that does not suffice for all, ";
  if (!first || nrAccessesPermil + agePermil === 0) return `${order}it takes what comes first by address.`;
  const by = agePermil === 0
    ? "by access rate alone"
    : nrAccessesPermil === 0
    ? "by age alone"
    : `access rate and age count ${nrAccessesPermil} to ${agePermil}`;
  return `${order}the ${first} first (${by}).`;
}

/** How a goal is said: what is to be so much. */
function goalWords({ metric, targetValue, currentValue, nid, path }: QuotaGoal): string {
  const share = shareWords(targetValue, 10_000);
  switch (metric) {
    case "user_input":
      return `the value that you feed is ${targetValue} (now ${currentValue ?? 0})`;
    case "some_mem_psi_us":
      return `some task waits for memory ${timeWords(targetValue)} of that time`;
    case "node_mem_used_bp":
      return `${share} of the memory of node ${nid} is used`;
    case "node_mem_free_bp":
      return `${share} of the memory of node ${nid} is free`;
    case "node_memcg_used_bp":
      return `the cgroup ${path} uses ${share} of the memory of node ${nid}`;
    case "node_memcg_free_bp":
      return `${share} of the memory of node ${nid} is not used by the cgroup ${path}`;
    case "active_mem_bp":
      return `${share} of the pages on LRU lists are active`;
    case "inactive_mem_bp":
      return `${share} of the pages on LRU lists are inactive`;
    case "node_eligible_mem_bp":
      return `${share} of the memory that matches is on node ${nid}`;
  }
}

function goalSentences({ goals, goalTuner, resetIntervalMs }: Quotas, isLimited: boolean): string[] {
  if (goals.length === 0) return [];
  const tuner = goalTuner === "temporal"
    ? ", by all or nothing: all that it may while that is not reached, then nothing"
    : "";
  const several = goals.length > 1 ? "; the one that is nearest counts" : "";
  const what = isLimited ? "Within that the kernel tunes the quota" : "The kernel tunes the quota";
  return [
    `${what} every ${timeWords(resetIntervalMs * 1e3)} so that ${listWords(goals.map(goalWords))}${several}${tuner}.`,
  ];
}

/** When it is active. */
export function watermarkSentences({ watermarks }: Scheme): string[] {
  if (!watermarks || watermarks.metric === "none") return [];
  const { intervalUs, highPermil, midPermil, lowPermil } = watermarks;
  const share = (permil: number) => shareWords(permil, 1000);
  const low = lowPermil > 0 ? `, or less than ${share(lowPermil)}` : "";
  const begin = lowPermil > 0
    ? `it is between ${share(lowPermil)} and ${share(midPermil)}`
    : `it is below ${share(midPermil)}`;
  return [
    `It rests while more than ${share(highPermil)} of memory is free${low}, and begins again when ${begin}; while it ` +
    `rests, it looks every ${timeWords(intervalUs)}.`,
  ];
}

/** To which memory inside of the regions. */
export function filterSentences({ filters = [], action }: Scheme, { operations, targets }: Context): string[] {
  if (filters.length === 0) return [];
  const named = (filter: SchemeFilter) => {
    const pid = filter.type === "target" ? targets[filter.targetIndex]?.pid : undefined;
    return `${filteredWords(filter)}${pid === undefined ? "" : ` (process ${pid})`}`;
  };
  // The kernel keeps two lists.
  const core = filters.filter(({ type }) => CORE_FILTER_TYPES.includes(type));
  const pages = filters.filter(({ type }) => !CORE_FILTER_TYPES.includes(type));
  const asked = pages.filter(({ type }) => isFilterAsked(type, action, operations));
  const sentences = [...listSentences(core, named, asked.length > 0), ...listSentences(asked, named, false)];
  if (asked.length < pages.length) {
    const words = pages.filter((filter) => !asked.includes(filter)).map((filter) =>
      `${filter.allow ? "allow" : "reject"} ${named(filter)}`
    );
    sentences.push(
      `The kernel does not ask: ${words.join("; ")}. With ${operations}, ${action} takes all memory of the regions.`,
    );
  }
  return sentences;
}

function listSentences(
  filters: readonly SchemeFilter[],
  named: (filter: SchemeFilter) => string,
  areMoreAsked: boolean,
): string[] {
  if (filters.length === 0) return [];
  const { allow } = filters[0];
  if (filters.every((filter) => filter.allow === allow)) {
    if (!allow) return rejectSentences(filters, named);
    if (!areMoreAsked) return [onlySentence(filters, named)];
  }
  const rest = areMoreAsked
    ? "what none of them is about is left to those below"
    : filters.at(-1)!.allow
    ? "what none of them is about is left alone"
    : "what none of them is about is taken";
  const steps = filters.map((filter, i) => `${i + 1}) ${filter.allow ? "take" : "leave"} ${named(filter)}`);
  const beyond = areMoreAsked ? ", whatever the others say" : "";
  return [`The first that fits decides: ${steps.join("; ")}${beyond}; ${rest}.`];
}

/** Of several that allow, one suffices. */
function onlySentence(filters: readonly SchemeFilter[], named: (filter: SchemeFilter) => string): string {
  const [only] = filters;
  if (filters.length === 1 && !only.matching) return `Not ${named({ ...only, matching: true })}.`;
  return `Only ${listWords(filters.map(named), "or")}.`;
}

/** Each of several that reject counts; to reject all but something is to take only that. */
function rejectSentences(filters: readonly SchemeFilter[], named: (filter: SchemeFilter) => string): string[] {
  const not = filters.filter(({ matching }) => matching).map(named);
  const only = filters.filter(({ matching }) => !matching).map((filter) => named({ ...filter, matching: true }));
  return [
    ...only.map((words) => `Only ${words}.`),
    ...(not.length > 1
      ? [`Neither ${not.slice(0, -1).join(", ")} nor ${not.at(-1)}.`]
      : not.map((words) => `Not ${words}.`)),
  ];
}
