import { BusyError, KernelError, outlineOf } from "../../damon/mod.ts";
import {
  type DamonInterface,
  interfacesHere,
  isRecorderAlive,
  type KdamondStatus,
  ownerOf,
  readOwned,
  requireKernelTrees,
} from "../../kernel/control/mod.ts";
import { modulesOn } from "../../kernel/modules/mod.ts";
import { commOf, type Roots } from "../../kernel/machine/mod.ts";
import { controlRoots } from "./roots.ts";
import type { StatusOptions } from "./status.ts";
import { StopSignals } from "../terminal/mod.ts";

/** A kdamond and who started it; `owner` is absent where damo did not. */
interface OwnedStatus extends KdamondStatus {
  owner?: { command: string; pid: number; isAlive: boolean; stays: boolean };
}

/** `damo status`, once or again and again. */
export async function status(options: StatusOptions): Promise<void> {
  await (options.watch === undefined ? showStatus(options) : watchStatus(options));
}

/** `damo status`. */
async function showStatus({ json }: StatusOptions): Promise<void> {
  const roots = controlRoots();
  requireKernelTrees(roots);
  const rows = await statusesOf(roots, interfacesHere(roots));
  console.log(json ? JSON.stringify(rows, null, 2) : textOf(roots, rows).join("\n"));
}

/** `damo status --watch`. */
async function watchStatus({ json, watch }: StatusOptions): Promise<void> {
  const roots = controlRoots();
  requireKernelTrees(roots);
  const isTerminal = Deno.stdout.isTerminal();
  using signals = new StopSignals();
  const aborted = new Promise<undefined>((done) => signals.signal.addEventListener("abort", () => done(undefined)));
  for (;;) {
    const beginMs = performance.now();
    // It changes nothing: who ends it need not wait for what the kernel has to say.
    const rows = await Promise.race([statusesOf(roots, interfacesHere(roots)), aborted]);
    if (rows === undefined || signals.signal.aborted) return;
    const tookMs = performance.now() - beginMs;
    if (json) console.log(JSON.stringify({ time: new Date().toISOString(), kdamonds: rows }));
    else {
      const lines = [`${new Date().toLocaleTimeString("sv")}  Ctrl-C ends`, ...textOf(roots, rows)];
      // Home, each line cleared to its end, then all below: the screen does not flicker.
      console.log(isTerminal ? `\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\n")}\x1b[J` : lines.join("\n"));
    }
    await new Promise<void>((done) => {
      // As long as DAMON was busy with it, it is left to others.
      const timer = setTimeout(done, Math.max(watch === true ? 1000 : watch!, tookMs));
      signals.signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
    });
  }
}

async function statusesOf(roots: Roots, interfaces: readonly DamonInterface[]): Promise<OwnedStatus[]> {
  const rows: OwnedStatus[] = [];
  for (const damon of interfaces) rows.push(...await statusesBy(roots, damon));
  return rows;
}

async function statusesBy(roots: Roots, damon: DamonInterface): Promise<OwnedStatus[]> {
  for (const status of await damon.read()) {
    if (status.state === "on" && readOwned(roots, status)) await refresh(damon, status.index);
  }
  const all = (await damon.read()).map((status) => {
    const entry = readOwned(roots, status);
    if (!entry) return status;
    const { recorder, stays = false } = entry;
    const owner = { command: ownerOf(entry), pid: recorder.pid, isAlive: isRecorderAlive(roots, entry), stays };
    return { ...status, owner };
  });
  // The root context of debugfs is always there: while it is off, there is nothing to say of it.
  return damon.name === "debugfs" ? all.filter(({ state }) => state === "on") : all;
}

/** It may have been turned off in this moment, and not everybody who may look may also ask: the old figures do then. */
async function refresh(damon: DamonInterface, index: number): Promise<void> {
  try {
    await damon.run(damon.refreshPlan(index));
  } catch (error) {
    if (!(error instanceof KernelError || error instanceof BusyError)) throw error;
  }
}

function textOf(roots: Roots, rows: readonly OwnedStatus[]): string[] {
  // A module's kdamond is not in the tree of the others.
  const modules = modulesOn(roots).map(({ name, short, doc }) =>
    `${name.toUpperCase()} is on: it ${doc}; see it with: damo module ${short}`
  );
  if (rows.length === 0 && modules.length === 0) {
    return ["No kdamond: DAMON is not in use here (or this kernel has none)."];
  }
  return [
    ...modules,
    ...rows.flatMap((row) =>
      outlineOf(row, row.index, {
        ofKdamond: `${row.interface === "debugfs" ? "debugfs, " : ""}${row.state}${
          row.pid === undefined ? "" : `, pid ${row.pid}`
        }, ${whoseOf(row)}`,
        ofProcess: (pid) => commOf(roots, pid) ?? "ended",
      })
    ),
  ];
}

function whoseOf({ owner, contexts }: OwnedStatus): string {
  if (!owner) return contexts.length ? "not started by damo" : "not in use";
  if (owner.stays) return "started by damo start; ends with: damo stop";
  return owner.isAlive
    ? `started by ${owner.command} (pid ${owner.pid})`
    : `left behind by a ${owner.command} that was killed; clean up with: damo stop`;
}
