import { Command, Option } from "@commander-js/extra-typings";
import { parseBytes, parseNs, parseRatio } from "../../damon/model/mod.ts";
import { addDamonOptions, MOUNT_HELP, type ParsedDamonOptions, WORD_SEPARATOR } from "../options/mod.ts";
import { parseRotate } from "./rotation.ts";

const count = (text: string) => {
  if (!/^[1-9]\d*$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a count above 0`);
  return Number(text);
};
const shareOfCpu = (text: string) => {
  const share = parseRatio(text);
  if (share <= 0 || share > 1) {
    throw new RangeError(`Cannot take ${text} as a share of one CPU: it must be above 0 and at most 100%`);
  }
  return share;
};
const WORDS = new RegExp(`[ ${WORD_SEPARATOR}]+`);
const seconds = (text: string) => parseNs(text, "s") / 1e9;

/** The options of `record`, as parsed; those of DAMON's parameters are read by {@linkcode askedKdamonds}. */
export type RecordOptions = ReturnType<ReturnType<typeof plainCommand>["opts"]> & ParsedDamonOptions;

/** `damo record`: runs DAMON on a target and writes what it sees. */
export function recordCommand(command: string[] | undefined) {
  return addDamonOptions(plainCommand() as unknown as Command).action(async (...args: unknown[]) => {
    const [target, options] = args as [string | undefined, RecordOptions];
    const { record } = await import("./run.ts");
    await record(target, command, options);
  });
}

function plainCommand() {
  return new Command("record")
    .description("Record what a process or the machine accesses, until it ends, Ctrl-C, or the timeout.")
    .showHelpAfterError("(a command with arguments comes after --, as in: damo record -- COMMAND ARGS)")
    .argument("[target]", "pid | paddr | ongoing | a command line; or: -- COMMAND ARGS")
    .option("-o, --out <file>", "write the record to FILE; - for standard output", "damon.arrow")
    .option(
      "--format <name>",
      "arrow, jsonl, csv, parquet, json_compressed, json or perf_script (default: by FILE's name)",
    )
    .option("--rotate <size|time>", "begin a new file at this size (100M) or after this time (1h)", parseRotate)
    .option("--keep <count>", "with --rotate: keep only the newest files", count)
    .option("--timeout <time>", "stop after this time (bare number: seconds)", seconds)
    .addOption(
      new Option("--snapshot <delay count...>", "take COUNT snapshots, each after DELAY (bare: seconds; default 1)")
        .argParser((text: string, before: string[] | undefined) => [...before ?? [], ...text.split(/\s+/)]),
    )
    .addOption(
      new Option(
        "--snapshot_damos_filter <filter>",
        "with --snapshot: count the bytes of these pages, as --damos_filter",
      )
        .argParser((text: string, before: string[][] | undefined) => [...before ?? [], text.split(WORDS)]),
    )
    .option("--ongoing", "only listen to kdamonds that run already, changing nothing")
    .addOption(
      new Option(
        "--monitor <which>",
        "who looks: damon; pages, the eBPF page sampler, at every page where the budget allows it; pages-exact, at every page whatever it takes; auto takes DAMON where it can watch processes and is free",
      ).choices(["auto", "damon", "pages", "pages-exact"]).default("auto" as const),
    )
    .addOption(
      new Option("--interface <which>", "which of the kernel's interfaces to DAMON; auto takes sysfs where it is there")
        .choices(["sysfs", "debugfs", "auto"]).default("auto" as const),
    )
    .option("--mount", MOUNT_HELP)
    .option("--max_overhead <share>", "most of one CPU that the page sampler may take (default: 2%)", shareOfCpu)
    .option("--profile", "also sample what code the processes run: report profile")
    .option("--profile_rate <count>", "with --profile: so often a second on each CPU (default: 99)", count)
    .option("--include_children", "watch what the target has forked and forks, too")
    // As the Python damo has them; there children are included unless that is excluded.
    .addOption(new Option("--include_child_tasks").hideHelp().implies({ include_children: true }))
    .addOption(new Option("--exclude_child_tasks").hideHelp())
    .option("--ring <size>", "ring buffer between DAMON and the recorder (default: 4M)", parseBytes)
    .option("--quiet", "no status line, no summary")
    .addHelpText(
      "after",
      `
Times take ns, us, ms, s, m, h; sizes K, M, G (binary); options may be written with dashes as well.
The record is an Arrow stream: read it with damo report, polars, pandas (pyarrow) or DuckDB. damo convert makes other
formats of it; -o - --format jsonl | jq . follows it live. With --rotate each file is whole by itself and named by its
beginning, as in damon-20260131T235959Z.arrow; damo merge makes one of them.
Of a process DAMON watches what is in memory or in swap, in ranges that are told to it anew when they change, at most twice
a second: every 100 ms, with a snapshot each second, and up to 300 regions; where there are more than 120 ranges, every
200 ms and up to 600; more than 500, every 400 ms, a snapshot each two seconds, and up to 1200. -s, -a, -n and -m say
otherwise. --regions are watched as they are, --ops vaddr as the kernel does it, gaps and all, both at DAMON's own intervals
(5 ms, 100 ms) and up to 1000 regions. By debugfs the ranges stay as they are at the beginning.
--snapshot looks now and then instead of at every interval, through a scheme that does nothing: it needs no BPF, and sees
which bytes of each region are of a kind, as in: --snapshot 5s 12 --snapshot_damos_filter allow anon. With ongoing it
looks through what damo start began.
With --include_children each process that the target has forked, or forks, is a target of its own in the record. DAMON's are
looked for four times a second and taken in when found twice, at most every two update intervals (2s); the page sampler's
at each update interval (1s): what ends sooner is missed, and what a child forked that ended before it was found. DAMON
needs sysfs and Linux 5.19 for it. Up to Linux 6.14 it begins anew, with ages of 0, where a process ends in the moment in
which it takes another, before 6.7 whenever one has ended; the record says how often.
With schemes (-c FILE, or --damos_action and its like) the record also keeps what they did: damo report schemes.
An existing file is kept as FILE.old. Ends with 0, with 130 or 143 after Ctrl-C or SIGTERM, or with the exit code of the
COMMAND that it ran; the record is complete in each case, DAMON is off and its settings are as they were.`,
    );
}
