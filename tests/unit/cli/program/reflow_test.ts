import assert from "assert";
import { reflow } from "../../../../cli/program/reflow.ts";

Deno.test("reflow lets paragraphs flow together and leaves examples, tables and empty lines alone", () => {
  const text = [
    "",
    "One sentence that is",
    "longer than the width.",
    "  damo record 1234 --monitor pages --timeout 10",
    "After it.",
    "",
    "zsh:   source <(damo completion zsh)   in ~/.zshrc",
    "a-word-that-is-longer-than-the-width",
  ];
  assert.deepEqual(reflow(text.join("\n"), 24).split("\n"), [
    "",
    "One sentence that is",
    "longer than the width.",
    ...text.slice(3),
  ]);
  assert.deepEqual(reflow(text.join("\n"), 60).split("\n"), [
    "",
    "One sentence that is longer than the width.",
    ...text.slice(3),
  ]);
  const wide = "word ".repeat(100).trim();
  for (const width of [10, 41, 80]) {
    const lines = reflow(wide, width).split("\n");
    assert.ok(lines.every((line) => line.length <= width));
    assert.equal(lines.join(" "), wide);
  }
});
