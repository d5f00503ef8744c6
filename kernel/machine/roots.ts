import { decodeName, UnsupportedError } from "../../damon/mod.ts";

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
  /** Told what is waited for, where that takes longer than a second. */
  say?: (line: string) => void;
  /** Reads one of DAMON's files; tests give one that answers as a busy kernel does. */
  readText?: (path: string) => string;
}

/** The running kernel's own. `DAMO_ROOT` puts another folder before all of them, for tests of whole commands. */
export function defaultRoots(): Roots {
  // A program that does not let us look at its environment has nothing to say there.
  const { state } = Deno.permissions.querySync({ name: "env", variable: "DAMO_ROOT" });
  const prefix = state === "granted" ? Deno.env.get("DAMO_ROOT") ?? "" : "";
  return {
    damon: `${prefix}/sys/kernel/mm/damon`,
    debugfs: `${prefix}/sys/kernel/debug/damon`,
    modules: `${prefix}/sys/module`,
    proc: `${prefix}/proc`,
    run: `${prefix}/run/damo`,
  };
}

/**
 * Checks that this program may look at the kernel's files at all.
 *
 * @throws {UnsupportedError} where Deno does not let it.
 */
export function requireKernelFiles(roots: Roots): void {
  try {
    Deno.statSync(`${roots.proc}/uptime`);
    Deno.readTextFileSync(`${roots.proc}/uptime`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) return;
    throw new UnsupportedError(
      {
        what: "Deno opens the kernel's files only to programs with all permissions",
        help: "run it with all of them: deno run -A",
      },
      "all permissions",
    );
  }
}

/** The text of a small kernel file without its newline; `undefined` where it is not there or cannot be read. */
export function readOptional(path: string): string | undefined {
  try {
    return decodeName(Deno.readFileSync(path)).trim();
  } catch {
    return undefined;
  }
}
