import { failed, option, said } from "../../damon/mod.ts";
import type { AddressRange } from "../../damon/mod.ts";
import { namesIn } from "./files.ts";
import { readOptional, type Roots } from "./roots.ts";

/** Smaller pieces, between what the firmware keeps for itself, are not worth a region each. */
const LEAST_BYTES = 1 << 20;

/**
 * The machine's memory by physical address, bytes: every range of `System RAM` of at least 1 MiB, ascending.
 *
 * @throws {RangeError} where `/proc/iomem` does not tell: it tells root only.
 */
export function systemRamRanges(roots: Roots): AddressRange[] {
  const text = readOptional(`${roots.proc}/iomem`) ?? "";
  const ranges = [...text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) : System RAM$/gm)]
    .map(([, start, end]) => ({ start: Number(`0x${start}`), end: Number(`0x${end}`) + 1 }))
    .filter(({ start, end }) => end - start >= LEAST_BYTES);
  if (ranges.length > 0) return ranges;
  throw failed(RangeError, {
    what: "/proc/iomem tells only root where the machine's memory is",
    help: said`run as root, or name the ranges: ${option("regions", "4G-8G")}`,
  });
}

/** A range of physical addresses, and what the kernel says is there. */
export interface PhysicalRange extends AddressRange {
  /** As in `/proc/iomem`: `System RAM`, `Reserved`, a bus. */
  name: string;
  /** Of memory: the NUMA nodes that some of it belongs to; absent where the kernel does not say. */
  nodes?: number[];
}

/**
 * Everything that has physical addresses, ascending: what `/proc/iomem` has at its top.
 *
 * @throws {RangeError} where it does not tell: it tells root only.
 */
export function physicalRanges(roots: Roots): PhysicalRange[] {
  const text = readOptional(`${roots.proc}/iomem`) ?? "";
  const ranges = [...text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) : (.*)$/gm)]
    .map(([, start, end, name]) => ({ start: Number(`0x${start}`), end: Number(`0x${end}`) + 1, name }));
  if (!ranges.some(({ start, end }) => end > start + 1)) {
    throw failed(RangeError, {
      what: "/proc/iomem tells only root where the machine's memory is",
      help: "run as root",
    });
  }
  const system = `${roots.modules.replace(/\/module$/, "")}/devices/system/node`;
  const nids = namesIn(system).flatMap((name) => /^node(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const nodes = nids.toSorted((a, b) => a - b).flatMap((nid) => {
    try {
      return [{ nid, ranges: nodeRanges(roots, [nid]) }];
    } catch {
      return [];
    }
  });
  return ranges.map((range) => {
    if (range.name !== "System RAM" || nodes.length === 0) return range;
    const isHere = (at: AddressRange) => at.start < range.end && range.start < at.end;
    return { ...range, nodes: nodes.flatMap(({ nid, ranges }) => ranges.some(isHere) ? [nid] : []) };
  });
}

/**
 * The memory of NUMA nodes by physical address, bytes, ascending and joined where they touch.
 *
 * @throws {RangeError} where there is no such node, or the kernel does not tell.
 */
export function nodeRanges(roots: Roots, nids: readonly number[]): AddressRange[] {
  const system = `${roots.modules.replace(/\/module$/, "")}/devices/system`;
  const blockBytes = Number(`0x${readOptional(`${system}/memory/block_size_bytes`) ?? "0"}`);
  const blocks = nids.flatMap((nid) => {
    const found = namesIn(`${system}/node/node${nid}`).flatMap((name) => /^memory(\d+)$/.exec(name)?.[1] ?? []);
    if (found.length > 0 && blockBytes > 0) return found.map(Number);
    const nodes = namesIn(`${system}/node`).filter((name) => /^node\d+$/.test(name));
    throw failed(RangeError, {
      what: `Cannot tell where the memory of node ${nid} is`,
      why: nodes.includes(`node${nid}`) ? "this kernel does not say" : `there are ${nodes.join(", ") || "no nodes"}`,
      help: said`name the ranges: ${option("regions", "4G-8G")}`,
    });
  });
  const ranges: AddressRange[] = [];
  for (const block of blocks.toSorted((a, b) => a - b)) {
    const start = block * blockBytes;
    const last = ranges.at(-1);
    if (last && last.end === start) last.end = start + blockBytes;
    else ranges.push({ start, end: start + blockBytes });
  }
  return ranges;
}
