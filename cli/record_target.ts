import { checkKdamond, type Kdamond, parseCount } from "../damon/mod.ts";
import type { Roots } from "../kernel/roots.ts";
import { askedKdamonds } from "./damon_options.ts";
import type { RecordOptions } from "./record.ts";

/** What the command line asked to record. */
export type Wanted =
  | { kind: "pid"; pid: number }
  | { kind: "paddr" }
  | { kind: "ongoing" }
  | { kind: "command"; argv: string[] }
  /** As the options say: several processes, or a whole configuration out of a file. */
  | { kind: "options" };

/**
 * What is to be recorded, from the target argument, the command after `--`, and the options.
 *
 * @throws {TypeError} for a contradiction, or where nothing was named.
 */
export function wantedOf(target: string | undefined, command: string[] | undefined, options: RecordOptions): Wanted {
  const named: Wanted[] = [];
  if (options.ongoing) named.push({ kind: "ongoing" });
  const pids = options.target_pid as string[][] | undefined;
  if (options.kdamonds !== undefined || (pids && pids.length > 1)) named.push({ kind: "options" });
  else if (pids) named.push({ kind: "pid", pid: parseCount(pids[0][0]) });
  if (command !== undefined) {
    if (command.length === 0) throw new TypeError("Cannot record as -- must be followed by a command: nothing follows");
    named.push({ kind: "command", argv: command });
  }
  if (target !== undefined) named.push(targetOf(target));
  else if (named.length === 0 && (options.ops as string[][] | undefined)?.[0]?.[0] === "paddr") {
    named.push({ kind: "paddr" });
  }
  if (named.length === 1) return named[0];
  throw new TypeError(
    named.length === 0
      ? "Cannot record as a target must be named: a pid, paddr, or -- COMMAND ARGS (or --ongoing to listen to a running DAMON)"
      : `Cannot record as one target must be named: ${named.map(({ kind }) => kind).join(" and ")} are`,
  );
}

function targetOf(text: string): Wanted {
  if (/^\d+$/.test(text)) return { kind: "pid", pid: Number(text) };
  if (text === "paddr" || text === "ongoing") return { kind: text };
  if (text === "vaddr" || text === "fvaddr") {
    throw new TypeError(`Cannot record ${text} as a process must be named: use its pid, with --ops ${text}`);
  }
  // A word is more likely a mistake than a program without arguments; that one can be given after `--`.
  if (!text.includes(" ")) {
    throw new TypeError(
      `Cannot record ${
        JSON.stringify(text)
      } as a target must be a pid, paddr or ongoing; to run it: damo record -- ${text}`,
    );
  }
  return { kind: "command", argv: ["sh", "-c", `exec ${text}`] };
}

/** Stands for the pid of a command that has not been started yet. */
export const PID_TO_COME = 0;

/**
 * The kdamonds that the options ask for. A command that is yet to be started has {@linkcode PID_TO_COME}.
 *
 * @throws {RangeError} for values that no kernel takes; {SyntaxError} for text that does not parse.
 */
export async function kdamondsFor(roots: Roots, wanted: Wanted, options: RecordOptions): Promise<Kdamond[]> {
  // A pid that an option names is read with the options.
  const { target_pid: _pid, ...rest } = options;
  const kdamonds = wanted.kind === "options"
    ? await askedKdamonds(roots, options, {})
    : await askedKdamonds(roots, rest, {
      target: wanted.kind === "paddr" ? "paddr" : { pid: wanted.kind === "pid" ? wanted.pid : PID_TO_COME },
    });
  kdamonds.forEach(checkKdamond);
  return kdamonds;
}

/** The same with the pid that has come. */
export function withPid(kdamonds: readonly Kdamond[], pid: number): Kdamond[] {
  return kdamonds.map((kdamond) => ({
    ...kdamond,
    contexts: kdamond.contexts.map((context) => ({
      ...context,
      targets: context.targets.map((target) => target.pid === PID_TO_COME ? { ...target, pid } : target),
    })),
  }));
}

/** Every process that the kdamonds watch. */
export function pidsIn(kdamonds: readonly Kdamond[]): number[] {
  return kdamonds.flatMap(({ contexts }) => contexts.flatMap(({ targets }) => targets.flatMap(({ pid }) => pid ?? [])));
}
