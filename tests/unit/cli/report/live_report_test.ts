import assert from "assert";
import type { RecordOptions } from "../../../../cli/record/record.ts";
import { type LiveAsked, reportLive } from "../../../../cli/report/live_report.ts";
import { makeProgram } from "../../../../cli/program/program.ts";
import { FOOTER, PROCESS_HEADER } from "../../../memory_record.ts";

Deno.test("reportLive takes one snapshot of the target, reports on it, and leaves nothing", async () => {
  const takes: [string | undefined, RecordOptions][] = [];
  const reports: string[] = [];
  const asked: LiveAsked = { target: "42", filters: [["allow", "anon"]], records: [] };
  await reportLive(asked, (path) => void reports.push(path), (target, _command, options) => {
    takes.push([target, options]);
    return Promise.resolve({ header: PROCESS_HEADER, footer: FOOTER });
  });
  const [[target, { out, snapshot, snapshot_damos_filter, quiet, monitor }]] = takes;
  assert.deepEqual(
    [target, snapshot, snapshot_damos_filter, quiet, monitor, takes.length],
    ["42", [["3s", "1"]], [["allow", "anon"]], true, "auto", 1],
  );
  assert.deepEqual(reports, [out]);
  assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
});

Deno.test("report --live needs a target, and no record; --follow follows every record that is named", async () => {
  const refused = async (line: string) => {
    const words = line.split(" ");
    const program = await makeProgram(undefined, words);
    program.parser.commands[0].commands.forEach((each) => each.configureOutput({ writeErr: () => {} }));
    return await program.run(words).then(() => "taken", (error: Error) => error.message);
  };
  assert.match(await refused("report access --live"), /option '--live <target>' argument missing/);
  assert.match(await refused("report access --live=42 -i x.arrow"), /^--live takes a snapshot now, and x.arrow is a/);
  assert.match(await refused("report x.arrow --live 42"), /^--live takes a snapshot now, and x.arrow is a/);
  assert.match(await refused("report wss --live 42 --follow"), /does not grow/);
  assert.match(await refused("report wss --lively"), /unknown option '--lively'/);
  assert.match(await refused("report wss --snapshot_damos_filter allow anon"), /add --live TARGET/);
  assert.match(await refused("report wss -i a.arrow - --follow"), /^Standard input can be read only once/);
  assert.match(await refused("report a.arrow /dev/null --follow"), /^\/dev\/null can be read only once/);
});
