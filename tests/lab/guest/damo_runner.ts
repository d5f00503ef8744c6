const CHECKOUT = new URL("../../..", import.meta.url).pathname;
const END = /<damo ended: (\d+)>\n/;

/** How a command ended; `code` is `undefined` where it was killed. */
export interface Outcome {
  code: number | undefined;
  out: string;
  err: string;
}

/** A process that runs commands of damo one after the other, until it is killed: the next one has a process of its own. */
export class DamoRunner implements AsyncDisposable {
  #child: Deno.ChildProcess | undefined;
  #outputs: { stdout: Output; stderr: Output } | undefined;

  /** Runs one to its end. */
  async run(...args: string[]): Promise<Outcome> {
    this.#child ??= this.#spawn();
    const { stdout, stderr } = this.#outputs!;
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${JSON.stringify(args)}\n`));
    writer.releaseLock();
    const [[out, code], [err]] = await Promise.all([stdout.untilEnd(), stderr.untilEnd()]);
    return { code, out, err };
  }

  /** Kills it where it is, in the middle of a command or between two. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    try {
      child.kill("SIGKILL");
    } catch { /* a signal has ended it */ }
    await child.status;
    await child.stdin.abort().catch(() => {});
    await Promise.all([this.#outputs!.stdout.close(), this.#outputs!.stderr.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  /** Sends a signal that it may answer. */
  signal(name: Deno.Signal): void {
    this.#child?.kill(name);
  }

  #spawn(): Deno.ChildProcess {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-all",
        "--no-check",
        `${CHECKOUT}tests/lab/programs/damo_runner.ts`,
      ],
      cwd: CHECKOUT,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#outputs = { stdout: new Output(child.stdout), stderr: new Output(child.stderr) };
    return child;
  }
}

class Output {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** What is unread is thrown away. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  /** What one command wrote, and its exit code. */
  async untilEnd(): Promise<[string, number | undefined]> {
    for (;;) {
      const end = END.exec(this.#text);
      if (end) {
        const before = this.#text.slice(0, end.index);
        this.#text = this.#text.slice(end.index + end[0].length);
        return [before, Number(end[1])];
      }
      const { done, value } = await this.#reader.read();
      if (done) return [this.#text, undefined];
      this.#text += value;
    }
  }
}
