import { KernelError, type Operations, option, type Said, said, UnsupportedError } from "../../damon/mod.ts";
import {
  commOf,
  isAlive,
  isKernelThread,
  LAB,
  loadableModules,
  processDirOf,
  readKernelConfig,
  readOptional,
  type Roots,
} from "../machine/mod.ts";
import { type KernelMount, missingMount, mountCommand } from "./mounts.ts";
import { kdamondsDir, readKdamonds } from "./sysfs.ts";

/**
 * Checks, without writing anything, that DAMON can be driven here for these operations.
 *
 * @throws {UnsupportedError} naming what is missing and what would bring it.
 */
export async function requireDamon(roots: Roots, operations: Operations): Promise<void> {
  if (!exists(roots.damon)) throw await withoutSysfs(roots);
  const missing = await missingOperations(roots, operations);
  if (missing) {
    throw new UnsupportedError(
      {
        what: `DAMON cannot watch ${operations === "paddr" ? "physical memory" : "a process"} here`,
        why: `this kernel (${Deno.osRelease()}) is built without ${missing}=y`,
        help: said`boot one that has it, or ${LAB}`,
      },
      operations,
      missing,
    );
  }
  if (Deno.uid() !== 0) throw onlyRoot(kdamondsDir(roots));
}

/**
 * Checks, without writing anything, that DAMON can be driven by debugfs.
 *
 * @throws {UnsupportedError} naming what is missing and what would bring it.
 */
export async function requireDebugfs(roots: Roots): Promise<void> {
  if (!exists(roots.debugfs)) {
    const missing = missingMount(roots, "debugfs");
    // Where it is mounted only root may see what is in it.
    if (!missing && Deno.uid() !== 0) throw onlyRoot(roots.debugfs);
    const isUnmounted = missing && await mayHaveDebugfs(roots);
    throw new UnsupportedError(
      {
        what: "DAMON has no debugfs interface here",
        why: isUnmounted ? `${missing.type} is not mounted` : `there is no ${roots.debugfs}`,
        help: isUnmounted
          ? mountHint(missing)
          : said`boot Linux 5.15 to 6.13 built with CONFIG_DAMON_DBGFS=y (6.9 and ${"newer: CONFIG_DAMON_DBGFS_DEPRECATED=y"}), or ${LAB}`,
      },
      "debugfs",
      "CONFIG_DAMON_DBGFS",
    );
  }
  if (Deno.uid() !== 0) throw onlyRoot(roots.debugfs);
}

async function withoutSysfs(roots: Roots): Promise<Error> {
  const missing = missingMount(roots, "auto");
  if (missing?.type === "sysfs") {
    return new UnsupportedError(
      { what: "DAMON was not found", why: `${missing.place} is not mounted`, help: mountHint(missing) },
      "sysfs",
    );
  }
  const [module] = loadableModules(roots);
  if (module !== undefined) {
    return new UnsupportedError(
      {
        what: "DAMON was not found",
        why: `its module ${module} is not loaded`,
        help: `load it with: modprobe ${module}`,
      },
      "damon",
    );
  }
  // Linux 5.15 to 5.17 have nothing else.
  if (missing && await mayHaveDebugfs(roots)) {
    return new UnsupportedError(
      {
        what: "DAMON was not found",
        why: `there is no ${roots.damon}, and debugfs, for its older interface, is not mounted`,
        help: mountHint(missing),
      },
      "damon",
    );
  }
  const isHidden = Deno.uid() !== 0 && !missing && !exists(roots.debugfs);
  if (isHidden && await mayHaveDebugfs(roots)) return onlyRoot(roots.debugfs);
  const config = await readKernelConfig(roots);
  const lacking = config && ["CONFIG_DAMON", "CONFIG_DAMON_SYSFS"].find((option) => !config.has(option));
  return new UnsupportedError(
    {
      what: "DAMON was not found",
      why: `this kernel (${Deno.osRelease()}) has no ${roots.damon}`,
      help: said`boot Linux 5.18 or newer, built with ${lacking ?? "CONFIG_DAMON_SYSFS"}=y, or ${LAB}`,
    },
    "damon",
    lacking ?? "5.18",
  );
}

function onlyRoot(path: string): KernelError {
  return new KernelError("drive DAMON", 13, path, "run as root, as with sudo");
}

/** Whether the kernel was built with the older interface, as far as anything tells. */
async function mayHaveDebugfs(roots: Roots): Promise<boolean> {
  const config = await readKernelConfig(roots);
  if (config) return ["CONFIG_DAMON_DBGFS", "CONFIG_DAMON_DBGFS_DEPRECATED"].some((option) => config.has(option));
  const [major, minor] = Deno.osRelease().split(/[.-]/).map(Number);
  return major === 5 && minor >= 15 || major === 6 && minor <= 13;
}

function mountHint(missing: KernelMount): Said {
  return said`mount it with: ${mountCommand(missing)}, or let damo do it: ${option("mount")}`;
}

/** The build option that the operations lack; `undefined` where they are there, or nothing tells. */
async function missingOperations(roots: Roots, operations: Operations): Promise<string | undefined> {
  const option = operations === "paddr" ? "CONFIG_DAMON_PADDR" : "CONFIG_DAMON_VADDR";
  // What a context that somebody staged says is the kernel's own word; reading it disturbs nobody.
  for (const { index, contexts } of await readKdamonds(roots)) {
    if (contexts.length === 0) continue;
    const available = readOptional(`${kdamondsDir(roots)}/${index}/contexts/0/avail_operations`);
    if (available !== undefined) return available.split(/\s+/).includes(operations) ? undefined : option;
  }
  const config = await readKernelConfig(roots);
  return config === undefined || config.has(option) ? undefined : option;
}

/**
 * Checks that there is a process with this pid that has memory of its own.
 *
 * @throws {RangeError} where there is none, or it is a kernel thread.
 */
export function requireProcess(roots: Roots, pid: number): void {
  if (!isAlive(roots, pid)) {
    const why = commOf(roots, pid) === undefined ? "there is no such process" : "it has ended, as a zombie";
    throw new RangeError(`Cannot watch process ${pid}: ${why}`);
  }
  if (!hasMemory(roots, pid)) {
    const what = isKernelThread(roots, pid) ? "it is a kernel thread" : "it is ending";
    throw new RangeError(`Cannot watch process ${pid}: ${what}, without memory of its own`);
  }
}

/** Whether the process has memory of its own: a kernel thread has none, and one that ends none any more. */
export function hasMemory(roots: Roots, pid: number): boolean {
  return isAlive(roots, pid) && !isEmpty(`${processDirOf(roots, pid)}/maps`);
}

/** Whether there is a file with nothing in it: of a process with many mappings all of it takes a tenth of a second. */
function isEmpty(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    return file.readSync(new Uint8Array(1)) === null;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
