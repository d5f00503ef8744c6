import { type Context, type Kdamond, type Mapping, parseMaps, type SchemeFacts } from "../../damon/mod.ts";
import {
  exists,
  freeMemoryPermil,
  memcgMount,
  memcgsOf,
  namesIn,
  readOptional,
  type Roots,
  sysfsOf,
  systemRamRanges,
} from "../machine/mod.ts";

/** What schemes must know of this machine: swap, huge pages, nodes, memory cgroups, pressure, and free memory. */
export function schemeFactsOf(roots: Roots, kdamonds: readonly Kdamond[]): SchemeFacts {
  const meminfo = readOptional(`${roots.proc}/meminfo`) ?? "";
  const bytes = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(meminfo)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  };
  const isMounted = readOptional(`${roots.proc}/self/stat`) !== undefined;
  const facts: { [K in keyof SchemeFacts]: SchemeFacts[K] | undefined } = {
    swapBytes: bytes("SwapTotal"),
    swapFreeBytes: bytes("SwapFree"),
    hugepages: hugepagesOf(roots),
    nodes: nodesOf(roots),
    memcgs: memcgFacts(roots, kdamonds),
    hasPressure: isMounted ? readOptional(`${roots.proc}/pressure/memory`) !== undefined : undefined,
    freePermil: freeMemoryPermil(roots),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** All that a context watches, bytes, as DAMON counts it: with vaddr, the gaps between mappings but the two largest. */
export function monitoredBytesOf(roots: Roots, { operations, targets }: Context): number | undefined {
  const regions = targets.flatMap((target) => target.regions);
  if (operations !== "vaddr" && regions.length > 0) return sumOf(regions);
  if (operations === "paddr") {
    try {
      return sumOf(systemRamRanges(roots));
    } catch {
      return undefined; // It is told to root only.
    }
  }
  const each = targets.map(({ pid }) => {
    const text = pid === undefined ? undefined : readOptional(`${roots.proc}/${pid}/maps`);
    return text ? spannedBytes(parseMaps(text, () => {})) : undefined;
  });
  return each.reduce((sum, bytes) => sum === undefined || bytes === undefined ? undefined : sum + bytes, 0);
}

function spannedBytes(all: readonly Mapping[]): number {
  // That page is the kernel's own, in no list of the process.
  const mappings = all.filter(({ path }) => path !== "[vsyscall]");
  if (mappings.length === 0) return 0;
  const gaps = mappings.slice(1).map(({ start }, i) => start - mappings[i].end).sort((a, b) => b - a);
  return mappings.at(-1)!.end - mappings[0].start - (gaps[0] ?? 0) - (gaps[1] ?? 0);
}

const sumOf = (ranges: readonly { start: number; end: number }[]) =>
  ranges.reduce((sum, { start, end }) => sum + end - start, 0);

function hugepagesOf(roots: Roots): SchemeFacts["hugepages"] | undefined {
  const mm = `${sysfsOf(roots)}/kernel/mm`;
  const text = readOptional(`${mm}/transparent_hugepage/enabled`);
  if (text === undefined) return exists(mm) ? "none" : undefined;
  return /\[(always|madvise|never)\]/.exec(text)?.[1] as SchemeFacts["hugepages"];
}

function nodesOf(roots: Roots): readonly number[] | undefined {
  const folder = `${sysfsOf(roots)}/devices/system/node`;
  const text = readOptional(`${folder}/has_memory`);
  if (text) {
    return text.split(",").flatMap((range) => {
      const [first, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
  }
  const nodes = namesIn(folder).flatMap((name) => /^node(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return nodes.length > 0 ? nodes.sort((a, b) => a - b) : undefined;
}

function memcgFacts(roots: Roots, kdamonds: readonly Kdamond[]): Readonly<Record<string, boolean>> | undefined {
  const mount = memcgMount(roots);
  const paths = memcgsOf(kdamonds);
  if (mount === undefined || paths.length === 0) return undefined;
  return Object.fromEntries(paths.map((path) => [path, exists(`${mount}/${path.replace(/^\/+/, "")}`)]));
}
