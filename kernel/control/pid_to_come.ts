import type { Kdamond } from "../../damon/mod.ts";

/** Stands for the pid of a command that has not been started yet. */
export const PID_TO_COME = 0;

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
