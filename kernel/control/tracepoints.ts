import { command, KernelError, option, said, UnsupportedError } from "../../damon/model/mod.ts";
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
      {
        what: "Cannot read DAMON's tracepoints",
        why: "tracefs is not mounted",
        help: said`mount it with: mount -t tracefs tracefs ${place}, or let damo do it: ${option("mount")}`,
      },
      "tracefs",
    );
  }
  const folder = `${tracefs}/events/damon`;
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
  } catch {
    throw new UnsupportedError(
      {
        what: "This kernel has no tracepoints of DAMON",
        why: `there is no ${folder}`,
        help: said`boot Linux 5.15 or newer with CONFIG_DAMON=y, or try it in a virtual machine: ${command("lab")}`,
      },
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
