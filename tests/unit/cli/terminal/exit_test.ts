import assert from "assert";
import { errorsOf, messageOf, messageOfAll } from "../../../../cli/terminal/exit.ts";

Deno.test("messageOf says that no space is left, and leaves out which system call it was", () => {
  const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  assert.match(messageOf(full), /^Cannot write all of the output: no space is left; /);
  const folder = new Error("Cannot write /a/b: No such file or directory (os error 2): open '/a/b'; choose another");
  assert.equal(messageOf(folder), "Cannot write /a/b: No such file or directory; choose another");
});

Deno.test("errorsOf and messageOfAll tell what failed first, and what failed while that was tidied up", () => {
  const [first, second] = [new Error("The disk is full"), new Error("kdamond 0 is still on")];
  const twice = new SuppressedError(second, new SuppressedError(second, first));
  assert.deepEqual(errorsOf(twice), [first, second, second]);
  assert.equal(messageOfAll(errorsOf(twice)), "The disk is full. Then: kdamond 0 is still on");
  assert.equal(messageOfAll(errorsOf(first)), "The disk is full");
});
