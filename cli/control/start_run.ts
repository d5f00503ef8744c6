import { checkKdamond, outlineOf } from "../../damon/mod.ts";
import {
  chooseInterface,
  type HintedWrite,
  requireFreeDamon,
  requireProcess,
  startKdamonds,
} from "../../kernel/control/mod.ts";
import { commOf, withLivingThreads } from "../../kernel/machine/mod.ts";
import { controlRoots } from "./roots.ts";
import type { ControlOptions } from "../options/mod.ts";
import { mountAsked } from "./mount_asked.ts";
import { askedKdamonds, pidsIn } from "../damon/mod.ts";
import { sayLivingThreads } from "./say_living_threads.ts";
import { messageOf, shellWord } from "../terminal/mod.ts";

/** `damo start`. */
export async function start(target: string | undefined, options: ControlOptions): Promise<void> {
  const roots = controlRoots();
  await mountAsked(roots, options, !options.dry_run);
  const kdamonds = await askedKdamonds(roots, options, targetOf(target, options));
  kdamonds.forEach(checkKdamond);
  for (const pid of pidsIn(kdamonds)) requireProcess(roots, pid);
  sayLivingThreads(roots, kdamonds);
  const damon = chooseInterface(roots, options.interface);
  const requireFree = async () => {
    const operations = new Set(kdamonds.flatMap(({ contexts }) => contexts.map((context) => context.operations)));
    for (const each of operations) await requireFreeDamon(roots, each, damon);
  };
  if (options.dry_run) {
    damon.require(kdamonds);
    printPlan(damon.startPlan(withLivingThreads(roots, kdamonds)));
    const refusal = await requireFree().then(() => undefined, (error: Error) => error);
    if (refusal) console.error(`damo: note: without --dry_run it would be refused now: ${messageOf(refusal)}`);
    return;
  }
  await requireFree();
  const running = await startKdamonds(roots, kdamonds, { stays: true, damon });
  running.forEach(({ pid }, i) => {
    const lines = outlineOf(kdamonds[i], i, { ofKdamond: `on, pid ${pid}`, ofProcess: (pid) => commOf(roots, pid) });
    console.log(lines.join("\n"));
  });
  console.error(
    "damo: DAMON stays on; see it with damo status, record it with damo record ongoing, end it with damo stop",
  );
}

function targetOf(target: string | undefined, options: ControlOptions): { target?: { pid: number } | "paddr" } {
  if (target === undefined) {
    const isNamed = (["target_pid", "kdamonds", "ops", "regions", "numa_node"] as const).some((name) =>
      options[name] !== undefined
    );
    if (isNamed) return {};
    throw new TypeError(
      "There is no target; name a pid, paddr, --target_pid, or --kdamonds with a file",
    );
  }
  if (target === "paddr") return { target };
  if (/^\d+$/.test(target)) return { target: { pid: Number(target) } };
  throw new TypeError(
    `${JSON.stringify(target)} is no target: a pid or paddr is; ` +
      `to start a program and watch it: damo record -- ${target}`,
  );
}

/** Prints writes as a shell would do them. */
export function printPlan(plan: readonly HintedWrite[]): void {
  for (const { path, text } of plan) console.log(`echo ${shellWord(text)} > ${shellWord(path)}`);
}
