import { parseNs } from "../../damon/model/mod.ts";
import { defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo report fidelity`: how well a record agrees with the truth, or with another record. */
export const FIDELITY = defineCommand({
  name: "fidelity",
  summary: "Compare a record with the truth, or with another of the same run.",
  arguments: {
    record: { kind: "file", help: "the record to judge; - for stdin" },
    reference: { kind: "file", help: "the truth (from damo workload CONFIG --truth FILE), or another record" },
  },
  options: {
    hot: {
      value: "share",
      default: "20%",
      help: "memory is hot if accessed in at least this share of the samples, as 20% or 0.2",
    },
    tolerance: {
      value: "time",
      parse: (text) => parseNs(text, "ms"),
      help: "ignore this time before and after each change of phase (bare number: ms; default: 0)",
    },
    pid: {
      value: "pid",
      parse: (text) => {
        if (!/^[1-9]\d*$/.test(text)) throw new SyntaxError(`${JSON.stringify(text)} is not a pid`);
        return Number(text);
      },
      help: "which process, if both records have several",
    },
    format: { value: "format", help: "text, json, csv or vega-lite (default: text; with -o, by the file's name)" },
    output: {
      short: "o",
      value: "file",
      kind: "file",
      help: "write FILE.png, .svg, .html, .vl.json (Vega-Lite), .json or .csv",
    },
  },
  examples: [
    "damo report fidelity zigzag.arrow zigzag.truth.jsonl",
    "damo report fidelity zigzag.arrow zigzag.truth.jsonl --tolerance 100ms -o fidelity.png",
    "damo report fidelity adaptive.arrow exact.arrow --hot 50% --format json",
  ],
  notes: `
Precision is the share of what the record shows as hot that is hot in the reference; recall is the share of what is hot in
the reference that the record shows. Both are by area, address × time; F1 is their harmonic mean. The working set is all
memory that is hot at a moment.

Against a truth, only the workload's own regions count, and phases that ended. Two records are compared where and when both
monitored; they must be of the same run, on the same boot of one machine. Two runs of a workload differ in addresses and
times: compare each record with the truth of its own run.`,
});

/** The options of `report fidelity`, as parsed. */
export type FidelityCommandOptions = OptionsOf<typeof FIDELITY>;
