import { noteOrigin } from "../terminal/mod.ts";

const LIVE = /^--live(?:=(.*))?$/;
const FILTER = /^--snapshot_damos_filter(?:=|$)/;
/** DAMON's regions have found their places by then. */
const DELAY = "3s";

/**
 * A report of a snapshot that is taken for it, by what a scheme of our own tried: `report access --live PID`.
 *
 * @param args The words of the command line, `report` first.
 * @param run Runs a command line.
 * @throws {TypeError} where no target is named, or a record is.
 */
export async function reportLive(args: readonly string[], run: (args: string[]) => Promise<void>): Promise<void> {
  const at = args.findIndex((word) => LIVE.test(word));
  const inWord = LIVE.exec(args[at])![1];
  const target = inWord ?? args[at + 1];
  if (target === undefined || target.startsWith("-")) {
    throw new TypeError("Cannot look at how it is now as --live needs a target: a pid, paddr, or ongoing");
  }
  const rest = args.filter((_, i) => i !== at && (inWord !== undefined || i !== at + 1));
  const named = rest.find((word) => /^(-i|--input)/.test(word));
  if (named) throw new TypeError(`Cannot use ${named} with --live as that takes a snapshot now: leave one out`);
  const path = await Deno.makeTempFile({ prefix: "damo-live-", suffix: ".arrow" });
  noteOrigin(path, "the snapshot taken now");
  try {
    const filters = rest.filter((word) => FILTER.test(word));
    await run(["record", target, `--snapshot=${DELAY}`, "--snapshot=1", "--quiet", `--out=${path}`, ...filters]);
    await run([...rest.filter((word) => !FILTER.test(word)), "--input", path]);
  } finally {
    for (const file of [path, `${path}.old`]) await Deno.remove(file).catch(() => {});
  }
}
