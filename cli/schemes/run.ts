import { outlineOf } from "../../damon/mod.ts";
import {
  chooseInterface,
  requireFreeDamon,
  requireProcess,
  type RunningKdamond,
  startKdamonds,
  stopAll,
} from "../../kernel/control/mod.ts";
import { commOf, isAlive, type Roots, withLivingThreads } from "../../kernel/machine/mod.ts";
import { controlRoots, printPlan, sayLivingThreads } from "../control/mod.ts";
import { endWith, kdamondsFor, PID_TO_COME, wantedOf, withPid } from "../record/mod.ts";
import { startCommand } from "../../live/mod.ts";
import { pidsIn } from "../damon/mod.ts";
import type { SchemesOptions } from "./schemes.ts";
import { SchemesView } from "./view.ts";
import { StopSignals } from "../terminal/mod.ts";

const LOOK_MS = 250;
/** One a second. */
const LOOKS_PER_LINE = 4;

/** `damo schemes`. */
export async function schemes(target: string | undefined, command: string[] | undefined, options: SchemesOptions) {
  const roots = controlRoots();
  const wanted = wantedOf(target, command, options);
  if (wanted.kind === "ongoing") {
    throw new TypeError("Cannot apply schemes to what runs already: change what damo started with damo tune");
  }
  const kdamonds = await kdamondsFor(roots, wanted, options);
  if (!kdamonds.some(({ contexts }) => contexts.some((context) => context.schemes?.length))) {
    throw new TypeError(
      "There is no scheme to apply; name a file with -c FILE, or say it by --damos_action",
    );
  }
  for (const pid of pidsIn(kdamonds)) if (pid !== PID_TO_COME) requireProcess(roots, pid);
  sayLivingThreads(roots, kdamonds);
  const damon = chooseInterface(roots, options.interface);
  damon.require(kdamonds);
  if (options.dry_run) return printPlan(damon.startPlan(withLivingThreads(roots, kdamonds)));
  const operations = new Set(kdamonds.flatMap(({ contexts }) => contexts.map((context) => context.operations)));
  for (const each of operations) await requireFreeDamon(roots, each, damon);

  using signals = new StopSignals();
  await using child = wanted.kind === "command" ? startCommand(roots, wanted.argv, false) : undefined;
  const staged = withPid(kdamonds, child?.pid ?? PID_TO_COME);
  const running = await startKdamonds(roots, staged, { damon });
  try {
    if (options.timeout !== undefined) signals.stopAfter(options.timeout);
    child?.exited.then(() => signals.stop("command exited"));
    const pids = [...new Set(pidsIn(staged))];
    const view = new SchemesView(roots, damon, staged, pids);
    if (!options.quiet) {
      const ofProcess = (pid: number) => commOf(roots, pid);
      staged.forEach((kdamond, i) => console.error(outlineOf(kdamond, i, { ofKdamond: "on", ofProcess }).join("\n")));
    }
    await watch(view, roots, running, pids, signals, options);
    if (!options.quiet) console.error(view.summary(signals.reason ?? "its targets ended"));
  } finally {
    await stopAll(running);
  }
  await child?.end();
  endWith(signals, child);
}

/** Looks while they run, shows what it sees, and gives the view as it was last. */
async function watch(
  view: SchemesView,
  roots: Roots,
  running: readonly RunningKdamond[],
  pids: readonly number[],
  signals: StopSignals,
  { quiet, json }: Pick<SchemesOptions, "quiet" | "json">,
): Promise<void> {
  const isShown = !quiet && !json && Deno.stderr.isTerminal();
  const beginMs = performance.now();
  for (let n = 1; !signals.signal.aborted && running.some((each) => each.isOn()); n++) {
    if (pids.length > 0 && pids.every((pid) => !isAlive(roots, pid))) break;
    view.look(running);
    if (isShown) view.draw(Deno.consoleSize().columns);
    if (json && n % LOOKS_PER_LINE === 1) console.log(JSON.stringify(view));
    await new Promise<void>((done) => {
      // By the clock: what a look takes does not add up.
      const timer = setTimeout(done, Math.max(0, beginMs + n * LOOK_MS - performance.now()));
      signals.signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
    });
  }
  await view.lookLast(running);
  if (isShown) view.clear();
  if (json) console.log(JSON.stringify(view));
}
