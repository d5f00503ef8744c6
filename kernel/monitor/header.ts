import { RECORD_SCHEMA, type RecordedKdamond, type RecordHeader, type Source } from "../../damon/mod.ts";
import { processOf, readHost, type Roots } from "../machine/mod.ts";
import { pidsOf } from "./monitor.ts";

/** What a record's header cannot find out by itself. */
export interface HeaderInputs {
  tool: string;
  source: Source;
  kdamonds: RecordedKdamond[];
  /** CLOCK_BOOTTIME now, ns. */
  clockNs: number;
  /** The command line of the recorder. */
  recorder: string[];
}

/** The header of a record that begins now. A target that has ended meanwhile is named by its pid alone. */
export function headerOf(roots: Roots, { tool, source, kdamonds, clockNs, recorder }: HeaderInputs): RecordHeader {
  const pids = [...new Set(kdamonds.flatMap(pidsOf))];
  return {
    schema: RECORD_SCHEMA,
    tool,
    source,
    clock: { name: "boottime", originNs: clockNs, originWallMs: performance.timeOrigin + performance.now() },
    host: readHost(roots),
    kdamonds,
    processes: pids.map((pid) => processOf(roots, pid)),
    recorder,
  };
}
