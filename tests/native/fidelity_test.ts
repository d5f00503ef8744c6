import assert from "assert";
import { pause, type Started } from "../fidelity/started.ts";
import { PROGRAMS } from "../fidelity/programs.ts";
import { recordedIn, recordOf, SETTINGS } from "../fidelity/recorded.ts";
import { steadyMappings, truthOf } from "../fidelity/truth.ts";
import { trueBytesOf, unseenShareOf } from "../fidelity/verdict.ts";

// The short form of `deno task fidelity`. Its bounds are those that a busy machine cannot break: a program that gets no CPU
// for a second touches nothing in it, so it is the middle window that is held against the middle of the truth, and a wrong
// method is wrong by far more: of node the working set was 0, and of a program that lies scattered, too.
const NAMES = ["node", "python", "scatter"];

for (const program of PROGRAMS.filter(({ name }) => NAMES.includes(name))) {
  const start = program.find();
  Deno.test({
    name: `a record of ${program.name} is near the kernel's own count of what it accesses`,
    ignore: start === undefined,
    fn: async () => {
      await using running: Started = await start!();
      const path = await Deno.makeTempFile({ suffix: ".arrow" });
      try {
        await pause(1_000);
        const truths = [await truthOf(running.pid), await truthOf(running.pid)];
        await recordOf(running.pid, SETTINGS.find(({ name }) => name === "default")!, 6, path);
        truths.push(await truthOf(running.pid));
        const steady = steadyMappings(truths);
        const recorded = await recordedIn(path, running.pid, steady);
        const ratio = recorded.median / trueBytesOf({ truths });
        console.log(`${program.name}: ${(ratio * 100).toFixed(0)} % of the truth`);
        assert.ok(ratio > 0.6 && ratio < 1.5, `${ratio} of the truth`);
        const unseen = unseenShareOf({ steady, recorded });
        assert.ok(unseen < 0.05, `${unseen} of what was accessed lies in mappings that were never seen accessed`);
      } finally {
        await Deno.remove(path);
      }
    },
  });
}
