import assert from "assert";
import type { CommandNode } from "../../../../cli/options/mod.ts";
import { allHelpOf, helpOf } from "../../../../cli/program/help_text.ts";
import { TOPICS } from "../../../../cli/program/help_topics.ts";
import { makeProgram } from "../../../../cli/program/program.ts";

/** Every command with the words that name it. */
function* commandsIn(node: CommandNode, above: readonly string[] = []): Generator<[CommandNode, string[]]> {
  const path = [...above, node.table.name];
  yield [node, path];
  for (const child of node.children) yield* commandsIn(child, path);
}

const COMMANDS = [...commandsIn((await makeProgram(undefined)).root)];

Deno.test("--help of every command is a screen of 80 columns and 41 lines, with an option's meaning for each", () => {
  for (const [node, path] of COMMANDS) {
    const lines = helpOf(node, path).trimEnd().split("\n");
    assert.ok(lines.length <= 41, `${path.join(" ")}: ${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 80 || /^ {2}damo /.test(line), line);
    for (const name of node.table.usual ?? []) {
      assert.match(lines.join("\n"), new RegExp(`--${name}\\b`), path.join(" "));
    }
  }
});

Deno.test("--help-all of every command has every option that is not hidden, each with what it means", () => {
  for (const [node, path] of COMMANDS) {
    const text = allHelpOf(node, path);
    for (const [name, { hidden, help }] of Object.entries(node.table.options ?? {})) {
      const found = new RegExp(`(?:^|-\\w, |\\s)--${name}(?= |$)`, "m").test(text);
      assert.equal(found, hidden !== true, `${path.join(" ")} --${name}`);
      if (!hidden) assert.ok(help, `${path.join(" ")} --${name} has no help`);
    }
  }
});

Deno.test("what --help leaves out, its last line says where to find", () => {
  const [[record, path]] = COMMANDS.filter(([{ table }]) => table.name === "record");
  assert.match(helpOf(record, path), /\n\d+ more options: damo record --help-all; by subject: damo help damon\n$/);
  const groups = COMMANDS.flatMap(([{ table }]) =>
    Object.values(table.options ?? {}).flatMap(({ group }) => group ?? [])
  );
  const topics = TOPICS.flatMap(({ name, options }) => options ? [name] : []).sort();
  assert.deepEqual(topics, [...new Set<string>(groups)].sort());
});
