import { checkCount } from "./check_count.ts";
import {
  type Bounds,
  MAX,
  type QuotaGoal,
  type Quotas,
  type Scheme,
  type SchemeFilter,
  type Watermarks,
} from "../model/mod.ts";

/** Of counts that nothing comes near to: a double holds them exactly. */
const SAFE = Number.MAX_SAFE_INTEGER;

/**
 * Checks a scheme against what every kernel demands. That a scheme is of no use is no error: `damo schemes explain` says so.
 *
 * @throws {RangeError} naming the parameter, what it must be and what it is.
 */
export function checkScheme(scheme: Scheme): void {
  const { action, accessPattern, targetNid, dests, applyIntervalUs, quotas, watermarks, filters } = scheme;
  checkBounds("szBytes", accessPattern.szBytes, "bytes");
  checkBounds("nrAccesses", accessPattern.nrAccesses, "samples");
  checkBounds("age", accessPattern.age, "aggregation intervals");
  const migrates = action === "migrate_hot" || action === "migrate_cold";
  if (!migrates && (targetNid ?? -1) >= 0) {
    throw new RangeError(`Only migrate_hot and migrate_cold have a target node, not ${action}`);
  }
  if (!migrates && dests?.length) {
    throw new RangeError(`Only migrate_hot and migrate_cold have dests, not ${action}`);
  }
  if (migrates && !dests?.length && (targetNid ?? -1) < 0) {
    throw new RangeError(`${action} needs a node to migrate to`);
  }
  if (targetNid !== undefined) checkCount("targetNid", targetNid, "nodes", -1, 0x7fff_ffff);
  for (const { nid, weight } of dests ?? []) {
    checkCount("a dest's nid", nid, "nodes", 0, 0x7fff_ffff);
    checkCount("a dest's weight", weight, "shares", 0, 0xffff_ffff);
  }
  if (applyIntervalUs !== undefined) checkCount("applyIntervalUs", applyIntervalUs, "µs", 0);
  if (scheme.maxNrSnapshots !== undefined) checkCount("maxNrSnapshots", scheme.maxNrSnapshots, "snapshots", 0, SAFE);
  if (quotas) checkQuotas(quotas);
  if (watermarks) checkWatermarks(watermarks);
  for (const filter of filters ?? []) checkFilter(filter);
}

function checkBounds(name: string, { min, max }: Bounds, unit: string): void {
  checkCount(`${name}.min`, min, unit, 0);
  checkCount(`${name}.max`, max, unit, 0);
  if (min > max) {
    throw new RangeError(
      `${name}.min (${min}) is above ${name}.max (${max})`,
    );
  }
}

function checkQuotas({ timeMs, szBytes, resetIntervalMs, weights, goals, failCharge }: Quotas): void {
  checkCount("a quota's timeMs", timeMs, "ms", 0);
  checkCount("a quota's szBytes", szBytes, "bytes", 0);
  checkCount("a quota's resetIntervalMs", resetIntervalMs, "ms", 0);
  for (const [name, weight] of Object.entries(weights)) checkCount(name, weight, "shares", 0, 0xffff_ffff);
  const isLimited = timeMs > 0 || szBytes > 0 || goals.length > 0;
  if (isLimited && resetIntervalMs === 0) {
    throw new RangeError(
      "A quota needs a reset interval above 0, after which it is charged again",
    );
  }
  if (failCharge) {
    checkCount("failCharge.num", failCharge.num, "shares", 0, 0xffff_ffff);
    checkCount("failCharge.denom", failCharge.denom, "shares", 1, 0xffff_ffff);
  }
  for (const goal of goals) checkGoal(goal);
}

function checkGoal({ metric, targetValue, currentValue, nid, path }: QuotaGoal): void {
  const isShare = metric.endsWith("_bp");
  checkCount(`the goal of ${metric}`, targetValue, isShare ? "basis points" : "units", 1, isShare ? 10_000 : SAFE);
  if (currentValue !== undefined) checkCount(`the current value of ${metric}`, currentValue, "units", 0, SAFE);
  const needsNode = metric.startsWith("node_");
  if (needsNode !== (nid !== undefined)) {
    throw new RangeError(`A goal of ${metric} ${needsNode ? "needs a node" : `has no node; leave out ${nid}`}`);
  }
  const needsPath = metric.startsWith("node_memcg");
  if (needsPath !== (path !== undefined)) {
    throw new RangeError(
      `A goal of ${metric} ${needsPath ? "needs a memcg" : `has no memcg; leave out ${path}`}`,
    );
  }
  if (path !== undefined) checkMemcg(`a goal of ${metric}`, path);
}

/**
 * The kernel compares with the whole path from the root of cgroups: another one is of no memory cgroup.
 *
 * @throws {RangeError} where it is another one.
 */
export function checkMemcg(of: string, path: string): void {
  if (path.startsWith("/")) return;
  throw new RangeError(
    `The memory cgroup of ${of} is named from the root of cgroups, as in /a/b, not ${JSON.stringify(path)}`,
  );
}

function checkWatermarks({ metric, intervalUs, highPermil, midPermil, lowPermil }: Watermarks): void {
  checkCount("the watermarks' intervalUs", intervalUs, "µs", 0);
  for (const [name, value] of Object.entries({ highPermil, midPermil, lowPermil })) {
    checkCount(name, value, "per mill", 0, 1000);
  }
  if (metric === "none") return;
  if (!(lowPermil <= midPermil && midPermil <= highPermil)) {
    throw new RangeError(
      `Watermarks need low <= mid <= high, not ${lowPermil}, ${midPermil} and ${highPermil}`,
    );
  }
}

function checkFilter(filter: SchemeFilter): void {
  switch (filter.type) {
    case "memcg":
      return checkMemcg("a memcg filter", filter.memcgPath);
    case "target":
      return checkCount("a filter's targetIndex", filter.targetIndex, "targets", 0, 0xffff_ffff);
    case "addr":
      if (filter.start >= 0 && filter.start <= filter.end && filter.end <= MAX) return;
      throw new RangeError(
        `An addr filter starts (${filter.start}) above its end (${filter.end})`,
      );
    case "hugepage_size":
      if (filter.minBytes >= 0 && filter.minBytes <= filter.maxBytes) return;
      throw new RangeError(
        `A hugepage_size filter has min (${filter.minBytes}) above max (${filter.maxBytes})`,
      );
  }
}
