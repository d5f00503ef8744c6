/** A memory region of the workload: what the truth knows about; everything else in the process it does not. */
export interface TruthRegion {
  /** As configured. */
  name: string;
  /** First byte, a virtual address. */
  start: number;
  /** One past the last byte; whole pages. */
  end: number;
}

/** One access pattern of one phase, as it was really done. */
export interface TruthAccess {
  /** Name of its region. */
  region: string;
  /** First byte of the range that was accessed. */
  start: number;
  /** One past the last byte; whole pages. */
  end: number;
  /** ns of `CLOCK_BOOTTIME`. */
  startNs: number;
  /** ns of `CLOCK_BOOTTIME`, at least `startNs`. */
  endNs: number;
  /** Read, written, or each access both. */
  mode: "ro" | "wo" | "rw";
  /** One after the other by `strideBytes`, or drawn evenly from the whole range. */
  order: "sequential" | "random";
  /** Bytes between two sequential accesses; `undefined` where the order is random. */
  strideBytes: number | undefined;
  /** Its share of the phase's accesses, 0 to 1. */
  probability: number;
  /** Number of accesses done. */
  accesses: number;
}

/** A stretch of time in which the workload kept to the same access patterns. */
export interface TruthPhase {
  /** Its number, ascending with time. */
  phase: number;
  /** As configured, or `(fill)` (the first touch of everything) or `(wait)`. */
  name: string;
  /** ns of `CLOCK_BOOTTIME`. */
  startNs: number;
  /** ns of `CLOCK_BOOTTIME`; `undefined` where the workload was killed in this phase, so that its accesses are unknown. */
  endNs: number | undefined;
  /** What was accessed; empty where the workload rested. */
  accesses: TruthAccess[];
}

/** What a workload really did. */
export interface Truth {
  /** The workload's process. */
  pid: number;
  /** Path of the configuration. */
  config: string;
  /** Size of a page there, bytes. */
  pageBytes: number;
  /** Ascending by address, not overlapping. */
  regions: TruthRegion[];
  /** Ascending by time, not overlapping. */
  phases: TruthPhase[];
  /** Why it ended: `finished`, `SIGINT`, ...; `undefined` where it was killed and could not say. */
  reason: string | undefined;
}

/** A line of the file, whose fields are read with their types checked. */
class Line {
  constructor(
    readonly number: number,
    private readonly fields: Record<string, unknown>,
    private readonly source: string,
  ) {}

  fail(what: string): never {
    throw new SyntaxError(`${this.source}: line ${this.number} ${what}`);
  }

  text(name: string): string {
    const value = this.fields[name];
    return typeof value === "string" ? value : this.fail(`needs a text "${name}", not ${JSON.stringify(value)}`);
  }

  /** A number, 0 or above. */
  count(name: string): number {
    const value = this.fields[name];
    if (typeof value === "number" && value >= 0) return value;
    return this.fail(`needs a number "${name}" of at least 0, not ${JSON.stringify(value)}`);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.text(name);
    return values.find((it) => it === value) ??
      this.fail(`needs "${name}", one of ${values.join(", ")}, not ${value}`);
  }

  range(): { start: number; end: number } {
    const [start, end] = [this.count("start"), this.count("end")];
    return start < end ? { start, end } : this.fail(`has "start" (${start}) not below "end" (${end})`);
  }

  /** A time at or after `afterNs`. */
  time(name: string, afterNs: number): number {
    const ns = this.count(name);
    return ns >= afterNs ? ns : this.fail(`goes back in time: "${name}" is ${ns}, after ${afterNs}`);
  }
}

/**
 * Parses the JSON lines that `workload --truth` writes. A last line that was cut off (it has no line end) is left out.
 *
 * @param source Names the text in errors.
 * @throws {SyntaxError} naming the line that has another form.
 */
export function parseTruth(text: string, source = "the truth"): Truth {
  let truth: Truth | undefined;
  let nowNs = 0;
  for (const line of linesOf(text, source)) {
    const kind = line.oneOf("kind", ["workload", "region", "phase", "access", "phase_end", "end"]);
    if (kind === "workload") {
      if (truth) line.fail("begins a second workload: one file is about one");
      if (line.count("schema") !== 1) line.fail(`has schema ${line.count("schema")}: this version reads 1`);
      line.oneOf("clock", ["boottime"]);
      const pageBytes = line.count("pageBytes") || line.fail(`needs "pageBytes" above 0`);
      nowNs = line.count("startNs");
      truth = {
        pid: line.count("pid"),
        config: line.text("config"),
        pageBytes,
        regions: [],
        phases: [],
        reason: undefined,
      };
      continue;
    }
    if (!truth) return line.fail(`is of the kind ${kind}, and the first is a workload`);
    if (truth.reason !== undefined) line.fail("comes after the end");
    const open = truth.phases.at(-1);
    const running = open && open.endNs === undefined ? open : undefined;
    switch (kind) {
      case "region":
        truth.regions.push({ name: line.text("name"), ...line.range() });
        break;
      case "phase":
        if (running) line.fail(`begins a phase while "${running.name}" has not ended`);
        nowNs = line.time("startNs", nowNs);
        truth.phases.push({
          phase: line.count("phase"),
          name: line.text("name"),
          startNs: nowNs,
          endNs: undefined,
          accesses: [],
        });
        break;
      case "access":
        if (running?.phase !== line.count("phase")) return line.fail("is about a phase that is not under way");
        running.accesses.push(accessOf(line, running.startNs));
        break;
      case "phase_end":
        if (running?.phase !== line.count("phase")) return line.fail("ends a phase that is not under way");
        nowNs = running.endNs = line.time("endNs", Math.max(nowNs, ...running.accesses.map((it) => it.endNs)));
        break;
      case "end":
        if (running) line.fail(`ends the workload while "${running.name}" has not ended`);
        line.time("endNs", nowNs);
        truth.reason = line.text("reason");
    }
  }
  if (!truth) {
    throw new SyntaxError(`${source} is empty: a truth begins with a line of the kind workload`);
  }
  truth.regions.sort((a, b) => a.start - b.start);
  return truth;
}

function accessOf(line: Line, phaseStartNs: number): TruthAccess {
  const startNs = line.time("startNs", phaseStartNs);
  const order = line.oneOf("order", ["sequential", "random"]);
  return {
    region: line.text("region"),
    ...line.range(),
    startNs,
    endNs: line.time("endNs", startNs),
    mode: line.oneOf("mode", ["ro", "wo", "rw"]),
    order,
    strideBytes: order === "random" ? undefined : line.count("strideBytes") || line.fail(`needs "strideBytes" above 0`),
    probability: line.count("probability"),
    accesses: line.count("accesses"),
  };
}

function* linesOf(text: string, source: string): Iterable<Line> {
  const lines = text.split("\n");
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    let fields: unknown;
    try {
      fields = JSON.parse(line);
    } catch {
      if (i === lines.length - 1) return;
    }
    if (typeof fields !== "object" || fields === null) {
      throw new SyntaxError(`${source}: line ${i + 1} is no JSON object: ${line.slice(0, 80)}`);
    }
    yield new Line(i + 1, fields as Record<string, unknown>, source);
  }
}
