import { Command, Option } from "@commander-js/extra-typings";
import { parseBytes, parseNs } from "../../damon/model/mod.ts";
import { addDamonOptions, addressesOption, type ParsedDamonOptions } from "../options/mod.ts";

const seconds = (text: string) => parseNs(text, "s") / 1e9;

/** The options of `trace`, as parsed. */
export type TraceOptions = ReturnType<ReturnType<typeof plainCommand>["opts"]> & ParsedDamonOptions;

/** `damo trace`: DAMON's tracepoints as they happen. */
export function traceCommand(command: string[] | undefined) {
  return addDamonOptions(plainCommand() as unknown as Command).action(async (...args: unknown[]) => {
    const [target, options] = args as [string | undefined, TraceOptions];
    const { trace } = await import("./trace_run.ts");
    await trace(target, command, options);
  });
}

function plainCommand() {
  return new Command("trace")
    .description("Print every event of DAMON's tracepoints as it happens: one JSON object a line.")
    .argument("[target]", "pid | paddr | ongoing | a command line; or: -- COMMAND ARGS (default: ongoing)")
    .option(
      "--events <names>",
      "only these tracepoints, by name or with *, as in: damon_aggregated,damos_*",
      (text: string, before: string[] | undefined) => [...before ?? [], ...text.split(/[\s,]+/).filter(Boolean)],
    )
    .option("--list", "print which tracepoints this kernel has, with their fields, and end")
    .option("--timeout <time>", "stop after this time (bare number: seconds)", seconds)
    .addOption(addressesOption())
    .option("--mount", "mount the kernel's file systems that are needed, where they are not mounted")
    .addOption(
      new Option("--ring <size>", "ring buffer between the kernel and this program")
        .argParser(parseBytes).default(4 << 20, "4M"),
    )
    .option("--quiet", "no summary at the end")
    .addHelpText(
      "after",
      `
With a target DAMON is started on it, as by damo record, and only its events are shown. Without one, or with ongoing,
nothing is changed: the events of every kdamond are shown, whoever starts it, also later on.
Each line has event, time_ns (since boot), kdamond (its pid), comm and cpu, then the tracepoint's own fields under their
names. Where events were lost a line says so: {"event":"lost",...}; the summary counts them.

  damo trace 1234 | jq -c 'select(.nr_accesses > 10)'
  damo trace --events 'damos_*' --timeout 10s
  damo trace --addresses hex -- python3 train.py | head

Tracefs must be mounted. Ends with 0, or with 130 or 143 after Ctrl-C or SIGTERM; what it started is off then.`,
    );
}
