import assert from "assert";
import type { Command } from "@commander-js/extra-typings";
import { makeProgram } from "../../cli/program.ts";

Deno.test("the help of every command keeps to 80 columns", async () => {
  const wideIn = (command: Command): string[] => [
    ...command.helpInformation().split("\n").filter((line) => line.length > 80),
    ...command.commands.flatMap((child) => wideIn(child as Command)),
  ];
  assert.deepEqual(wideIn(await makeProgram(undefined)), []);
});
