import { main } from "../../../cli/damo.ts";

/** Between what one command wrote and what the next one writes. */
const END = "<damo ended: ";

/**
 * Runs command lines of damo, a JSON array of words on a line of stdin each, one after the other: what a `damo` of its own
 * does, without a second of start-up each in an emulated machine. After each its exit code follows on both outputs.
 */
if (import.meta.main) {
  const put = (to: typeof Deno.stdout, text: string) => void to.writeSync(new TextEncoder().encode(text));
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const code = await main(JSON.parse(line));
      put(Deno.stdout, `${END}${code}>\n`);
      put(Deno.stderr, `${END}${code}>\n`);
    }
  }
}
