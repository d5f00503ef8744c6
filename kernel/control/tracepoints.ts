import { KernelError, UnsupportedError } from "../../damon/model/mod.ts";
import { parseTracepoint, type Tracepoint } from "../../damon/events/mod.ts";
import { exists, type Roots, sysfsOf } from "../machine/mod.ts";

/** Where the kernel shows its tracepoints: tracefs's own place, and the one it had before. */
function tracefsPlaces(roots: Roots): string[] {
  return [`${sysfsOf(roots)}/kernel/tracing`, `${sysfsOf(roots)}/kernel/debug/tracing`];
}

/**
 * Every tracepoint of DAMON's that the running kernel has, by name. It only reads.
 *
 * @throws {UnsupportedError} where tracefs is not mounted, or this kernel has no DAMON; with what helps.
 * @throws {KernelError} where it may not be read.
 */
export function readTracepoints(roots: Roots): Tracepoint[] {
  const [place] = tracefsPlaces(roots);
  const tracefs = tracefsPlaces(roots).find((each) => exists(`${each}/events`));
  if (tracefs === undefined) {
    if (Deno.uid() !== 0) throw new KernelError("read DAMON's tracepoints", 13, place, "run it as root");
    throw new UnsupportedError(
      `Cannot read DAMON's tracepoints as tracefs must be mounted: it is not; mount it, or let --mount do it: ` +
        `mount -t tracefs tracefs ${place}`,
      "tracefs",
    );
  }
  const folder = `${tracefs}/events/damon`;
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
  } catch {
    throw new UnsupportedError(
      `Cannot trace DAMON as the kernel must have its tracepoints: there is no ${folder}; boot Linux 5.15 or newer with ` +
        `CONFIG_DAMON=y, or try it in a virtual machine: damo lab`,
      "damon",
      "CONFIG_DAMON",
    );
  }
  return names.map((name) => parseTracepoint(Deno.readTextFileSync(`${folder}/${name}/format`)));
}

/** Mounts tracefs where it is not; it stays mounted. Whether it did. */
export async function mountTracefs(roots: Roots): Promise<string | undefined> {
  if (tracefsPlaces(roots).some((place) => exists(`${place}/events`))) return undefined;
  const { mount } = await import("./mounts.ts");
  const [place] = tracefsPlaces(roots);
  await mount({ type: "tracefs", place });
  return place;
}
