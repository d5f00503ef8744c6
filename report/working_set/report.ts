import type { DistributionReport } from "./distribution_table.ts";
import { recordLines, type RecordSurvey, shortTargetNameOf, titleOf } from "../record/mod.ts";
import { distributionOf, figuresOf, windowText, type WorkingSetCourse, workingSetLine } from "./working_set.ts";
import type { WorkingSetFold } from "./fold.ts";

/** How often the working set is how large, or how it went on: of all targets together, or of each. */
export function workingSetReport(
  survey: RecordSurvey,
  fold: WorkingSetFold,
  isSplit = false,
): Omit<DistributionReport, "percentiles" | "sortBy"> {
  const courses = isSplit ? fold.perTarget() : [fold.all()];
  const figures = courses.map(figuresOf);
  const nameOf = ({ target }: WorkingSetCourse) => isSplit && target ? shortTargetNameOf(survey, target) : "";
  return {
    header: survey.header,
    title: titleOf(survey, "Working set of"),
    figure: {
      name: "wss_bytes",
      title: figures[0] ? `working set of ${windowText(figures[0])}` : "working set",
      description: "bytes touched within a window of time",
      kind: "bytes",
    },
    parts: courses.map((course, i) => ({
      ...distributionOf(course, nameOf(course), survey.originNs),
      note: [nameOf(course), workingSetLine(figures[i])].filter(Boolean).join(": "),
    })),
    samples: "time",
    caption: recordLines(survey),
  };
}
