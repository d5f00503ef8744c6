import { Command, Option } from "@commander-js/extra-typings";
import { parseBytes, parseNs, parseRatio, parseUs } from "../damon/units.ts";

const count = (text: string) => {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a count`);
  return Number(text);
};
const seconds = (text: string) => parseNs(text, "s") / 1e9;

/** The options of `record`, as parsed. */
export type RecordOptions = ReturnType<ReturnType<typeof recordCommand>["opts"]>;

/** `damo record`: runs DAMON on a target and writes what it sees. */
export function recordCommand(command: string[] | undefined) {
  return new Command("record")
    .description("Record what a process or the machine accesses, until it ends, Ctrl-C, or the timeout.")
    .showHelpAfterError("(a command with arguments comes after --, as in: damo record -- COMMAND ARGS)")
    .argument("[target]", "pid | paddr | ongoing | a command line; or: -- COMMAND ARGS")
    .option("-o, --out <file>", "write the record to FILE; - for standard output", "damon.arrow")
    .option("--timeout <time>", "stop after this time (bare number: seconds)", seconds)
    .option("--ongoing", "only listen to kdamonds that run already, changing nothing")
    .option("--ops <operations>", "vaddr, fvaddr or paddr (default: paddr for target paddr, vaddr else)")
    .option("--target_pid <pid>", "process to record, instead of the target argument", count)
    .option("-s, --sample <time>", "sampling interval (bare number: µs; default 5ms)", parseUs)
    .option("-a, --aggr <time>", "aggregation interval (default 100ms)", parseUs)
    .option("-u, --updr <time>", "update interval (default 1s)", parseUs)
    .option("-n, --minr <count>", "least number of regions (default 10)", count)
    .option("-m, --maxr <count>", "largest number of regions (default 1000)", count)
    .option("--monitoring_intervals <times...>", "sampling, aggregation and update interval in one")
    .option("--monitoring_nr_regions_range <counts...>", "least and largest number of regions in one")
    .option("-r, --regions <ranges>", 'initial regions, as in "4G-6G 8G-9G" or "7f0000000000-7f0000100000" with 0x')
    .addOption(
      new Option(
        "--monitor <which>",
        "who looks: damon; pages, the eBPF page sampler; pages-exact, which looks at every page; auto takes DAMON where it can watch processes and is free",
      ).choices(["auto", "damon", "pages", "pages-exact"]).default("auto" as const),
    )
    .option("--max_overhead <share>", "most of one CPU that the page sampler may take", parseRatio, 0.02)
    .option("--include_children", "follow what the target forks (page sampler)")
    .option("--ring <size>", "ring buffer between DAMON and the recorder (default 4M)", parseBytes, 4 << 20)
    .option("--quiet", "no status line, no summary")
    .addHelpText(
      "after",
      `
Times take ns, us, ms, s, m, h; sizes K, M, G (binary); options may be written with dashes as well.
The record is an Arrow stream: read it with damo report, polars, pandas (pyarrow) or DuckDB.
An existing file is kept as FILE.old. Ends with 0, or with 130 or 143 after Ctrl-C or SIGTERM; the record is complete
in each case, DAMON is off and its settings are as they were.`,
    )
    .action(async (target, options) => {
      const { record } = await import("./record_run.ts");
      await record(target, command, options);
    });
}
