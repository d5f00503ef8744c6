import { checkKdamond, checkRecordable, type Kdamond, parseCount } from "../../damon/mod.ts";
import { PID_TO_COME } from "../../kernel/control/mod.ts";
import type { Roots } from "../../kernel/machine/mod.ts";
import { askedKdamonds } from "../damon/mod.ts";
import type { ParsedDamonOptions } from "../options/mod.ts";

export { PID_TO_COME, withPid } from "../../kernel/control/mod.ts";

/** What the command line asked to watch. */
export type Wanted =
  | { kind: "pid"; pid: number }
  | { kind: "paddr" }
  | { kind: "ongoing" }
  | { kind: "command"; argv: string[] }
  /** As the options say: several processes, or a whole configuration out of a file. */
  | { kind: "options" };

/**
 * What is to be watched, from the target argument, the command after `--`, and the options.
 *
 * @param verb What the command does with it, for its messages.
 * @throws {TypeError} for a contradiction, or where nothing was named.
 */
export function wantedOf(
  target: string | undefined,
  command: string[] | undefined,
  options: ParsedDamonOptions & { ongoing?: true | undefined },
  verb = "record",
): Wanted {
  const named: Wanted[] = [];
  if (options.ongoing) named.push({ kind: "ongoing" });
  const pids = options.target_pid;
  if (options.kdamonds !== undefined || (pids && pids.length > 1)) named.push({ kind: "options" });
  else if (pids) named.push({ kind: "pid", pid: parseCount(pids[0][0]) });
  if (command !== undefined) {
    if (command.length === 0) {
      throw new TypeError(`Nothing follows --; give the command to ${verb} after it`);
    }
    named.push({ kind: "command", argv: command });
  }
  if (target !== undefined) named.push(targetOf(target, verb));
  else if (named.length === 0 && options.ops?.[0]?.[0] === "paddr") {
    named.push({ kind: "paddr" });
  }
  if (named.length === 1) return named[0];
  throw new TypeError(
    named.length === 0
      ? `There is no target to ${verb}; name a pid, paddr, or -- COMMAND ARGS (or --ongoing to listen to a running DAMON)`
      : `There is one target to ${verb}, and ${named.map(({ kind }) => kind).join(" and ")} are named; leave one out`,
  );
}

function targetOf(text: string, verb: string): Wanted {
  if (/^\d+$/.test(text)) return { kind: "pid", pid: Number(text) };
  if (text === "paddr" || text === "ongoing") return { kind: text };
  if (text === "vaddr" || text === "fvaddr") {
    throw new TypeError(`${text} watches a process; name its pid, with --ops ${text}`);
  }
  // A word is more likely a mistake than a program without arguments; that one can be given after `--`.
  if (!text.includes(" ")) {
    throw new TypeError(
      `${JSON.stringify(text)} is no target: a pid, paddr or ongoing is; to run it: damo ${verb} -- ${text}`,
    );
  }
  return { kind: "command", argv: ["sh", "-c", `exec ${text}`] };
}

/**
 * The kdamonds that the options ask for. A command that is yet to be started has {@linkcode PID_TO_COME}.
 *
 * @param how `follows`: by default the ranges that are watched of a process follow its memory.
 *
 * @throws {RangeError} for values that no kernel takes; {SyntaxError} for text that does not parse.
 */
export async function kdamondsFor(
  roots: Roots,
  wanted: Wanted,
  options: ParsedDamonOptions,
  { follows = false }: { follows?: boolean } = {},
): Promise<Kdamond[]> {
  // A pid that an option names is read with the options.
  const { target_pid: _pid, ...rest } = options;
  const kdamonds = wanted.kind === "options"
    ? await askedKdamonds(roots, options, { follows })
    : await askedKdamonds(roots, rest, {
      target: wanted.kind === "paddr" ? "paddr" : { pid: wanted.kind === "pid" ? wanted.pid : PID_TO_COME },
      follows,
    });
  kdamonds.forEach(follows ? checkRecordable : checkKdamond);
  return kdamonds;
}
