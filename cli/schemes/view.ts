import {
  formatBytes,
  formatNr,
  formatNs,
  type Kdamond,
  type QuotaGoal,
  type SchemeStats,
  statsText,
} from "../../damon/mod.ts";
import type { DamonInterface, KdamondStatus, RunningKdamond } from "../../kernel/control/mod.ts";
import {
  commOf,
  memoryOf,
  type MemoryPressure,
  memoryPressureOf,
  type ProcessMemory,
  type Roots,
} from "../../kernel/machine/mod.ts";

/** How often the kernel is asked at most, and how long the end waits for its answer, ms. */
const [ASK_MS, LAST_MS] = [1000, 500];

/** What one scheme did so far. */
interface SchemeSeen {
  kdamond: number;
  scheme: number;
  action: string;
  stats: SchemeStats;
  /** The quota in force, bytes. */
  effectiveBytes?: number;
  goals?: QuotaGoal[];
}

/** What schemes do, and what that does to processes and the machine, while they run. */
export class SchemesView {
  readonly #startedMs = performance.now();
  readonly #processes: { pid: number; comm: string; before: ProcessMemory; now: ProcessMemory }[];
  readonly #pressureBefore: MemoryPressure | undefined;
  readonly #nrKdamonds: number;
  #pressure: MemoryPressure | undefined;
  #elapsedMs = 0;
  #schemes: SchemeSeen[] = [];
  #nrLines = 0;
  #asking: Promise<void> | undefined;
  #nextAskMs = 0;

