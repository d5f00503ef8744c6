/** What a process accesses, by the kernel's own count, and what the tools that watch it cost. */

/** What was referenced in a window, bytes. */
export interface Truth {
  windowMs: number;
  referencedBytes: number;
  residentBytes: number;
}

/** Clears the accessed bits of a process, waits, and adds up what of it is referenced. Whoever else watches it sees less. */
export async function measureTruth(pid: number, windowMs = 1000): Promise<Truth> {
  const beginMs = performance.now();
  // 4 makes the processors forget their translations, so that they set the bits anew.
  for (const word of ["1", "4"]) Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, word, { create: false });
  await new Promise((done) => setTimeout(done, windowMs));
  const measuredMs = performance.now() - beginMs;
  const smaps = Deno.readTextFileSync(`/proc/${pid}/smaps`);
  const sum = (name: string) =>
    [...smaps.matchAll(new RegExp(`^${name}:\\s+(\\d+) kB`, "gm"))].reduce(
      (sum, [, kib]) => sum + Number(kib) * 1024,
      0,
    );
  return { windowMs: measuredMs, referencedBytes: sum("Referenced"), residentBytes: sum("Rss") };
}

/** CPU time that a process or a thread has taken so far, s, in steps of 10 ms. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
