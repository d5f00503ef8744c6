import { MONITORS, parseBytes, parseNs, parseRatio } from "../../damon/model/mod.ts";
import {
  DAMON_OPTIONS,
  DAMON_POINTERS,
  defineCommand,
  INTERFACE_OPTION,
  MOUNT_OPTION,
  type OptionsOf,
  SNAPSHOT_FILTER_OPTION,
} from "../options/mod.ts";
import { parseRotate } from "./rotation.ts";

const count = (text: string) => {
  if (!/^[1-9]\d*$/.test(text)) throw new SyntaxError(`${JSON.stringify(text)} is not a count above 0`);
  return Number(text);
};
const shareOfCpu = (text: string) => {
  const share = parseRatio(text);
  if (share <= 0 || share > 1) {
    throw new RangeError(`${text} is no share of one CPU: --max_overhead takes more than 0 and up to 100%`);
  }
  return share;
};

const AFTERWARDS = "a record keeps everything; filter it afterwards: damo cut, or damo report access";

/** `damo record`: runs DAMON on a target and writes what it sees. */
export const RECORD = defineCommand({
  name: "record",
  summary: "Record the memory accesses of a process, or of the machine.",
  arguments: {
    target: { optional: true, kind: "target", help: "pid | paddr | ongoing | a command line; or: -- COMMAND ARGS" },
  },
  options: {
    out: {
      short: "o",
      value: "file",
      kind: "file",
      default: "damon.arrow",
      help: "write the record to FILE; - for stdout",
    },
    format: {
      value: "name",
      help: "arrow, jsonl, csv, parquet, json_compressed, json or perf_script (default: by FILE's name)",
    },
    rotate: {
      value: "size|time",
      parse: parseRotate,
      help: "begin a new file at this size (100M) or after this time (1h)",
    },
    keep: { value: "count", parse: count, help: "with --rotate: keep only this many files, the newest" },
    timeout: {
      value: "time",
      parse: (text) => parseNs(text, "s") / 1e9,
      help: "stop after this time (bare number: seconds)",
    },
    snapshot: {
      value: "delay count",
      words: 2,
      many: "occurrences",
      quoted: true,
      help: "take COUNT snapshots, each after DELAY (bare numbers: seconds; COUNT: 1)",
    },
    ...SNAPSHOT_FILTER_OPTION,
    ongoing: { help: "only listen to kdamonds that already run; change nothing" },
    monitor: {
      value: "which",
      choices: MONITORS,
      default: "auto",
      help: "DAMON, or damo's eBPF page sampler; see damo help monitors",
    },
    ...INTERFACE_OPTION,
    ...MOUNT_OPTION,
    max_overhead: {
      value: "share",
      parse: shareOfCpu,
      help: "CPU limit for the page sampler, as a share of one CPU (default: 2%)",
    },
    profile: { help: "also sample which code runs: damo report profile" },
    profile_rate: { value: "count", parse: count, help: "with --profile: samples a second on each CPU (default: 99)" },
    include_children: { help: "also record the target's child processes, present and future" },
    // As the Python damo has them; there children are included unless that is excluded.
    include_child_tasks: { hidden: true, implies: { include_children: true } },
    exclude_child_tasks: { hidden: true },
    ring: { value: "size", parse: parseBytes, help: "ring buffer between DAMON and the recorder (default: 4M)" },
    quiet: { help: "no status line, no summary" },
    ...DAMON_OPTIONS,
  },
  usual: [
    "out",
    "timeout",
    "format",
    "rotate",
    "monitor",
    "profile",
    "include_children",
    "snapshot",
    "schemes",
    "sample",
    "aggr",
    "quiet",
  ],
  examples: [
    "damo record 1234                 process 1234, until it ends or Ctrl-C",
    "damo record -- python3 train.py  start a program and record it",
    "damo record paddr --timeout 60   the machine's memory, for a minute",
    "damo record 1234 -o - --format jsonl | jq .",
  ],
  afterError: "(a command with arguments comes after --, as in: damo record -- COMMAND ARGS)",
  notes: `
The record is an Arrow stream: read it with damo report, polars, pandas (pyarrow) or DuckDB, or convert it with damo convert.
With --rotate each file is a complete record, named by its start, as in damon-20260131T235959Z.arrow; damo merge joins them.

An existing file is kept as FILE.old. The exit code is 0, 130 or 143 after Ctrl-C or SIGTERM, or that of the COMMAND it ran.
In each case the record is complete, DAMON is off, and its settings are as they were.

Of a process, damo records what is in memory or in swap. It updates the ranges that DAMON watches as they change, at most
twice a second. By default it aggregates every 100 ms, writes a snapshot each second, and uses up to 300 regions. Above 120
ranges these are 200 ms and 600 regions; above 500 ranges, 400 ms, a snapshot every 2 s, and 1200 regions. -s, -a, -n and -m
override that. Ranges given by --regions are watched unchanged, and --ops vaddr leaves them to the kernel, gaps included;
both use DAMON's own intervals (5 ms, 100 ms) and up to 1000 regions. With debugfs the ranges stay as they were at the start.

--snapshot takes snapshots now and then instead of recording continuously, by a scheme whose action does nothing. It needs
no BPF, and can count the bytes of each region that are of a kind: --snapshot 5s 12 --snapshot_damos_filter allow anon. With
ongoing it uses the kdamonds that damo start started.

With --include_children each child process is a target of its own. DAMON's targets are checked four times a second; a new
child is added once two checks have found it, at most every two update intervals (2 s). The page sampler looks at each
update interval (1 s). Children that end sooner are missed. DAMON needs sysfs and Linux 5.19 for this. Up to Linux 6.14 its
regions start over, with age 0, if a process ends just as another is added, and before 6.7 whenever one has ended; the record
says how often.

With schemes (-c FILE, or --damos_action) the record also keeps what they did: damo report schemes.`,
  pointers: {
    output_permission: "a record is its owner's alone; chmod changes that",
    output_flush_sec: "--rotate TIME begins a new file after it; what was recorded is in the file within a second",
    do_record:
      "--profile adds what code ran; mappings and memory in use are always recorded, events are shown by damo trace",
    perf_path: "none is needed: leave it out",
    damon_tracer: "none is needed: leave it out",
    ...Object.fromEntries(
      ["sz_region", "access_rate", "age", "address", "sz_snapshot", "snapshot_time", "snapshot_idx", "temperature"]
        .map((name) => [name, AFTERWARDS]),
    ),
    ...DAMON_POINTERS,
  },
});

/** The options of `record`, as parsed; those of DAMON's parameters are read by {@linkcode askedKdamonds}. */
export type RecordOptions = OptionsOf<typeof RECORD>;
