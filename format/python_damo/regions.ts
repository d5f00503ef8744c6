import { AGE_UNKNOWN, Regions } from "../../damon/mod.ts";
import { endOfValue, type JsonWindow, parseExact, reasonOf, skipSpace } from "../bytes/mod.ts";
import { parsePythonDamoNumber } from "./value.ts";
import { RegionTemplate } from "./template.ts";

const [COMMA, CLOSE] = [0x2c, 0x5d];
const decoder = new TextDecoder();

/** One region as the Python damo writes it. */
interface PythonDamoRegion {
  start: unknown;
  end: unknown;
  nr_accesses: { samples?: unknown; percent?: unknown };
  age: { usec?: unknown; aggr_intervals?: unknown };
  sz_filter_passed?: unknown;
  probe_hits?: unknown;
}

/** A list of regions, and what else is said of them. */
export interface PythonDamoColumns {
  regions: Regions;
  passedBytes: Float64Array | undefined;
  probeHits: Uint32Array | undefined;
}

/** What a region's figures depend on besides itself. */
export interface PythonDamoIntervals {
  sampleUs: number;
  aggrUs: number;
}

function regionOf(text: string): PythonDamoRegion {
  let region: unknown;
  try {
    region = parseExact(text);
  } catch (error) {
    throw new SyntaxError(`a region: ${reasonOf(error)}`);
  }
  if (typeof region === "object" && region !== null) return region as PythonDamoRegion;
  throw new SyntaxError("a region must be an object");
}

/** Reads lists of regions straight into columns. */
export class PythonDamoRegions {
  start = new Float64Array(1024);
  end = new Float64Array(1024);
  nrAccesses = new Uint32Array(1024);
  age = new Uint32Array(1024);
  passed = new Float64Array(1024);
  /** Hits of probes, by region; those that have none are missing. */
  hits = new Map<number, number[]>();
  length = 0;
  /** What cannot be in the list that was read last. */
  flaw: string | undefined;
  /** Whether any region of the list says how much of it passed filters. */
  hasPassed = false;
  #template: RegionTemplate | undefined;
  /** Lists of regions that look different each time are not worth templates. */
  #misses = 0;

  /** Takes the list of regions that begins at the window's next byte. */
  async read(window: JsonWindow, intervals: PythonDamoIntervals): Promise<void> {
    this.length = 0;
    this.flaw = undefined;
    this.hasPassed = false;
    this.hits.clear();
    await window.expect("[");
    if (await window.peek() === CLOSE) {
      window.at++;
      return;
    }
    for (;;) {
      if (this.#take(window, intervals)) return;
      if (!await window.moreOfValue()) throw window.error("it is cut off");
    }
  }

  /** The columns of what was read last, copied; and what passed filters and probes hit, where it was said. */
  take(): PythonDamoColumns {
    const { length } = this;
    const regions = new Regions(
      this.start.slice(0, length),
      this.end.slice(0, length),
      this.nrAccesses.slice(0, length),
      this.age.slice(0, length),
    );
    const nrProbes = this.hits.get(0)?.length ?? 0;
    const hits = [...this.hits.values()].flat();
    return {
      regions,
      passedBytes: this.hasPassed ? this.passed.slice(0, length) : undefined,
      probeHits: nrProbes > 0 && hits.length === nrProbes * length ? Uint32Array.from(hits) : undefined,
    };
  }

  /** Takes as many regions as are here; whether the list is at its end. Leaves the window behind the last whole one. */
  #take(window: JsonWindow, intervals: PythonDamoIntervals): boolean {
    const { bytes, end } = window;
    let at = window.at;
    for (;;) {
      at = skipSpace(bytes, at, end);
      if (this.length === this.start.length) this.#grow();
      let to = this.#template?.match(bytes, at, end, this, this.length) ?? -1;
      if (to < 0) {
        to = endOfValue(bytes, at, end);
        if (to < 0) return false;
        const text = decoder.decode(bytes.subarray(at, to));
        this.#put(regionOf(text), intervals);
        if (this.#misses++ < 1000) this.#template = RegionTemplate.learn(text);
      }
      const next = skipSpace(bytes, to, end);
      // Without what follows it is not known whether this was the last: it is read once more.
      if (next === end) return false;
      this.length++;
      if (bytes[next] === CLOSE) {
        window.at = next + 1;
        return true;
      }
      if (bytes[next] !== COMMA) {
        window.at = next;
        throw window.error('"," or "]" must come after a region');
      }
      window.at = at = next + 1;
    }
  }

  #put(region: PythonDamoRegion, { sampleUs, aggrUs }: PythonDamoIntervals): void {
    const at = this.length;
    const [start, end] = [parsePythonDamoNumber(region.start), parsePythonDamoNumber(region.end)];
    if (start === undefined || end === undefined) throw new SyntaxError("a region must have a start and an end");
    this.start[at] = start;
    this.end[at] = end;
    const samples = parsePythonDamoNumber(region.nr_accesses?.samples);
    const percent = parsePythonDamoNumber(region.nr_accesses?.percent);
    this.nrAccesses[at] = this.#count(samples ?? (percent ?? 0) / 100 * (aggrUs / sampleUs), "nr_accesses");
    const [age, ns] = [parsePythonDamoNumber(region.age?.aggr_intervals), parsePythonDamoNumber(region.age?.usec)];
    // "usec" with a unit counts in ns; a bare number there is µs.
    const us = typeof region.age?.usec === "string" && /[a-z]/.test(region.age.usec) ? (ns ?? 0) / 1e3 : ns;
    this.age[at] = age === undefined && us === undefined ? AGE_UNKNOWN : this.#count(age ?? us! / aggrUs, "an age");
    const passed = parsePythonDamoNumber(region.sz_filter_passed);
    // Three decimals of a MiB are no whole bytes.
    this.passed[at] = Math.trunc(passed ?? 0);
    if (passed !== undefined && passed > 0) this.hasPassed = true;
    const hits = region.probe_hits;
    if (Array.isArray(hits) && hits.length > 0) {
      this.hits.set(
        at,
        hits.map((each) => this.#count(parsePythonDamoNumber(each) ?? 0, "probe_hits")),
      );
    }
  }

  /** As a column of 32 bits holds it: what does not fit is a flaw of the list. */
  #count(value: number, name: string): number {
    const count = Math.round(value);
    if (count >= 0 && count <= AGE_UNKNOWN) return count;
    this.flaw ??= `region ${this.length + 1}: ${name} is ${value}`;
    return 0;
  }

  #grow(): void {
    const grown = <T extends Float64Array | Uint32Array>(from: T): T => {
      const into = new (from.constructor as new (length: number) => T)(from.length * 2);
      into.set(from);
      return into;
    };
    [this.start, this.end, this.passed] = [grown(this.start), grown(this.end), grown(this.passed)];
    [this.nrAccesses, this.age] = [grown(this.nrAccesses), grown(this.age)];
  }
}
