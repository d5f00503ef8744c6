import assert from "assert";
import os from "node:os";
import { StopSignals } from "../../../../cli/terminal/stop_signals.ts";

Deno.test("StopSignals lets an end go before what else wants to run, where that is allowed, and only that", async () => {
  const before = os.getPriority();
  {
    using signals = new StopSignals();
    await new Promise((done) => setTimeout(done, 50));
    assert.equal(os.getPriority(), before);
    signals.stop("timeout");
    assert.ok(os.getPriority() <= before);
    assert.ok(signals.signal.aborted);
  }
  assert.equal(os.getPriority(), before);
});
