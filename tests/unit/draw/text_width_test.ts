import assert from "assert";
import { formatHeatmap, formatTable, heatmapOf, mappingsOf, mappingsTable } from "../../../report/mod.ts";
import { PROCESS_HEADER, recordOf, snapshotOf } from "../../memory_record.ts";

Deno.test("formatHeatmap shortens the name of a target with a long command line", async () => {
  const [process] = PROCESS_HEADER.processes;
  const long = { ...process, cmdline: ["python3", "/a/long/path/to/".repeat(9)] };
  const record = recordOf([snapshotOf(0, 1e8, [[0x1000, 0x9000, 7]])], { ...PROCESS_HEADER, processes: [long] });
  const text = formatHeatmap(await heatmapOf(record), { width: 60, lines: 4, colour: "never" });
  // Cut twice, by the name's room and the title's: one ellipsis, and the pid stays.
  assert.equal(text.split("\n")[0], "Memory accesses of python3 /a/long/path/to//a/long… (pid 42)");
  const table = mappingsTable(await mappingsOf(record));
  assert.match(formatTable(table, { width: 50, colour: false }), /^.{30,41}[^…]… \(pid 42\)\n/);
});
