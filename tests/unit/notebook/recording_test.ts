import assert from "assert";
import { RECORD } from "../../../cli/record/record.ts";
import { INTERFACES, MONITORS } from "../../../damon/model/mod.ts";
import { startRecording, watchMemory } from "../../../notebook/recording.ts";

Deno.test("the library refuses a monitor and an interface that the command line does not take either", async () => {
  const { monitor, interface: byWhat } = RECORD.options;
  assert.deepEqual([monitor.choices, byWhat.choices], [MONITORS, INTERFACES]);
  const word = "page" as "pages";
  await assert.rejects(watchMemory(Deno.pid, { monitor: word }), {
    name: "TypeError",
    message: 'monitor "page" is unknown: use one of auto, damon, pages, pages-exact',
  });
  await assert.rejects(startRecording(Deno.pid, { path: "/dev/null", interface: "proc" as "sysfs" }), {
    name: "TypeError",
    message: 'interface "proc" is unknown: use one of sysfs, debugfs, auto',
  });
});
