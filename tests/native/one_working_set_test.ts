import assert from "assert";
import { agreementOf, disagreements } from "../fidelity/agreement.ts";
import { PROGRAMS } from "../fidelity/programs.ts";
import { recordOf, SETTINGS } from "../fidelity/recorded.ts";

const program = ["node", "python"].map((wanted) => PROGRAMS.find(({ name }) => name === wanted)!)
  .find((one) => one.find() !== undefined);

Deno.test({
  name:
    "every report of one record says the same working set, none says more than is resident, and used and idle are all",
  ignore: program === undefined,
  fn: async () => {
    await using running = await program!.find()!();
    const path = await Deno.makeTempFile({ suffix: ".arrow" });
    try {
      await recordOf(running.pid, SETTINGS.find(({ name }) => name === "default")!, 6, path);
      const agreement = await agreementOf(path);
      console.log(agreement);
      assert.deepEqual(disagreements(agreement), []);
      assert.ok(agreement.sets.library > 0);
    } finally {
      await Deno.remove(path);
    }
  },
});
