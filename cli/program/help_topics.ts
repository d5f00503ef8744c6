import { DAMON_OPTIONS, type OptionTable } from "../options/mod.ts";

/** A text of `damo help TOPIC`, also a section of the manual page. Paragraphs are lines; an indented line stays as it is. */
export interface HelpTopic {
  name: string;
  title: string;
  text: string;
  /** Options that it explains. */
  options?: () => Promise<OptionTable>;
}

/** What is not about one command. */
export const TOPICS: readonly HelpTopic[] = [
  {
    name: "targets",
    title: "What can be watched",
    text: `
A target is a process, by its pid; a program that damo starts, after --; or paddr, the memory of the whole machine.
  damo record 1234
  damo record -- python3 train.py --epochs 3
  damo record paddr
  damo record ongoing        only listens to the kdamonds that already run, whoever started them

For a process, record watches what is in memory or in swap and nothing in between: it updates the ranges as they change
(fvaddr). --regions watches exactly those ranges. --ops vaddr leaves the ranges to the kernel, which watches everything from the
first to the last mapping except the two largest gaps. start uses vaddr, as nobody would update its ranges.

paddr watches ranges of physical memory, by default the largest one. Threads belong to their process. Child processes do
not: record --include_children makes each of them a target of its own, if it lives longer than a second or two.`,
  },
  {
    name: "values",
    title: "How to write sizes, times, shares and addresses",
    text: `
Sizes: 4096, 4K, 1.5GiB, 1,000; all units are binary. Times: 100us, 5ms, 1.5s, 1m30s, 2h; a bare number has the unit that
the option's help names. Shares: 25% or 0.25. Addresses: hex, as in 0x7f12a4c00000, or a size. min and max mean no limit.
Long options can be written with dashes or underscores: --monitoring-intervals is --monitoring_intervals.`,
  },
  {
    name: "filters",
    title: "Which part of a record a report is about",
    text: `
What a report shows passes every filter that is given. If a repeatable filter is given several times, passing one of them is
enough. A bound may be min or max, for no limit.
  damo report mappings --time_range 10 20                 seconds 10 to 20
  damo report heatmap --mapping heap                      mappings with heap in their name
  damo report access --access_rate 50 max --age 10 max    hot for 10 s or longer`,
    options: async () => (await import("../report/options.ts")).FILTER_OPTIONS,
  },
  {
    name: "output",
    title: "Where a report goes, and how it looks",
    text: `
A report is text on the terminal. With -o FILE it is a picture, a page or a table, by the end of FILE's name.
  damo report heatmap -o heat.png
  damo report wss -o wss.html          a page to zoom and pan
  damo report mappings --format csv    a table on stdout`,
    options: async () => (await import("../report/options.ts")).OUTPUT_OPTIONS,
  },
  {
    name: "damon",
    title: "DAMON's parameters: monitoring, targets, schemes",
    text: `
start, tune, record, trace, schemes and args damon take these. An option that is given several times is for the first context,
target or scheme, then for the second, and so on. Files of parameters: damo help configuration`,
    options: () => Promise.resolve(DAMON_OPTIONS),
  },
  {
    name: "configuration",
    title: "Configuration files: YAML, JSON, schemes in columns",
    text: `
All that options say can also be written in a file, for --kdamonds FILE of start, tune, record and args damon; - is stdin. damo
args damon ... --format yaml writes such a file from options, and --format options turns one into options. YAML is for people:
  kdamonds:
    - contexts:
        - operations: vaddr                  # or fvaddr, paddr
          intervals: {sample: 5ms, aggr: 100ms, update: 1s}
          nr_regions: 10..1000
          targets:
            - pid: 1234
          schemes:
            - action: pageout
              size: 4K..max
              access_rate: 0%                # or 5%..max, or 3..7 samples
              age: 60s..max                  # or 13..20 intervals
              quota: 100M per 1s
              watermarks: {interval: 5s, high: 50%, mid: 40%, low: 20%}
              filters: [reject none anon, reject memcg /latency-critical]
What is left out has DAMON's defaults. The first line can name a JSON Schema, as in the files of damo args damon --format yaml:
editors then complete keys, explain them, and mark mistakes. YAML anchors and merge keys work.

JSON is that of the Python damo: damo reads its files, and it reads damo's, without a difference. -c FILE has only schemes: a
list in YAML or JSON, or lines as in the kernel's guide:
  #min-size max-size min-acc max-acc min-age max-age action
  4K        max      0       0       60s     max     pageout
Errors name the file, line and column. Nothing is written to the kernel before the whole file is understood.`,
  },
  {
    name: "intervals",
    title: "How often DAMON checks memory",
    text: `
Each sampling interval (--sample, 5 ms) DAMON checks whether one page of each region was accessed since the last check. Each
aggregation interval (--aggr, 100 ms) it reports how many checks found an access, nr_accesses, and starts counting again from
0: with 5 ms and 100 ms, 20 means "always". Each update interval (--updr, 1 s) it re-reads the target's mappings. Shorter
intervals see more and cost more. Changes that are slower than the aggregation interval are seen well.
  damo record -s 1ms -a 20ms -u 1s 1234
From Linux 6.15 on, the kernel can tune sampling and aggregation itself: --monitoring_intervals_autotune.`,
  },
  {
    name: "regions",
    title: "How finely DAMON divides memory",
    text: `
DAMON divides memory into regions whose pages are accessed alike, and splits and merges them as it learns. --minr and --maxr
limit their number (10 and 1000). The minimum sets the accuracy when nothing happens, the maximum the cost: one check per region
and sampling interval, however large the memory is. A region's age is how many aggregation intervals its size and access rate
have stayed about the same.`,
  },
  {
    name: "monitors",
    title: "What watches: DAMON, or the page sampler",
    text: `
--monitor damon uses the kernel's DAMON. --monitor pages uses damo's own page sampler, a BPF program that reads the accessed
bits of page tables: it needs no DAMON in the kernel and produces the same kind of snapshots. The default, auto, takes DAMON if
this kernel's DAMON can watch processes and is free, otherwise the page sampler, and says which and why. Every record and chart
names its monitor.

The page sampler only checks what is mapped and in memory, never gaps. It has a CPU budget, --max_overhead (2 % of one CPU). If
that is enough to check every page once a second (about 1 GiB at 2 %), it checks all of them, as often as it can. Otherwise it
checks some pages of each region, and about 1,000 random pages each second, from which it estimates the working set with its
error. --monitor pages-exact checks every page, however long the intervals get. A larger budget buys shorter intervals, more
pages, and a smaller error.

An access between the check of a page and the clearing of its bit is missed. If all pages are checked, that is at most 2 % of the
time; budget beyond that is not used. The record says what was checked how often, and which intervals were used.`,
  },
  {
    name: "formats",
    title: "Record formats: which can be read and written",
    text: `
damo detects a file's format from its content: its own Arrow streams, Parquet, JSON lines and CSV; the Python damo's JSON,
compressed or not, with the files beside it; text of perf script, trace-cmd report and perf trace. damo convert writes:
  arrow            .arrow     damo's own, keeps everything
  parquet          .parquet   one row per region, for DuckDB, Spark, ...; --partition_by host,date
  jsonl            .jsonl     one snapshot per line, for jq; keeps everything
  csv              .csv       one region per line
  json_compressed  .data      the Python damo's; json, .json: the same without compression
  perf_script      .script    text as perf script prints it
docs/formats.md has a table of what each format keeps. damo info describes a record, damo cut writes a part of it, damo merge
joins several, damo cat prints it.`,
  },
  {
    name: "interfaces",
    title: "The kernel's interfaces to DAMON: sysfs and debugfs",
    text: `
Linux 5.15 to 5.17 have a debugfs interface, 5.18 and newer have sysfs; debugfs was removed in 6.14. damo uses sysfs if it is
there. It tells what a kernel can do from the files that it has, never from its version: damo doctor lists it. If a feature
is missing, damo refuses before anything is written, and names the first kernel that has it.`,
  },
  {
    name: "safety",
    title: "What damo never does",
    text: `
damo never changes, stops or replaces a kdamond that it did not start: it says who is using DAMON, and leaves the kernel as it
was. It keeps a note of what it started in /run/damo, so that damo stop finds it even after a kill -9. However a command ends,
by itself, by Ctrl-C or by an error, the kernel's settings are as they were before. damo status, damo doctor and all reports
only read. --dry-run prints the exact writes and makes none.

Lost events are counted in the kernel, kept in the record, and reported by every command. Nothing is dropped silently.`,
  },
  {
    name: "permissions",
    title: "Which permissions are needed",
    text: `
Controlling DAMON needs root. Reading its events needs CAP_BPF and CAP_PERFMON; the page sampler needs those and CAP_SYS_PTRACE,
and CAP_SYS_NICE to clear single pages. Reports only need to read the record. damo doctor names what is missing.

./damo runs Deno with all permissions, as Deno opens /proc and /sys with no less. A program that uses the library only for
reports needs --allow-read for the record, and for the fonts if it draws pictures.`,
  },
  {
    name: "environment",
    title: "Environment variables and exit codes",
    text: `
DENO        the Deno that ./damo runs
DAMO_DEBUG  1: print where an error came from
NO_COLOR    1: no colours in the terminal
  0    success
  1    failure; the last line on stderr says why and what to do
  2    the command line, or a value in it, was not understood
  130  ended by Ctrl-C; 143 by SIGTERM: what was recorded so far is complete
record, trace and schemes that run a command (-- COMMAND) end with its exit code, or 128 plus the signal's number, as time and
strace do. If --timeout ended them, with 0.`,
  },
];
