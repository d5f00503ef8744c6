import { Command } from "@commander-js/extra-typings";
import { parseNs } from "../../damon/model/mod.ts";

/** The options of `report fidelity`, as parsed. */
export type FidelityCommandOptions = ReturnType<ReturnType<typeof fidelityCommand>["opts"]>;

/** `damo report fidelity`: how well a record agrees with the truth, or with another record. */
export function fidelityCommand() {
  return new Command("fidelity")
    .description("Compare a record with a workload's truth, or with another record of the same run.")
    .argument("<record>", "the record to be judged; - for standard input")
    .argument("<reference>", "the truth (JSON lines, of: damo workload CONFIG --truth FILE), or another record")
    .option("--hot <share>", "memory is hot that is accessed in this share of samples or more: 20% or 0.2", "20%")
    .option(
      "--tolerance <time>",
      "leave out this time on both sides of each change of phase (bare number: ms; default: 0)",
      (text: string) => parseNs(text, "ms"),
    )
    .option("--pid <pid>", "which process, where two records have several in common", (text: string) => {
      if (!/^[1-9]\d*$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a pid`);
      return Number(text);
    })
    .option("--format <format>", "text, json, csv or vega-lite (default: text; with -o, what the name says)")
    .option("-o, --output <file>", "write FILE.png, .svg, .html, .vl.json (Vega-Lite), .json or .csv instead")
    .addHelpText(
      "after",
      `
Precision is the share of what the record shows as hot that is hot in the reference, recall the share of what is hot
that the record shows, both by area of address × time; F1 is their harmonic mean. The working set is all memory that
is hot at a moment.

Against a truth, only the workload's own regions and the phases that ended count. Two records are compared only where
and when both monitored; both must be of the same run, on the same boot of one machine. Two runs of one workload, even
one after the other, have other addresses and times: compare each record with the truth of its own run.

Examples:
  damo report fidelity zigzag.arrow zigzag.truth.jsonl
  damo report fidelity zigzag.arrow zigzag.truth.jsonl --tolerance 100ms -o fidelity.png
  damo report fidelity adaptive.arrow exact.arrow --hot 50% --format json`,
    )
    .action(async (record, reference, options) => {
      const { reportFidelity } = await import("./fidelity_run.ts");
      await reportFidelity(record, reference, options);
    });
}
