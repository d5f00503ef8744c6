import { markedBytesOf } from "./page_flags.ts";

/** What was in memory of one mapping, and accessed since the last clearing, bytes. */
export interface TrueMapping {
  start: number;
  end: number;
  name: string;
  residentBytes: number;
  swapBytes: number;
  referencedBytes: number;
  /** Of {@linkcode referencedBytes}, pages of files that others may have accessed, and not this process. */
  uncertainBytes: number;
}

/** What a process accessed in a window of time by the kernel's own count, which no part of damo has a hand in. */
export interface TruthWindow {
  /** From clearing to the end of reading, s. */
  seconds: number;
  residentBytes: number;
  referencedBytes: number;
  /** Of these, pages of files that others may have accessed, and not this process: the truth lies in between. */
  uncertainBytes: number;
  mappings: TrueMapping[];
}

/** Mappings of a process as `/proc/PID/smaps` has them. */
export function parseSmaps(text: string): TrueMapping[] {
  const mappings: TrueMapping[] = [];
  for (const line of text.split("\n")) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \d+\s*(.*)$/.exec(line);
    if (head) {
      const [, start, end, name] = head;
      const none = { residentBytes: 0, swapBytes: 0, referencedBytes: 0, uncertainBytes: 0 };
      mappings.push({ start: parseInt(start, 16), end: parseInt(end, 16), name, ...none });
      continue;
    }
    const [, field, kib] = /^(Rss|Swap|Referenced):\s+(\d+) kB$/.exec(line) ?? [];
    const bytes = Number(kib) * 1024;
    if (field === "Rss") mappings.at(-1)!.residentBytes = bytes;
    else if (field === "Swap") mappings.at(-1)!.swapBytes = bytes;
    else if (field === "Referenced") mappings.at(-1)!.referencedBytes = bytes;
  }
  return mappings;
}

/**
 * Clears the accessed bits of a process, waits, and reads which pages have one again. `4` after `1` has the kernel flush
 * the processors' translations: without it a page in constant use may keep a translation and never get its bit back.
 *
 * @throws {Deno.errors.NotFound} once the process is gone.
 */
export async function truthOf(pid: number, seconds = 1): Promise<TruthWindow> {
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "1");
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "4");
  const begin = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1e3));
  const mappings = parseSmaps(Deno.readTextFileSync(`/proc/${pid}/smaps`));
  const elapsed = (performance.now() - begin) / 1e3;
  for (const mapping of mappings) {
    if (!mapping.name.startsWith("/") || mapping.referencedBytes === 0) continue;
    mapping.uncertainBytes = Math.min(mapping.referencedBytes, markedBytesOf(pid, mapping));
  }
  const sum = (field: "residentBytes" | "referencedBytes" | "uncertainBytes") =>
    mappings.reduce((all, one) => all + one[field], 0);
  return {
    seconds: elapsed,
    residentBytes: sum("residentBytes"),
    referencedBytes: sum("referencedBytes"),
    uncertainBytes: sum("uncertainBytes"),
    mappings,
  };
}

/**
 * Mappings that were accessed in every window, each with the least that was: what a record in between cannot have missed.
 * What others may have accessed is left out.
 */
export function steadyMappings(windows: readonly TruthWindow[]): TrueMapping[] {
  const [first, ...others] = windows;
  const maps = others.map(({ mappings }) => new Map(mappings.map((one) => [one.start, one])));
  return first.mappings.flatMap((mapping) => {
    const all = maps.map((map) => map.get(mapping.start)).filter((one) => one !== undefined);
    if (all.length < maps.length) return [];
    const least = Math.min(...[mapping, ...all].map((one) => one.referencedBytes - one.uncertainBytes));
    const referencedBytes = Math.max(0, least);
    return referencedBytes > 0 ? [{ ...mapping, referencedBytes }] : [];
  });
}
