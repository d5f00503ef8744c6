import type { Context, Kdamond, Scheme } from "../model/mod.ts";
import { ACTION_TRAITS } from "./actions.ts";
import { found, type FoundAt, type SchemeFacts, type SchemeFinding } from "./finding.ts";
import { lintFilters } from "./filters.ts";
import { lintLimits } from "./limits.ts";
import { lintPattern } from "./pattern.ts";
import { lintOrder } from "./order.ts";
import { bytesWords, countWords, listWords, timeWords } from "./words.ts";

/**
 * Looks through the schemes of a kdamond for what cannot work, most likely does not do what is wanted, or is good to know:
 * the worst first, of each scheme together. It refuses nothing: `checkKdamond` does.
 *
 * @example
 * ```ts
 * import { lintSchemes } from "./scheme_lint.ts";
 * import { ANY_ACCESS_PATTERN as accessPattern } from "../model/scheme.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../model/kdamond.ts";
 * const schemes = [{ action: "lru_prio" as const, accessPattern }];
 * const contexts = [{ operations: "vaddr" as const, intervals, nrRegions, targets: [{ pid: 42, regions: [] }], schemes }];
 * lintSchemes({ contexts })[0].why; // "vaddr does nothing for lru_prio: paddr does"
 * ```
 *
 * @param facts What is known of the machine.
 */
export function lintSchemes({ contexts }: Kdamond, facts: SchemeFacts = {}): SchemeFinding[] {
  const rank = { error: 0, warning: 1, note: 2 };
  return contexts.flatMap((context, c) =>
    (context.schemes ?? []).flatMap((scheme, s) =>
      [
        ...lintAction(scheme, context, facts),
        ...lintPattern(scheme, context, facts),
        ...lintTime(scheme, context),
        ...lintLimits(scheme, context, facts),
        ...lintFilters(scheme, context, facts),
        ...lintOrder(context, s),
      ].map((finding): SchemeFinding => ({ ...finding, context: c, scheme: s }))
        .sort((a, b) => rank[a.severity] - rank[b.severity])
    )
  );
}

function lintAction(scheme: Scheme, { operations }: Context, facts: SchemeFacts): FoundAt[] {
  const { action } = scheme;
  const { operations: able } = ACTION_TRAITS[action];
  if (!able.includes(operations)) {
    return [
      found(
        "error",
        "action",
        `${operations} does nothing for ${action}: ${listWords(able)} ${able.length > 1 ? "do" : "does"}`,
        able.includes("paddr")
          ? "watch physical memory: paddr as the target"
          : "watch a process: its pid as the target, or choose another action",
      ),
    ];
  }
  if (action === "pageout") return lintSwap(scheme, facts);
  if (action === "hugepage" || action === "nohugepage" || action === "collapse") return lintHugepages(scheme, facts);
  return action === "migrate_hot" || action === "migrate_cold" ? lintNodes(scheme, facts) : [];
}

function lintSwap({ filters = [] }: Scheme, { swapBytes, swapFreeBytes }: SchemeFacts): FoundAt[] {
  if (swapBytes === undefined) return [];
  const addSwap = "turn swap on; in compressed memory: dev=$(zramctl -f -s 1G) && mkswap $dev && swapon $dev";
  if (swapBytes === 0) {
    const isAnonOnly = filters.some(({ type, matching, allow }) => type === "anon" && matching === allow);
    return [
      isAnonOnly
        ? found("error", "action", "there is no swap, and anonymous memory can go nowhere else", addSwap)
        : found(
          "warning",
          "action",
          "there is no swap: only pages of files can be paged out, anonymous memory stays",
          addSwap,
        ),
    ];
  }
  if (swapFreeBytes === undefined || swapFreeBytes >= swapBytes / 20) return [];
  return [
    found(
      "warning",
      "action",
      `swap is nearly full: ${bytesWords(swapFreeBytes)} of ${bytesWords(swapBytes)} are free`,
      "add swap, or bound what goes there by a quota",
    ),
  ];
}

function lintHugepages({ action }: Scheme, { hugepages }: SchemeFacts): FoundAt[] {
  if (hugepages === "none") {
    return [
      found("error", "action", "this kernel has no huge pages", "boot one with CONFIG_TRANSPARENT_HUGEPAGE=y"),
    ];
  }
  if (hugepages === "never" && action !== "nohugepage") {
    return [found("error", "action", "huge pages are set to never", "set transparent_hugepage/enabled to madvise")];
  }
  if (hugepages === "always" && action === "hugepage") {
    return [
      found(
        "note",
        "action",
        "huge pages are set to always: they are made without asking",
        "to have them only where this scheme asks, set them to madvise",
      ),
    ];
  }
  if (hugepages === "madvise" && action === "nohugepage") {
    return [
      found(
        "note",
        "action",
        "huge pages are set to madvise: only where a program, or a scheme, asked for them there are any",
        "leave it out unless something asks for them",
      ),
    ];
  }
  return [];
}

function lintNodes({ dests, targetNid }: Scheme, { nodes }: SchemeFacts): FoundAt[] {
  const asked = dests?.length
    ? dests.map(({ nid }) => nid)
    : targetNid !== undefined && targetNid >= 0
    ? [targetNid]
    : [];
  const field = dests?.length ? "dests" : "target_nid";
  if (asked.length === 0) {
    return [found("error", "target_nid", "there is no node to migrate to", "name one: target_nid: 1")];
  }
  const findings: FoundAt[] = [];
  const twice = asked.filter((nid, i) => asked.indexOf(nid) < i);
  if (twice.length > 0) {
    findings.push(found("warning", field, `node ${twice[0]} is named twice`, "name each once, with one weight"));
  }
  if (dests?.length && dests.every(({ weight }) => weight === 0)) {
    findings.push(found("error", field, "every weight is 0: nothing goes anywhere", "give one a weight above 0"));
  }
  if (nodes === undefined) return findings;
  const absent = asked.filter((nid) => !nodes.includes(nid));
  if (absent.length > 0) {
    findings.push(
      found(
        "error",
        field,
        `this machine has no node ${absent[0]}: it has ${listWords(nodes.map(String)) || "none"}`,
        nodes.length > 1 ? "name one of these" : "there is nowhere to migrate to on this machine",
      ),
    );
  } else if (nodes.length === 1) {
    findings.push(
      found("error", field, "this machine has one node: all memory is there already", "use another action here"),
    );
  }
  return findings;
}

function lintTime({ applyIntervalUs = 0 }: Scheme, { intervals: { sampleUs, aggrUs }, pause }: Context): FoundAt[] {
  const findings: FoundAt[] = [];
  if (applyIntervalUs > 0 && applyIntervalUs < sampleUs) {
    findings.push(
      found(
        "warning",
        "apply_interval",
        `it is shorter than the sampling interval, ${timeWords(sampleUs)}: it looks after every sample, at that`,
        `make it ${timeWords(aggrUs)} or longer`,
      ),
    );
  } else if (applyIntervalUs > 0 && applyIntervalUs < aggrUs) {
    const times = countWords(Math.round(aggrUs / applyIntervalUs), "time");
    findings.push(
      found(
        "note",
        "apply_interval",
        `it is shorter than the aggregation interval, ${
          timeWords(aggrUs)
        }: it looks ${times} at access rates that are ` +
          "estimated from the interval before, and at ages that have not changed",
        `make it ${timeWords(aggrUs)} or longer, unless it must act sooner`,
      ),
    );
  }
  if (pause) {
    findings.push(found("note", "pause", "its context is paused: it does nothing", "resume it, or set pause to no"));
  }
  return findings;
}
