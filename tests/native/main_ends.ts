import assert from "assert";

/** Bytes that a {@linkcode MainEnds} touches all the time. */
export const MAIN_ENDS_BYTES = 48 << 20;

const SOURCE = new URL("main_ends.c", import.meta.url);

/** A process whose threads end one by one, its main thread first, while others go on with its memory. */
export class MainEnds implements AsyncDisposable {
  /** The first byte of its memory. */
  start = 0;
  readonly #child: Deno.ChildProcess;

  private constructor(readonly dir: string) {
    this.#child = new Deno.Command(`${dir}/main_ends`, { stdin: "piped", stdout: "piped" }).spawn();
  }

  /** Compiles and starts it. */
  static async begin(): Promise<MainEnds> {
    const dir = await Deno.makeTempDir();
    const args = ["-O1", "-pthread", "-o", `${dir}/main_ends`, decodeURIComponent(SOURCE.pathname)];
    assert.ok((await new Deno.Command("cc", { args }).output()).success);
    const begun = new MainEnds(dir);
    const reader = begun.#child.stdout.getReader();
    begun.start = Number(new TextDecoder().decode((await reader.read()).value).trim());
    return begun;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Ids of its threads that live. */
  threads(): number[] {
    const tids = [...Deno.readDirSync(`/proc/${this.pid}/task`)].map(({ name }) => Number(name));
    return tids.filter((tid) => this.#stateOf(tid) !== "Z").sort((a, b) => a - b);
  }

  /** Its main thread ends; the process stays. */
  async endMain(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new Uint8Array([10]));
    await writer.close();
    await this.#until(2);
  }

  /** Of the two others the first ends as well. */
  async endFirst(): Promise<void> {
    this.#child.kill("SIGUSR1");
    await this.#until(1);
  }

  async #until(nrThreads: number): Promise<void> {
    for (let tries = 0; this.threads().length !== nrThreads; tries++) {
      assert.ok(tries < 600, `${this.threads().length} threads`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  #stateOf(tid: number): string | undefined {
    try {
      return Deno.readTextFileSync(`/proc/${this.pid}/task/${tid}/stat`).split(") ")[1][0];
    } catch {
      return "Z";
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.dir, { recursive: true });
  }
}
