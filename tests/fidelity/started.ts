/** What a program of the suite is when it runs. */
export interface Started extends AsyncDisposable {
  /** The process that is recorded. */
  readonly pid: number;
}

/** Ends what it holds, the last first: processes by their pid, and folders. */
export class Running implements Started {
  pid = 0;
  readonly #stack = new AsyncDisposableStack();

  /** Runs a program; with `ready`, until it says a line that has these words in it. */
  async start(
    argv: readonly string[],
    { ready, ...options }: Omit<Deno.CommandOptions, "args"> & { ready?: string } = {},
  ): Promise<Deno.ChildProcess> {
    const child = new Deno.Command(argv[0], {
      stdin: "null",
      stdout: ready === undefined ? "null" : "piped",
      stderr: "null",
      ...options,
      args: argv.slice(1),
    }).spawn();
    this.#stack.defer(async () => {
      try {
        child.kill("SIGKILL");
      } catch { /* It has ended. */ }
      await child.status;
    });
    if (ready !== undefined) await saidReady(child, ready, argv[0]);
    return child;
  }

  /** A folder, removed at the end. */
  folder(): string {
    const path = Deno.makeTempDirSync({ prefix: "damo-fidelity-" });
    this.#stack.defer(() => Deno.removeSync(path, { recursive: true }));
    return path;
  }

  /** Goes on with `load` until the end. */
  load(load: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const done = load(abort.signal).catch((error) => {
      if (!abort.signal.aborted) throw error;
    });
    this.#stack.defer(async () => {
      abort.abort();
      await done;
    });
  }

  /** Ends this with it. */
  use(disposable: Disposable): void {
    this.#stack.use(disposable);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Begins with `begin`, which says what pid is recorded; whatever of it runs is ended where it fails. */
export async function started(begin: (running: Running) => Promise<number>): Promise<Running> {
  const running = new Running();
  try {
    running.pid = await begin(running);
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

/** Waits for a line of its output; what comes after is thrown away, and never blocks it. */
async function saidReady(child: Deno.ChildProcess, ready: string, name: string): Promise<void> {
  const reader = child.stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let text = "";
  while (!text.includes(ready)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`${name} ended before it said "${ready}": ${text}`);
    text += value;
  }
  (async () => {
    while (!(await reader.read()).done);
  })();
}

/** The output of a program that ends. @throws {Error} with its words where it fails. */
export async function run(argv: readonly string[], options: Omit<Deno.CommandOptions, "args"> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(argv[0], { ...options, args: argv.slice(1) }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${argv.join(" ")}: ${text(stderr).trim() || text(stdout).trim()}`);
  return text(stdout);
}

/** Where a program is; `undefined` where it is not installed. */
export function pathOf(name: string, folders = (Deno.env.get("PATH") ?? "").split(":")): string | undefined {
  return folders.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      const { isFile, mode } = Deno.statSync(path);
      return isFile && (mode! & 0o111) !== 0;
    } catch {
      return false;
    }
  });
}

/** A port of this machine's loopback that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Waits so many ms, or until the signal. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const id = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(id), resolve()), { once: true });
  });
}

/**
 * Calls `work` every so many ms by the clock, until the signal: what was late is made up for, up to a second of it, so that
 * a busy machine changes little of what a second holds.
 */
export async function paced(everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  for (let dueMs = performance.now(); !signal.aborted; dueMs += everyMs) {
    const lateMs = performance.now() - dueMs;
    if (lateMs > 1_000) dueMs = performance.now() - 1_000;
    else if (lateMs < 0) await pause(-lateMs, signal);
    if (!signal.aborted) await work();
  }
}
