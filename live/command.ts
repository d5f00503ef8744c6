import { isEnding, type Roots } from "../kernel/machine/mod.ts";

/** What a command has to end in order, ms; then it is killed. */
const PATIENCE_MS = 2000;

/** A command that the recorder runs itself; disposing ends it. */
export interface RecordedCommand extends AsyncDisposable {
  readonly pid: number;
  /** Settles when it has ended by itself, or was ended. */
  readonly exited: Promise<unknown>;
  /** Ends it where it still runs: SIGTERM, and after 2 s SIGKILL. Its exit code, 128 + signal where one ended it. */
  end(): Promise<number>;
  /** As {@linkcode end}, but waits no longer than this; `undefined` where it has not ended by then. */
  endWithin(ms: number): Promise<number | undefined>;
  /** Kills it, where it still runs. */
  kill(): void;
  /** Its exit code where it has ended by itself; `undefined` while it runs, and where {@linkcode end} ended it. */
  readonly ownExitCode: number | undefined;
}

/**
 * Starts a command with this terminal.
 *
 * @param stdoutTaken The record goes to standard output: what the command prints goes to standard error instead.
 * @throws {RangeError} where it cannot be run.
 */
export function startCommand(roots: Roots, argv: readonly string[], stdoutTaken: boolean): RecordedCommand {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(argv[0], {
      args: argv.slice(1),
      stdin: "inherit",
      stdout: stdoutTaken ? "piped" : "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such program" : (error as Error).message;
    throw new RangeError(`Cannot run ${argv[0] || '""'}: ${reason}`);
  }
  if (stdoutTaken) child.stdout.pipeTo(Deno.stderr.writable, { preventClose: true }).catch(() => {});
  let code: number | undefined;
  let ownExitCode: number | undefined;
  const sent = new Set<Deno.Signal>();
  const exited = child.status.then((status) => {
    code = status.code;
    if (!sent.has(status.signal!)) ownExitCode = code;
  });
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
      sent.add(signal);
    } catch { /* it ended in this moment */ }
  };
  let ending: Promise<number> | undefined;
  const endNow = async () => {
    // One that ends already would seem to have been ended by the signal.
    if (code === undefined && !isEnding(roots, child.pid)) kill("SIGTERM");
    const patience = setTimeout(() => kill("SIGKILL"), PATIENCE_MS);
    await exited;
    clearTimeout(patience);
    return code!;
  };
  const end = () => ending ??= endNow();
  return {
    pid: child.pid,
    exited,
    end,
    async endWithin(ms) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), ms));
      const ended = await Promise.race([end(), late]);
      clearTimeout(timer);
      return ended;
    },
    kill: () => code === undefined && kill("SIGKILL"),
    get ownExitCode() {
      return ownExitCode;
    },
    [Symbol.asyncDispose]: async () => void await end(),
  };
}
