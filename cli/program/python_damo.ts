/** Commands of the Python damo that have another name here, or none, by their first words: what to type instead. */
const COMMANDS: Record<string, string> = {
  monitor:
    "damo status --watch shows what DAMON does; damo report heatmap --follow a record that grows, beside damo record",
  validate: "damo report fidelity holds a record against the truth, or another record; damo info says what is in it",
  replay: "a record is not played back; damo workload makes artificial patterns",
  convert_record_format: "damo convert IN OUT, by the ends of their names or --format NAME",
  setup_cli_completion: "damo completion bash, zsh or fish",
  "features json": "damo doctor --json",
  "features supported": "damo doctor",
  "features unsupported": "damo doctor",
  "features all": "damo doctor",
  "report holistic": "damo report RECORD is one page of it all; damo report html makes one to explore",
  "report trace": "damo trace: one JSON object an event",
  "report attrs": "damo report access shows hits of probes",
  "help damon_param_options":
    "damo help configuration, intervals, regions or targets; damo start --help lists the options",
  "help access_filter_options": "damo report access --help",
  "help access_format_options":
    "damo report access --help; the lines of text have one form, --format json has all of it",
  "args accesses_filter": "the filters of damo report access are options: damo report access --help",
  "args accesses_format": "the lines of text have one form; damo report access --format json has all of it",
};

const DAMON_OPTIONS: Record<string, string> = {
  exp_ops_use_reports: "no released kernel has it; --sample_primitives page_fault is what took its place",
  exp_ops_write_only: "no released kernel has it",
  exp_ops_cpus: "no released kernel has it",
  exp_ops_tids: "no released kernel has it",
  debug_damon: "damo start --dry_run prints every write to the kernel",
  damon_interface_DEPRECATED: "--interface sysfs or debugfs",
  probe_prep: "no released kernel has it",
  probe: "probes are told apart by --nr_probes and --nr_probe_filters",
  damos_scheme: "each --damos_action begins a scheme; --nr_schemes says how many a context has",
  kdamond: "each context is a kdamond of its own; --nr_ctxs says so, too",
  damon_ctx: "each --ops begins a context",
  damon_target: "each --target_pid, or -r, is a target; --nr_targets says how many a context has",
};

const AFTERWARDS = "a record keeps everything; filter it afterwards: damo cut, or damo report access";
const TEMPLATE = "the lines of text have one form; --format json, jsonl or csv have all of it for a script";
const BOX = "damo report heatmap draws regions over time, with -o FILE.png or .html as a picture";
const STATUS = "damo status shows all of it, --json for a script";

