/** A text of `damo help TOPIC`, also a section of the manual page. Paragraphs are lines; an indented line stays as it is. */
export interface HelpTopic {
  name: string;
  title: string;
  text: string;
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
  damo record ongoing        only listens to kdamonds that run already, whoever started them
Of a process record watches what it has in memory or in swap, in ranges that follow it, and nothing between: fvaddr, whose
ranges the recorder tells the kernel anew when they change. With --regions it is these ranges and nothing else. --ops vaddr
leaves it to the kernel, which watches all from the first to the last mapping but the two largest gaps; start takes that, as
nobody would follow. paddr watches ranges of physical memory, by default the largest one. Threads belong to their process. Children
do not: record --include_children makes each of them a target of its own, but for those that live a second or two.`,
  },
  {
    name: "values",
    title: "How sizes, times, shares and addresses are written",
    text: `
Sizes: 4096, 4K, 1.5GiB, 1,000; all units are binary. Times: 100us, 5ms, 1.5s, 1m30s, 2h; a bare number has the unit that
the option names. Shares: 25% or 0.25. Addresses: 0x7f12a4c00000 in hex, or a size. min and max stand for no bound.
Long options may be written with dashes or underscores: --monitoring-intervals is --monitoring_intervals.`,
  },
  {
    name: "configuration",
    title: "Files of parameters: YAML, JSON, schemes in columns",
    text: `
All that options say can stand in a file: --kdamonds FILE of start, tune, record and args damon; - is standard input. damo
args damon ... --format yaml writes one from options, --format options makes options of one. YAML is for a person:
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
What is missing is as DAMON has it by itself. Its first line can name a JSON Schema, as damo args damon --format yaml writes
it: editors then complete keys, say what they mean, and mark mistakes. Anchors and merge keys of YAML work.
JSON is that of the Python damo, both ways: its files are read here, and those written here are read there, as exactly the
same. -c FILE takes schemes alone: a list in YAML or JSON, or lines as in the kernel's guide:
  #min-size max-size min-acc max-acc min-age max-age action
  4K        max      0       0       60s     max     pageout
A mistake is named with file, line and column. Nothing is written to the kernel before all of a file is understood.`,
  },
  {
    name: "intervals",
    title: "How often DAMON looks",
    text: `
Each sampling interval (--sample, 5 ms) DAMON looks whether one page of each region was accessed since the last look. Each
aggregation interval (--aggr, 100 ms) it reports how many of those looks found an access, nr_accesses, and starts to count
anew: with 5 ms and 100 ms, 20 is "always". Each update interval (--updr, 1 s) it looks at the target's mappings anew.
Shorter intervals see more and cost more. What changes slower than the aggregation interval is seen well.
  damo record -s 1ms -a 20ms -u 1s 1234
From Linux 6.15 on the kernel can tune both itself: --monitoring_intervals_autotune.`,
  },
  {
    name: "regions",
    title: "How finely DAMON looks",
    text: `
DAMON keeps memory as regions whose pages are accessed alike, and splits and merges them as it learns. --minr and --maxr
bound their number (10 and 1000): the least number sets the accuracy at rest, the largest the cost, which is one look a
region a sampling interval, however large the memory is. The age of a region is for how many aggregation intervals its
size and access rate have stayed about the same.`,
  },
  {
    name: "monitors",
    title: "Who looks: DAMON, or the page sampler",
    text: `
--monitor damon takes the kernel's DAMON. --monitor pages takes damo's own sampler, a BPF program that reads the accessed
bits of page tables: it needs no DAMON in the kernel and yields the same kind of snapshots. auto, the default, takes DAMON
where it can watch processes and nobody else uses it, otherwise the page sampler, and says which and why. Every record and
every chart names who looked.
The page sampler looks at what is mapped and in memory, never at gaps, and keeps to a budget, --max_overhead (2 % of one
CPU). Where that suffices to look at every page once a second (about 1 GiB at 2 %), it does, as often as it can; else it
looks at some pages of each region, and draws a panel of some 1,000 pages at random each second that tells the working set
with its error. --monitor pages-exact looks at every page however long the intervals get. A larger budget buys shorter
intervals, more pages, a larger panel. What is accessed between a look at a page and the clearing after it is lost: where all
pages are looked at, that is 2 % of the time at most, and what the budget allows beyond that is not spent. The record says
what was looked at how often, and which intervals were in force.`,
  },
  {
    name: "formats",
    title: "What records can be read and written as",
    text: `
damo reads what a file holds, whatever its name is: its own Arrow streams, Parquet, JSON lines and CSV; the Python damo's JSON,
compressed or not, with the files beside it; text of perf script, trace-cmd report and perf trace. damo convert writes:
  arrow            .arrow     damo's own, keeps everything
  parquet          .parquet   one row a region, for DuckDB, Spark and the like; --partition_by host,date
  jsonl            .jsonl     one snapshot a line, for jq; keeps everything
  csv              .csv       one region a row
  json_compressed  .data      the Python damo's; json, .json: the same without compression
  perf_script      .script    text as perf script prints it
docs/formats.md has a table of what each keeps. damo info says what is in a record, damo cut writes a part of it, damo merge
makes one of several, damo cat prints it.`,
  },
  {
    name: "interfaces",
    title: "How DAMON is driven, by kernel",
    text: `
Linux 5.15 to 5.17 have a debugfs interface, 5.18 and newer sysfs; debugfs was taken out in 6.14. damo takes sysfs where it
is there. What a kernel can do is told by the files that it has, never by its version: damo doctor lists it. Asking for
what is not there is refused with the first kernel that has it, before anything is written.`,
  },
  {
    name: "safety",
    title: "What damo never does",
    text: `
It never changes, stops or takes the place of a kdamond that it did not start: it says who is in the way and leaves the
kernel as it was. What it starts it keeps a note of in /run/damo, so that damo stop finds it even after a kill -9. When a
command ends, by itself, by Ctrl-C or by an error, the kernel's settings are as they were before. damo status, damo doctor
and every report only read. --dry-run prints the exact writes and does none.
Events that were lost are counted in the kernel, kept in the record and said by every command: nothing is lost in silence.`,
  },
  {
    name: "permissions",
    title: "Who may do what",
    text: `
Driving DAMON needs root. Reading its events needs CAP_BPF and CAP_PERFMON; the page sampler needs those and CAP_SYS_PTRACE,
and CAP_SYS_NICE to clear page by page. Reports need nothing but the record. damo doctor names what is missing.
./damo gives Deno all permissions: it opens /proc and /sys to nothing less. A program that imports the library for reports
alone needs --allow-read of the record, and --allow-read for pictures, whose fonts are files.`,
  },
  {
    name: "environment",
    title: "Environment and exit codes",
    text: `
DENO        the Deno that ./damo runs
DAMO_DEBUG  1: print where an error came from
NO_COLOR    1: no colours in the terminal
  0    done
  1    failed; the last line on standard error says why and what to do
  2    the command line, or a value in it, was not understood
  130  ended by Ctrl-C; 143 by SIGTERM: what was recorded until then is whole
record, trace and schemes that run a command (-- COMMAND) end with its exit code, as time and strace do; 128 and the signal's
number where one ended it. Where --timeout ended it, with 0.`,
  },
];
