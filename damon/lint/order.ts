import type { AccessPattern, Bounds, Context, Scheme } from "../model/mod.ts";
import { ACTION_TRAITS } from "./actions.ts";
import { found, type FoundAt } from "./finding.ts";
import { samplesOf } from "./words.ts";

/** What the schemes before scheme `index` leave of it: the kernel asks them in their order, region by region. */
export function lintOrder({ schemes = [], intervals }: Context, index: number): FoundAt[] {
  const scheme = schemes[index];
  const most = samplesOf(intervals);
  return schemes.slice(0, index).flatMap((before, i): FoundAt[] => {
    const isShadow = takesAlways(before) && before.action !== "stat" && scheme.accessPattern.age.min > 0 &&
      holds(before.accessPattern, scheme.accessPattern, most) &&
      everyUs(before, intervals.aggrUs) <= everyUs(scheme, intervals.aggrUs);
    if (isShadow) {
      return [
        found(
          "warning",
          "schemes",
          `it never acts: scheme ${i} takes all that it would, and by that starts the region's age anew`,
          `put it before scheme ${i}, or narrow scheme ${i}`,
        ),
      ];
    }
    if (!overlaps(before.accessPattern, scheme.accessPattern, most)) return [];
    if (isContrary(before, scheme)) {
      return [
        found(
          "warning",
          "schemes",
          `${scheme.action} takes back what ${before.action} of scheme ${i} does: both take some of the same regions`,
          "let their access rates or ages not overlap",
        ),
      ];
    }
    const isSame = before.action === scheme.action && scheme.action !== "stat" &&
      takesAlways(before) && holds(before.accessPattern, scheme.accessPattern, most);
    return isSame
      ? [found("note", "schemes", `scheme ${i} does the same to all that it takes`, "leave one of them out")]
      : [];
  });
}

/** Nothing keeps it from what its pattern takes. */
function takesAlways({ quotas, watermarks, filters = [], maxNrSnapshots = 0 }: Scheme): boolean {
  const isLimited = quotas && (quotas.timeMs > 0 || quotas.szBytes > 0 || quotas.goals.length > 0);
  return !isLimited && (!watermarks || watermarks.metric === "none") && filters.length === 0 && maxNrSnapshots === 0;
}

const everyUs = ({ applyIntervalUs = 0 }: Scheme, aggrUs: number) => applyIntervalUs || aggrUs;

function isContrary(a: Scheme, b: Scheme): boolean {
  if (ACTION_TRAITS[a.action].opposite === b.action || ACTION_TRAITS[b.action].opposite === a.action) return true;
  const migrates = (scheme: Scheme) => scheme.action.startsWith("migrate_");
  return migrates(a) && migrates(b) && a.action !== b.action;
}

const KEYS = ["szBytes", "nrAccesses", "age"] as const;

function cut({ min, max }: Bounds, most: number): Bounds {
  return { min, max: Math.min(max, most) };
}

function holds(outer: AccessPattern, inner: AccessPattern, most: number): boolean {
  return KEYS.every((key) => {
    const [a, b] = [outer, inner].map((pattern) => cut(pattern[key], key === "nrAccesses" ? most : Infinity));
    return a.min <= b.min && b.max <= a.max;
  });
}

function overlaps(a: AccessPattern, b: AccessPattern, most: number): boolean {
  return KEYS.every((key) => {
    const [one, other] = [a, b].map((pattern) => cut(pattern[key], key === "nrAccesses" ? most : Infinity));
    return one.min <= other.max && other.min <= one.max;
  });
}
