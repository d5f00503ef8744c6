import assert from "assert";
import { messageOf } from "../../cli/exit.ts";

Deno.test("messageOf says that no space is left, and leaves out which system call it was", () => {
  const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  assert.match(messageOf(full), /^Cannot write all of the output: no space is left; /);
  const folder = new Error("Cannot write /a/b: No such file or directory (os error 2): open '/a/b'; choose another");
  assert.equal(messageOf(folder), "Cannot write /a/b: No such file or directory; choose another");
});
