import assert from "assert";
import type { ProfileSample } from "../../../../ffi/profiler.ts";
import { SymbolsClient } from "../../../../kernel/profile/symbols_client.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

/** As one that waits for a file that never comes. */
class SilentWorker {
  postMessage(): void {}
  terminate(): void {}
}

Deno.test("SymbolsClient waits no longer for names where somebody wants to end", async () => {
  using roots = fakeRoots({});
  const { Worker } = globalThis;
  Object.assign(globalThis, { Worker: SilentWorker });
  try {
    using client = new SymbolsClient(roots);
    const frames = client.framesOf([{}, {}] as ProfileSample[]);
    client.hurry();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Without it the first names are waited for three times as long.
    const late = new Promise<string>((done) => timer = setTimeout(() => done("too late"), 5000));
    const unnamed = [{ function: "", file: "" }];
    assert.deepEqual(await Promise.race([frames, late]), [unnamed, unnamed]);
    assert.equal(client.unnamed, 2);
    clearTimeout(timer);
  } finally {
    Object.assign(globalThis, { Worker });
  }
});
