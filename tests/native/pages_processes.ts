import assert from "assert";

const HERE = new URL(".", import.meta.url).pathname;
let built: string | undefined;

/** Builds a program of this folder, and returns its path: not in the checkout, which is read-only in the lab. */
function build(name: string, ...flags: string[]): string {
  if (built === undefined) {
    built = Deno.makeTempDirSync();
    globalThis.addEventListener("unload", () => Deno.removeSync(built!, { recursive: true }));
  }
  const path = `${built}/${name}`;
  const { success, stderr } = new Deno.Command("cc", { args: ["-O2", "-o", path, ...flags, `${HERE}${name}.c`] })
    .outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return path;
}

let program: string | undefined;
let program32: string | undefined;

/** A process to sample, ended with its block; see pages_target.c for its modes. */
export class Process implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  private constructor(path: string, args: string[]) {
    // The sanitizer of tests/sanitize is of this process: it would have memory of its own in theirs.
    const env = { LD_PRELOAD: "" };
    this.#child = new Deno.Command(path, { args, env, stdin: "piped", stdout: "piped" }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  static start(mode: string, pages = 64, hot = pages): Process {
    return new Process(program ??= build("pages_target", "-pthread"), [mode, `${pages}`, `${hot}`]);
  }

  static start32(): Process {
    const flags = ["-m32", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-fno-stack-protector"];
    return new Process(program32 ??= build("pages_target32", ...flags), []);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The next words that it says. */
  async words(): Promise<number[]> {
    const { value, done } = await this.#lines.next();
    assert.ok(!done, "it ended");
    return value.split(" ").map(Number);
  }

  /** Where its memory is: what it says once the memory is there. */
  async memory(): Promise<{ pid: number; start: number; end: number }> {
    const [pid, start, bytes] = await this.words();
    return { pid, start, end: start + bytes };
  }

  /** Lets it go on, or says what to do. */
  async go(line = "go"): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends it, and waits for that. */
  async end(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* It has ended. */ }
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#input.abort().catch(() => {});
    await this.#lines.return?.();
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    text += chunk;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n")) {
      yield text.slice(0, at);
      text = text.slice(at + 1);
    }
  }
}
