import { KernelError, UnsupportedError } from "../../damon/mod.ts";
import type { InterfaceName } from "./choose_interface.ts";
import { exists, namesIn, readOptional, type Roots, sysfsOf } from "../machine/mod.ts";

/** A file system of the kernel's in which DAMON shows something. */
export interface KernelMount {
  type: "sysfs" | "debugfs" | "tracefs";
  /** Where it belongs. */
  place: string;
}

/** The command that mounts it. */
export function mountCommand({ type, place }: KernelMount): string {
  return `mount -t ${type} ${type} ${place}`;
}

/** Where sysfs is not mounted: nothing tells then what this kernel has, and no other kernel would help. */
export function missingSysfs(roots: Roots): UnsupportedError | undefined {
  const place = sysfsOf(roots);
  if (namesIn(place).length > 0) return undefined;
  return new UnsupportedError({
    what: "Cannot see what this kernel has",
    why: `${place} is not mounted`,
    help: `mount it with: ${mountCommand({ type: "sysfs", place })}`,
  }, "sysfs");
}

/**
 * Checks that the kernel's trees are those of this machine and of this process, before anything is concluded from them.
 *
 * @throws {UnsupportedError} where sysfs is not mounted, or proc is that of another pid namespace.
 */
export function requireKernelTrees(roots: Roots): void {
  const missing = missingSysfs(roots);
  if (missing) throw missing;
  const self = selfIn(roots);
  if (self === undefined || self === Deno.pid) return;
  throw new UnsupportedError(
    {
      what: `${roots.proc} shows the processes of another pid namespace`,
      why: `this is process ${Deno.pid}, and ${self} there`,
      help: "mount this namespace's own in a mount namespace (man 1 unshare), or run damo outside",
    },
    "pid namespace",
  );
}

function selfIn(roots: Roots): number | undefined {
  try {
    return Number(Deno.readLinkSync(`${roots.proc}/self`));
  } catch {
    // Trees of tests have none.
    return undefined;
  }
}

/**
 * What must be mounted before the interface can be looked for; `undefined` where it is there, or everything is mounted.
 * With `auto` that is debugfs only where the kernel has no DAMON in sysfs.
 */
export function missingMount(roots: Roots, name: InterfaceName): KernelMount | undefined {
  const isThere = exists(roots.damon) || (name === "auto" && exists(roots.debugfs));
  if (name !== "debugfs" && isThere) return undefined;
  if (name === "debugfs" && exists(roots.debugfs)) return undefined;
  const sysfs: KernelMount = { type: "sysfs", place: roots.damon.replace(/\/kernel\/mm\/damon$/, "") };
  // debugfs' place is in sysfs.
  if (!isMounted(roots, sysfs)) return sysfs;
  const debugfs: KernelMount = { type: "debugfs", place: roots.debugfs.replace(/\/damon$/, "") };
  return name === "sysfs" || isMounted(roots, debugfs) ? undefined : debugfs;
}

function isMounted(roots: Roots, { type, place }: KernelMount): boolean {
  const mounts = (readOptional(`${roots.proc}/mounts`) ?? "").split("\n").map((line) => line.split(" "));
  return mounts.some(([, at, of]) => at === place && of === type);
}

/**
 * Mounts what {@linkcode missingMount} finds, one after the other. It stays mounted.
 *
 * @param run Does one of them; tests give another.
 * @returns What was mounted.
 * @throws {KernelError} where it may not be, or the kernel has no such file system.
 */
export async function mountMissing(roots: Roots, name: InterfaceName, run = mount): Promise<KernelMount[]> {
  const done: KernelMount[] = [];
  for (let next = missingMount(roots, name); next; next = missingMount(roots, name)) {
    if (next.type === done.at(-1)?.type) break;
    await run(next);
    done.push(next);
  }
  return done;
}

/**
 * Mounts it.
 *
 * @throws {KernelError} where it may not be, or the kernel has no such file system.
 */
export async function mount(what: KernelMount): Promise<void> {
  const [command, ...args] = mountCommand(what).split(" ");
  const { success, stderr } = await new Deno.Command(command, { args, stdin: "null", stdout: "null" }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim().split("\n")[0].replace(/^mount: (\S+: )?/, "").replace(
    /\.$/,
    "",
  );
  throw new KernelError(`mount ${what.type}`, Deno.uid() === 0 ? 0 : 1, what.place, said || "run as root");
}
