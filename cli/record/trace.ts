import { parseBytes, parseNs } from "../../damon/model/mod.ts";
import { DAMON_OPTIONS, defineCommand, MOUNT_OPTION, type OptionsOf, RECORD_FORMAT_OPTIONS } from "../options/mod.ts";

/** `damo trace`: DAMON's tracepoints as they happen. */
export const TRACE = defineCommand({
  name: "trace",
  summary: "Print DAMON's tracepoint events as they happen, as JSON lines.",
  arguments: {
    target: {
      optional: true,
      kind: "target",
      help: "pid | paddr | ongoing | a command line; or: -- COMMAND ARGS (default: ongoing)",
    },
  },
  options: {
    events: {
      value: "names",
      many: true,
      parse: (text) => text.split(/[\s,]+/).filter(Boolean),
      help: "only these tracepoints, by name or pattern, as in: damon_aggregated,damos_*",
    },
    list: { help: "print this kernel's tracepoints with their fields, and exit" },
    timeout: {
      value: "time",
      parse: (text) => parseNs(text, "s") / 1e9,
      help: "stop after this time (bare number: seconds)",
    },
    addresses: RECORD_FORMAT_OPTIONS.addresses,
    ...MOUNT_OPTION,
    ring: {
      value: "size",
      parse: parseBytes,
      default: 4 << 20,
      defaultText: "4M",
      help: "ring buffer between the kernel and this program",
    },
    quiet: { help: "no summary at the end" },
    ...DAMON_OPTIONS,
  },
  usual: ["events", "list", "timeout", "addresses", "mount", "ring", "quiet"],
  examples: [
    "damo trace 1234 | jq -c 'select(.nr_accesses > 10)'",
    "damo trace --events 'damos_*' --timeout 10s",
    "damo trace --addresses hex -- python3 train.py | head",
  ],
  notes: `
With a target, DAMON is started on it, as by damo record, and only its events are shown. Without one, or with ongoing, nothing
is changed, and the events of every kdamond are shown, also of those that start later.

Each line has event, time_ns (since boot), kdamond (its pid), comm and cpu, then the tracepoint's own fields. If events
were lost, a line says so: {"event":"lost",...}; the summary has the total.

Tracefs must be mounted. The exit code is 0, or 130 or 143 after Ctrl-C or SIGTERM; then DAMON is off again if trace had
started it.`,
});

/** The options of `trace`, as parsed. */
export type TraceOptions = OptionsOf<typeof TRACE>;
