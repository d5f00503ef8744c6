import {
  type AddressRange,
  checkKdamond,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Kdamond,
  type Operations,
  parseBytes,
  parseUs,
} from "../damon/mod.ts";
import type { RecordOptions } from "./record.ts";

/** What the command line asked to record. */
export type Wanted =
  | { kind: "pid"; pid: number }
  | { kind: "paddr" }
  | { kind: "ongoing" }
  | { kind: "command"; argv: string[] };

/**
 * What is to be recorded, from the target argument, the command after `--`, and the options.
 *
 * @throws {TypeError} for a contradiction, or where nothing was named.
 */
export function wantedOf(target: string | undefined, command: string[] | undefined, options: RecordOptions): Wanted {
  const named: Wanted[] = [];
  if (options.ongoing) named.push({ kind: "ongoing" });
  if (options.target_pid !== undefined) named.push({ kind: "pid", pid: options.target_pid });
  if (command !== undefined) {
    if (command.length === 0) throw new TypeError("Cannot record as -- must be followed by a command: nothing follows");
    named.push({ kind: "command", argv: command });
  }
  if (target !== undefined) named.push(targetOf(target));
  else if (options.ops === "paddr") named.push({ kind: "paddr" });
  if (named.length === 1) return named[0];
  throw new TypeError(
    named.length === 0
      ? "Cannot record as a target must be named: a pid, paddr, or -- COMMAND ARGS (or --ongoing to listen to a running DAMON)"
      : `Cannot record as one target must be named: ${named.map(({ kind }) => kind).join(" and ")} are`,
  );
}

function targetOf(text: string): Wanted {
  if (/^\d+$/.test(text)) return { kind: "pid", pid: Number(text) };
  if (text === "paddr" || text === "ongoing") return { kind: text };
  if (text === "vaddr" || text === "fvaddr") {
    throw new TypeError(`Cannot record ${text} as a process must be named: use its pid, with --ops ${text}`);
  }
  // A word is more likely a mistake than a program without arguments; that one can be given after `--`.
  if (!text.includes(" ")) {
    throw new TypeError(
      `Cannot record ${
        JSON.stringify(text)
      } as a target must be a pid, paddr or ongoing; to run it: damo record -- ${text}`,
    );
  }
  return { kind: "command", argv: ["sh", "-c", `exec ${text}`] };
}

/**
 * The configuration that the options ask for.
 *
 * @throws {RangeError} for values that no kernel takes; {SyntaxError} for text that does not parse.
 */
export function kdamondOf(options: RecordOptions, target: { pid?: number }): Kdamond {
  const [sample, aggr, update] = tuple(options.monitoring_intervals, 3, "--monitoring_intervals").map(parseUs);
  const [min, max] = tuple(options.monitoring_nr_regions_range, 2, "--monitoring_nr_regions_range").map(Number);
  const kdamond: Kdamond = {
    contexts: [{
      operations: operationsOf(options.ops, target),
      intervals: {
        sampleUs: options.sample ?? sample ?? DEFAULT_INTERVALS.sampleUs,
        aggrUs: options.aggr ?? aggr ?? DEFAULT_INTERVALS.aggrUs,
        updateUs: options.updr ?? update ?? DEFAULT_INTERVALS.updateUs,
      },
      nrRegions: {
        min: options.minr ?? min ?? DEFAULT_NR_REGIONS.min,
        max: options.maxr ?? max ?? DEFAULT_NR_REGIONS.max,
      },
      targets: [{ ...target, regions: parseRanges(options.regions ?? "") }],
    }],
  };
  checkKdamond(kdamond);
  return kdamond;
}

function operationsOf(text: string | undefined, { pid }: { pid?: number }): Operations {
  const operations = text ?? (pid === undefined ? "paddr" : "vaddr");
  if (operations === "vaddr" || operations === "fvaddr" || operations === "paddr") return operations;
  throw new RangeError(`Cannot use --ops as it must be vaddr, fvaddr or paddr: it is ${text}`);
}

function tuple(values: string[] | undefined, length: number, name: string): string[] {
  if (values !== undefined && values.length !== length) {
    throw new RangeError(`Cannot use ${name} as it must have ${length} values: it has ${values.length}`);
  }
  return values ?? [];
}

/**
 * Address ranges, as in `4G-6G 0x7f0000000000-0x7f0000100000`, in bytes.
 *
 * @throws {SyntaxError} for another form.
 */
export function parseRanges(text: string): AddressRange[] {
  return text.split(/[\s,]+(?=\S)/).filter(Boolean).map((range) => {
    const [start, end, ...more] = range.split("-");
    if (end === undefined || more.length) {
      throw new SyntaxError(`Cannot parse ${JSON.stringify(range)} as an address range: use a form like 4G-6G`);
    }
    return { start: parseBytes(start), end: parseBytes(end) };
  });
}
