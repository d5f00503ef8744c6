import { command, said } from "../../damon/mod.ts";
import {
  capabilitiesOf,
  exists,
  type FeatureRow,
  type KernelTypes,
  namesIn,
  readHost,
  readOptional,
  type Roots,
  rowOf,
  type SaidRow,
  sysfsOf,
} from "../machine/mod.ts";

/** Build options by name, where they can be read. */
export type KernelConfig = ReadonlyMap<string, string> | undefined;

/** What reading needs, and what lets it do so with less harm or of more processes. */
const NAMES = ["CAP_SYS_ADMIN", "CAP_PERFMON", "CAP_BPF", "CAP_SYS_PTRACE", "CAP_SYS_NICE"] as const;

/** Kernel, user, and what the other answers are read from. */
export function machineRows(roots: Roots, config: KernelConfig, types: KernelTypes | undefined): SaidRow[] {
  const { kernelRelease, machine, pageBytes } = readHost(roots);
  const has = capabilitiesOf(roots) ?? new Set();
  const lacking = NAMES.filter((name) => !has.has(name));
  // What CAP_SYS_ADMIN is good for here the two others are, too.
  const needed = lacking.filter((name) => name !== "CAP_SYS_ADMIN");
  const isRoot = Deno.uid() === 0;
  return [
    rowOf("kernel", "yes", `Linux ${kernelRelease}, ${machine}, ${pageBytes / 1024} KiB pages`),
    isRoot
      ? rowOf("root", "yes", "user 0: may drive DAMON")
      : rowOf("root", "no", `user ${Deno.uid()}: only root may drive DAMON`, "sudo damo ..."),
    lacking.length === 0 ? rowOf("capabilities", "yes", [...NAMES].sort().join(", ")) : rowOf(
      "capabilities",
      has.has("CAP_BPF") && has.has("CAP_PERFMON") ? "yes" : "no",
      `this process lacks ${lacking.join(", ")}`,
      `run as root, or with ${needed.join(", ")} (which a container may be given)`,
    ),
    types ? rowOf("kernel types (BTF)", "yes", "there: BPF programs can fit this kernel") : rowOf(
      "kernel types (BTF)",
      "no",
      "this kernel has none: neither DAMON's events nor page tables can be read",
      "boot a kernel with CONFIG_DEBUG_INFO_BTF=y",
    ),
    config
      ? rowOf("build options", "yes", "readable")
      : rowOf("build options", "unknown", "neither config.gz of proc nor /boot/config-RELEASE is there; not needed"),
    ...warningRows(roots, kernelRelease),
  ];
}

/**
 * Linux 7.1 and 7.2 check themselves where a region's access rate is set back, and warn, once in a boot, when intervals
 * were changed before: whoever changed them, whatever else was written with it.
 */
function warningRows(roots: Roots, release: string): SaidRow[] {
  if (!/^7\.[12]\D/.test(release) || readOptional(`${roots.proc}/sys/kernel/panic_on_warn`) !== "1") return [];
  return [rowOf(
    "changing intervals",
    "no",
    "this kernel warns when DAMON's intervals change while it is on, and is set to panic on a warning",
    said`start it again instead of ${command("tune")}; or: sysctl kernel.panic_on_warn=0`,
  )];
}

/** What schemes need of the machine. */
export function memoryRows(roots: Roots, config: KernelConfig): FeatureRow[] {
  return [swapRow(roots, config), hugepageRow(roots), nodeRow(roots), memcgRow(roots, config), pressureRow(roots)];
}

function swapRow(roots: Roots, config: KernelConfig): FeatureRow {
  const feature = "swap, for pageout";
  const text = readOptional(`${roots.proc}/swaps`);
  if (text === undefined) {
    return rowOf(
      feature,
      "no",
      "this kernel has no swap: only pages of files can be paged out",
      "boot a kernel with CONFIG_SWAP=y",
    );
  }
  const areas = text.split("\n").slice(1).map((line) => line.split(/\s+/)).filter(([name]) => name);
  if (areas.length > 0) {
    return rowOf(feature, "yes", areas.map(([name, , kib]) => `${name} (${Math.round(+kib / 1024)} MiB)`).join(", "));
  }
  const zram = exists(`${sysfsOf(roots)}/block/zram0`);
  const canLoad = zram || (config?.has("CONFIG_ZRAM") ?? true);
  const steps = `${zram ? "" : "modprobe zram; "}dev=$(zramctl -f -s 1G) && mkswap $dev && swapon $dev`;
  return rowOf(
    feature,
    "no",
    "none is on: only pages of files can be paged out",
    canLoad ? `in compressed memory: ${steps}` : "swapon a file or partition, or boot a kernel with CONFIG_ZRAM=m",
  );
}

function hugepageRow(roots: Roots): FeatureRow {
  const feature = "huge pages, for hugepage";
  const text = readOptional(`${sysfsOf(roots)}/kernel/mm/transparent_hugepage/enabled`);
  const mode = /\[(\w+)\]/.exec(text ?? "")?.[1];
  if (mode === undefined) {
    return rowOf(feature, "no", "this kernel cannot make them", "boot a kernel with CONFIG_TRANSPARENT_HUGEPAGE=y");
  }
  const file = `${sysfsOf(roots)}/kernel/mm/transparent_hugepage/enabled`;
  return mode === "never"
    ? rowOf(feature, "no", "set to never", `echo madvise > ${file}`)
    : rowOf(feature, "yes", `set to ${mode}`);
}

function nodeRow(roots: Roots): FeatureRow {
  const nodes = namesIn(`${sysfsOf(roots)}/devices/system/node`).filter((name) => /^node\d+$/.test(name));
  const feature = "NUMA nodes, for migrate_*";
  if (nodes.length > 1) return rowOf(feature, "yes", `${nodes.length} nodes`);
  return rowOf(feature, "no", "one node: there is nowhere to migrate to");
}

function memcgRow(roots: Roots, config: KernelConfig): FeatureRow {
  const feature = "memory cgroups, for filters";
  const controllers = readOptional(`${sysfsOf(roots)}/fs/cgroup/cgroup.controllers`);
  const hasV1 = exists(`${sysfsOf(roots)}/fs/cgroup/memory`);
  if (hasV1 || controllers?.split(" ").includes("memory")) return rowOf(feature, "yes", "mounted");
  if (config && !config.has("CONFIG_MEMCG")) {
    return rowOf(feature, "no", "not built into this kernel", "boot a kernel with CONFIG_MEMCG=y");
  }
  const mount = `mount -t cgroup2 none ${sysfsOf(roots)}/fs/cgroup`;
  return rowOf(feature, "no", "not mounted, or without the memory controller", mount);
}

function pressureRow(roots: Roots): FeatureRow {
  const feature = "memory pressure, for goals";
  if (readOptional(`${roots.proc}/pressure/memory`) !== undefined) return rowOf(feature, "yes", "measured (PSI)");
  return rowOf(feature, "no", "the kernel does not measure it", "boot a kernel with CONFIG_PSI=y, and psi=1");
}