/** Options of the Python damo that have another name here, or none, by command: what to type instead. */
const OPTIONS: Record<string, Record<string, string>> = {
  record: {
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
    ...DAMON_OPTIONS,
  },
  start: DAMON_OPTIONS,
  tune: DAMON_OPTIONS,
  schemes: DAMON_OPTIONS,
  "args damon": DAMON_OPTIONS,
  "report access": {
    format_record_head: TEMPLATE,
    format_record_tail: TEMPLATE,
    format_snapshot_head: TEMPLATE,
    format_snapshot_tail: TEMPLATE,
    format_region: TEMPLATE,
    ls_record_format_keywords: TEMPLATE,
    ls_snapshot_format_keywords: TEMPLATE,
    ls_region_format_keywords: TEMPLATE,
    min_chars_for: TEMPLATE,
    exec: "--format jsonl | PROGRAM hands every region to a program; docs/library.md has the library",
    json: "--format json, of another structure",
    raw_form: "damo report raw",
    tried_regions_of: "damo record --snapshot 1 1, then damo report access",
    repeat: "damo report access --live PID looks once: run it again, as with watch",
    dont_merge_regions: "regions are shown as the kernel has them: leave it out",
    on_cache: "leave it out: --live looks anew",
    input_file: "--input",
    snapshot_heatmap_width: BOX,
    snapshot_heatmap_colorset: BOX,
    snapshot_heatmap_static: BOX,
    region_box: BOX,
    region_box_values: BOX,
    region_box_min_max_x: BOX,
    region_box_min_max_y: BOX,
    region_box_min_max_length: BOX,
    region_box_min_max_height: BOX,
    region_box_scales: BOX,
    region_box_align: BOX,
    region_box_colorset: BOX,
  },
  "report heatmap": {
    df_passed: "damo report access shows the bytes that filters let pass, of each region",
    sort_temperature: "--draw_range hottest, the default, cuts out idle memory",
    interactive_edit: "damo report html makes a page to zoom and pan",
    abs_time: "times count from the start of the record, whose date the caption tells: leave it out",
    abs_addr: "addresses are absolute always: leave it out",
    guide_human: "--guide",
    tid: "--target",
    kdamond_idx: "--kdamond",
    context_idx: "--kdamond: a kdamond has one context",
    scheme_idx: "damo report schemes shows a scheme's memory",
    stdout_colorset: "--color always or never, --theme light or dark",
    stdout_skip_colorset_example: "leave it out: the legend is one line",
  },
  "report times": { inputs: "--input RECORD; what ran is in the record itself: damo record --profile" },
  "report profile": {
    inputs: "--input RECORD; what ran is in the record itself: damo record --profile",
    perf_path: "none is needed: leave it out",
  },
  "report damon": {
    format: `--json; ${STATUS}`,
    raw: STATUS,
    show_cpu_usage: "top -p PID, with the kdamond's pid of damo status",
    kdamonds_summary: STATUS,
    damos_stats: STATUS,
    damos_stat_fields: STATUS,
    omit_damos_tried_regions: STATUS,
    damon_params: "damo args damon FILE --format report shows what a file has; damo status what runs",
    damon_params_omit_defaults: "damo args damon FILE --omit_defaults shows what a file has; damo status what runs",
    input_file: "damo args damon FILE --format report",
  },
  "report sysinfo": {
    print: "damo doctor shows all, --json for a script",
    invalidate_cache: "nothing is kept: leave it out",
  },
  features: {
    infer_version: "damo doctor names the first kernel that has a feature",
    invalidate_cache: "leave it out",
  },
  "report record_info": { raw_numbers: "--raw_number" },
  "report pa_layout": {
    numa_node: "the table has the node of each range",
    numa_addr: "the table has the node of each range",
  },
};

/** The Python damo's words as ours, where they mean the same. */
export function oursOf(args: readonly string[]): string[] {
  const [first, ...rest] = args;
  if (first === "version" && rest.length === 0) return ["--version"];
  if (first === "diagnose") return ["doctor", ...rest];
  if (first === "record_info" || first === "pa_layout") return ["report", first, ...rest];
  if (first !== "record") return [...args];
  // It always keeps what schemes tried.
  return args.filter((word) => word !== "--schemes_target_regions")
    .map((word) => word.replace(/^--output_type(?==|$)/, "--format"));
}

/** What to type instead of words of the Python damo that mean nothing here; `undefined` where they are all ours. */
export function answerTo(args: readonly string[]): string | undefined {
  const commands = [args[0] ?? "", args.slice(0, 2).join(" ")];
  for (const command of commands) {
    if (Object.hasOwn(COMMANDS, command)) return `${command} is the Python damo's; here: ${COMMANDS[command]}`;
  }
  for (const command of commands) {
    for (const word of Object.hasOwn(OPTIONS, command) ? args : []) {
      const name = /^--([a-zA-Z_]+)/.exec(word)?.[1];
      if (name !== undefined && Object.hasOwn(OPTIONS[command], name)) {
        return `${command} --${name} is the Python damo's; here: ${OPTIONS[command][name]}`;
      }
    }
  }
  if (
    commands[1] === "report access" && args.some((word, i) => /^(set|append)$/.test(word) && args[i - 1] === "--format")
  ) {
    return `report access --format set is the Python damo's; here: ${TEMPLATE}`;
  }
  const output = args.findIndex((word) => word === "--output" || word === "-o");
  if (commands[1] === "report heatmap" && output > 0 && args[output + 1] === "raw") {
    return "report heatmap --output raw is the Python damo's; here: -o FILE.csv, or --format csv";
  }
  return undefined;
}

/** For tests: each name of the tables, as one would type it. */
export function answeredNames(): string[][] {
  const options = Object.entries(OPTIONS).flatMap(([command, names]) =>
    Object.keys(names).map((name) => [...command.split(" "), `--${name}`])
  );
  return [...Object.keys(COMMANDS).map((command) => command.split(" ")), ...options];
}
