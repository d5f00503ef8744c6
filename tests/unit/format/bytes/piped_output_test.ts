import assert from "assert";
import { PipedOutput } from "../../../../format/bytes/piped_output.ts";
import { randomOf } from "../../../random.ts";

const never = new AbortController().signal;

/** A pipe that takes nothing until it is told to. */
class StandingPipe {
  taken = "";
  #resume: (() => void) | undefined;
  #stands = true;
  async write(bytes: Uint8Array): Promise<number> {
    if (this.#stands) await new Promise<void>((done) => this.#resume = done);
    this.taken += new TextDecoder().decode(bytes);
    return bytes.length;
  }
  go(): void {
    this.#stands = false;
    this.#resume?.();
  }
}

Deno.test("what is queued for a pipe comes out whole and in order, however little it takes at once", async () => {
  const random = randomOf(7);
  let taken = "";
  const output = new PipedOutput({
    write: (bytes) => {
      const count = Math.ceil(random() * bytes.length);
      taken += new TextDecoder().decode(bytes.subarray(0, count));
      return Promise.resolve(count);
    },
  });
  const texts = Array.from({ length: 50 }, (_, i) => `${i}`.repeat(1 + Math.floor(random() * 30)));
  const buffer = new Uint8Array(100);
  for (const text of texts) {
    // Who writes may use its buffer again.
    output.writeSync(buffer.subarray(0, new TextEncoder().encodeInto(text, buffer).written));
    if (random() < 0.3) await output.ready(never);
  }
  assert.equal(await output.end(never), 0);
  assert.equal(taken, texts.join(""));
});

Deno.test("a pipe whose reader stands still keeps nobody waiting who has aborted, and loses nothing when it goes on", async () => {
  const pipe = new StandingPipe();
  const output = new PipedOutput(pipe);
  output.writeSync(new TextEncoder().encode("one "));
  output.writeSync(new TextEncoder().encode("two"));
  await output.ready(never);
  assert.equal(await output.end(AbortSignal.abort()), 7);
  pipe.go();
  assert.equal(await output.end(never), 0);
  assert.equal(pipe.taken, "one two");
});

Deno.test("who is more than 64 MiB ahead of the reader waits for it", async () => {
  const pipe = new StandingPipe();
  const output = new PipedOutput(pipe);
  for (let i = 0; i < 65; i++) output.writeSync(new Uint8Array(2 ** 20));
  let isReady = false;
  const ready = output.ready(never).then(() => isReady = true);
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(isReady, false);
  pipe.go();
  await ready;
  assert.equal(await output.end(never), 0);
});

Deno.test("what writing to a pipe meets is thrown by whatever comes next", async () => {
  const output = new PipedOutput({ write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")) });
  output.writeSync(new Uint8Array(3));
  await assert.rejects(output.end(never), Deno.errors.BrokenPipe);
  await assert.rejects(output.ready(never), Deno.errors.BrokenPipe);
  assert.throws(() => output.writeSync(new Uint8Array(1)), Deno.errors.BrokenPipe);
});
