import assert from "assert";

/**
 * Compares text with the file `tests/golden/NAME`; with `--update` (deno test ... -- --update) or UPDATE_GOLDEN=1 writes it
 * instead. What changes is reviewed as code.
 */
export async function assertGolden(name: string, text: string): Promise<void> {
  const file = new URL(`golden/${name}`, import.meta.url);
  if (Deno.args.includes("--update") || Deno.env.get("UPDATE_GOLDEN") === "1") {
    return await Deno.writeTextFile(file, text);
  }
  assert.equal(
    text,
    await Deno.readTextFile(file),
    `${name} differs: see what changed, then run again with -- --update`,
  );
}
