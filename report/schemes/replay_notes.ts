import { type Context, formatNs, isFilterAsked, type Scheme } from "../../damon/mod.ts";
import { type Extent, leastOf, type RecordSurvey } from "../record/mod.ts";

/** What was met on the way. */
interface Met {
  isAgeUnknown: boolean;
  unknownBytes: number;
  wastesQuota: boolean;
  /** Snapshots in which something matched. */
  hits: number;
}

/** What a replay leaves out, or takes as known that is not. A sentence each, without its full stop. */
export function replayNotes(scheme: Scheme, context: Context, survey: RecordSurvey, met: Met): string[] {
  const { quotas, watermarks, filters = [], applyIntervalUs = 0, action } = scheme;
  const { operations, intervals } = context;
  const notes: string[] = [];
  const recorded = survey.header.kdamonds[0]?.contexts[0];
  if (recorded && (recorded.operations === "paddr") !== (operations === "paddr")) {
    notes.push(`The record is of ${recorded.operations}, the scheme for ${operations}: addresses mean other things`);
  }
  const acting = survey.header.kdamonds.flatMap(({ contexts }) =>
    contexts.flatMap(({ schemes = [] }) => schemes.filter((ran) => ran.action !== "stat").map((ran) => ran.action))
  );
  if (acting.length > 0) {
    notes.push(
      `The record is of a DAMON that had schemes itself (${
        [...new Set(acting)].join(", ")
      }): what they did is in it, ` +
        "and ages began anew where they acted",
    );
  }
  const isOf = (pick: (target: RecordSurvey["targets"][number]) => Extent, us: number) =>
    survey.targets.every((target) => pick(target).min === us && pick(target).max === us);
  if (!isOf(({ aggrUs }) => aggrUs, intervals.aggrUs) || !isOf(({ sampleUs }) => sampleUs, intervals.sampleUs)) {
    notes.push(
      intervals.goal
        ? "The intervals of record and scheme differ; counts of samples and intervals are taken as they are"
        : "The intervals of record and scheme differ; rates and ages were converted to the record's",
    );
  }
  const ageNs = scheme.accessPattern.age.min * intervals.aggrUs * 1e3;
  if (met.hits === 0 && !met.isAgeUnknown && !intervals.goal && ageNs > survey.durationNs) {
    notes.push(
      `The scheme asks for an age of ${formatNs(ageNs)} or more, and the record is of ${
        formatNs(survey.durationNs)
      }: replay it on a longer one`,
    );
  }
  if (met.isAgeUnknown) notes.push("Ages are not in the record, and the scheme asks for them: nothing matched without");
  const aggrUs = leastOf(survey.targets.map((target) => target.aggrUs.min));
  if (applyIntervalUs > 0 && applyIntervalUs < aggrUs) {
    notes.push(
      `The scheme would look every ${formatNs(applyIntervalUs * 1e3)}; the record shows every ${
        formatNs(aggrUs * 1e3)
      }`,
    );
  }
  if (quotas && quotas.timeMs > 0) {
    notes.push("How long the action takes is not known: its quota of time is taken as not used up");
  }
  if (quotas && quotas.goals.length > 0) {
    const limit = quotas.szBytes > 0 ? "the whole quota is taken" : "no limit is taken";
    notes.push(
      `What the goals (${quotas.goals.map(({ metric }) => metric).join(", ")}) would have been is not known: ${limit}`,
    );
  }
  if (watermarks && watermarks.metric !== "none") {
    notes.push("How much memory was free is not in the record: the scheme is taken as active all the time");
  }
  const ignored = filters.filter(({ type }) => !isFilterAsked(type, action, operations));
  if (ignored.length > 0) {
    notes.push(`The kernel does not ask its filters of pages (${typesOf(ignored)}) with ${operations}: nor does this`);
  }
  if (met.wastesQuota) {
    notes.push(
      `Most of its quota goes to addresses where nothing is mapped: ${operations} watches those between mappings too, and ` +
        "the kernel charges them",
    );
  }
  if (met.unknownBytes > 0) {
    const asked = filters.filter((filter) => !ignored.includes(filter) && !["addr", "target"].includes(filter.type));
    notes.push(`What its filters of pages (${typesOf(asked)}) would let pass can be told in part only, by mappings`);
  }
  return notes;
}

function typesOf(filters: readonly { type: string }[]): string {
  return [...new Set(filters.map(({ type }) => type))].join(", ");
}
