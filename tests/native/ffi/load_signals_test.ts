import assert from "assert";
import { openPageSampler } from "../../../ffi/pages.ts";
import { openTracer } from "../../../ffi/tracer.ts";

/** A signal each so many µs, as a timer of the process sends them: much less than a program takes to be verified. */
const PERIOD_US = 20n;
const SIGALRM = 14;

Deno.test("openPageSampler and openTracer load their programs while a timer sends signals all the time", async () => {
  const libc = Deno.dlopen("libc.so.6", {
    dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
    signal: { parameters: ["i32", "pointer"], result: "pointer" },
    setitimer: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  });
  const { dlsym, signal, setitimer } = libc.symbols;
  // struct itimerval of ITIMER_REAL: the interval and the time to the first, each in s and µs.
  const setTimer = (us: bigint) => setitimer(0, BigInt64Array.of(0n, us, 0n, us), null);
  // What hears them does nothing: a listener of Deno's makes Deno 2.9 end where so many come.
  signal(SIGALRM, dlsym(null, new TextEncoder().encode("abs\0")));
  try {
    assert.equal(setTimer(PERIOD_US), 0);
    for (let i = 0; i < 5; i++) {
      await using sampler = openPageSampler();
      assert.ok(sampler.facts.levels >= 4);
    }
    await using tracer = openTracer({ test: true });
    assert.equal(tracer.counters().sent, 0);
  } finally {
    setTimer(0n);
    // It stays heard: the last one may come after this.
    libc.close();
  }
});