  constructor(readonly roots: Roots, readonly damon: DamonInterface, kdamonds: readonly Kdamond[], pids: number[]) {
    this.#nrKdamonds = kdamonds.length;
    this.#pressure = this.#pressureBefore = memoryPressureOf(roots);
    this.#processes = pids.flatMap((pid) => {
      const before = memoryOf(roots, pid);
      return before ? [{ pid, comm: commOf(roots, pid) ?? "", before, now: before }] : [];
    });
  }

  /**
   * Takes what is told at once, and asks the kernel for the rest, which it tells when it can: what it has not told yet
   * stays as it was. It is asked at most once a second, and left alone for as long as it took to answer.
   */
  look(running: readonly RunningKdamond[]): void {
    for (const each of this.#processes) each.now = memoryOf(this.roots, each.pid) ?? each.now;
    this.#pressure = memoryPressureOf(this.roots);
    this.#elapsedMs = performance.now() - this.#startedMs;
    const nowMs = performance.now();
    if (this.#asking || nowMs < this.#nextAskMs || !running.every((each) => each.isOn())) return;
    this.#asking = this.#ask(running).finally(() => {
      this.#asking = undefined;
      const tookMs = performance.now() - nowMs;
      this.#nextAskMs = nowMs + Math.max(ASK_MS, 2 * tookMs);
    });
  }

  /** The last look, before they are turned off: it waits a moment for what the kernel has to tell. */
  async lookLast(running: readonly RunningKdamond[]): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((done) => timer = setTimeout(done, LAST_MS));
    const ask = async () => {
      await this.#asking;
      this.#nextAskMs = 0;
      this.look(running);
      await this.#asking;
    };
    await Promise.race([ask(), late]);
    clearTimeout(timer);
  }

  async #ask(running: readonly RunningKdamond[]): Promise<void> {
    let statuses: KdamondStatus[];
    try {
      for (const { index } of running) await this.damon.run(this.damon.refreshPlan(index, ["stats", "quotas"]));
      statuses = await this.damon.read();
    } catch {
      // Its targets ended in this moment, or others keep it busy: what was seen before is all there is.
      return;
    }
    this.#schemes = running.flatMap(({ index }, kdamond) =>
      (statuses[index]?.contexts ?? []).flatMap(({ schemes = [] }) =>
        schemes.flatMap(({ action, stats, effectiveBytes, quotas }, scheme): SchemeSeen[] =>
          stats
            ? [{
              kdamond,
              scheme,
              action,
              stats,
              ...(effectiveBytes !== undefined && { effectiveBytes }),
              ...(quotas?.goals.length && { goals: quotas.goals }),
            }]
            : []
        )
      )
    );
  }

  /** One object, for a line of JSON. Bytes, µs and counts since the schemes began, but for what processes have now. */
  toJSON(): unknown {
    return {
      elapsed_s: Number((this.#elapsedMs / 1000).toFixed(3)),
      schemes: this.#schemes.map(({ stats, effectiveBytes, ...rest }) => ({
        ...rest,
        ...(effectiveBytes !== undefined && { effective_bytes: effectiveBytes }),
        nr_tried: stats.nrTried,
        sz_tried: stats.szTriedBytes,
        nr_applied: stats.nrApplied,
        sz_applied: stats.szAppliedBytes,
        sz_ops_filter_passed: stats.szOpsFilterPassedBytes,
        qt_exceeds: stats.qtExceeds,
      })),
      processes: this.#processes.map(({ pid, comm, before, now }) => ({
        pid,
        comm,
        rss_bytes: now.residentBytes,
        swap_bytes: now.swapBytes,
        major_faults: now.majorFaults - before.majorFaults,
      })),
      ...(this.#stall() && { pressure: this.#stall() }),
    };
  }

  /** Draws all anew in the place of what it drew before. */
  draw(columns: number): void {
    const lines = [`${formatNs(Math.round(this.#elapsedMs / 1000) * 1e9)} | Ctrl-C ends`, ...this.#lines()];
    this.clear();
    this.#nrLines = lines.length;
    put(lines.map((line) => `${line.slice(0, columns - 1)}\n`).join(""));
  }

  /** Takes away what it drew. */
  clear(): void {
    if (this.#nrLines > 0) put(`\x1b[${this.#nrLines}F\x1b[J`);
    this.#nrLines = 0;
  }

  /** All of it, at the end. */
  summary(reason: string): string {
    return [`schemes ran for ${formatNs(this.#elapsedMs * 1e6)}; ended by: ${reason}`, ...this.#lines()]
      .map((line) => `damo: ${line}`).join("\n");
  }

  #stall() {
    if (!this.#pressure || !this.#pressureBefore) return undefined;
    return {
      some_us: this.#pressure.someUs - this.#pressureBefore.someUs,
      full_us: this.#pressure.fullUs - this.#pressureBefore.fullUs,
    };
  }

  #lines(): string[] {
    const stall = this.#stall();
    const share = (us: number) => `${(us / this.#elapsedMs / 10).toFixed(1)} %`;
    return [
      ...this.#schemes.map(({ kdamond, scheme, action, stats, effectiveBytes, goals = [] }) =>
        [
          `${this.#nrKdamonds > 1 ? `kdamond ${kdamond}, ` : ""}scheme ${scheme} (${action}): ${statsText(stats)}`,
          ...(effectiveBytes ? [`quota now ${formatBytes(effectiveBytes)}`] : []),
          ...goals.flatMap(({ metric, targetValue, currentValue }) =>
            currentValue === undefined ? [] : [`${metric} ${formatNr(currentValue)} of ${formatNr(targetValue)}`]
          ),
        ].join("; ")
      ),
      ...this.#processes.map(({ pid, comm, before, now }) =>
        `process ${pid} (${comm}): resident ${formatBytes(before.residentBytes)} -> ${
          formatBytes(now.residentBytes)
        }, ` +
        `swapped ${formatBytes(before.swapBytes)} -> ${formatBytes(now.swapBytes)}, ` +
        `${formatNr(now.majorFaults - before.majorFaults)} major page faults`
      ),
      ...(stall && this.#elapsedMs > 0
        ? [
          `memory pressure: some task waited ${share(stall.some_us)} of the time, all of them ${share(stall.full_us)}`,
        ]
        : []),
    ];
  }
}

function put(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
