/** Where the kernel's trees are. Tests give temporary ones; nothing else needs a live DAMON. */
export interface Roots {
  /** DAMON's sysfs directory. */
  damon: string;
  /** DAMON's older directory. */
  debugfs: string;
  /** Kernel modules' parameters. */
  modules: string;
  proc: string;
  /** Where this program keeps what it started; gone after a reboot, as DAMON's state is. */
  run: string;
}

/** The running kernel's own. `DAMO_ROOT` puts another folder before all of them, for tests of whole commands. */
export function defaultRoots(): Roots {
  const prefix = Deno.env.get("DAMO_ROOT") ?? "";
  return {
    damon: `${prefix}/sys/kernel/mm/damon`,
    debugfs: `${prefix}/sys/kernel/debug/damon`,
    modules: `${prefix}/sys/module`,
    proc: `${prefix}/proc`,
    run: `${prefix}/run/damo`,
  };
}

/** The text of a small kernel file without its newline; `undefined` where it is not there or cannot be read. */
export function readOptional(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}
