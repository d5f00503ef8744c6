/** One mark of an axis. */
export interface Tick {
  value: number;
  label: string;
}

/**
 * Round values in `[from, to]` for an axis in seconds, at most `count` of them.
 *
 * @example
 * ```ts
 * import { secondTicks } from "./ticks.ts";
 * secondTicks(0, 20e9, 5).map((tick) => tick.label); // ["0", "5", "10", "15", "20"]
 * ```
 */
export function secondTicks(fromNs: number, toNs: number, count: number): Tick[] {
  const step = niceStep((toNs - fromNs) / Math.max(1, count - 1), [1, 2, 5, 10], 10);
  const digits = Math.max(0, -Math.floor(Math.log10(step / 1e9) + 1e-9));
  const ticks: Tick[] = [];
  for (let i = Math.ceil(fromNs / step - 1e-9); i * step <= toNs * (1 + 1e-9); i++) {
    ticks.push({ value: i * step, label: (i * step / 1e9).toFixed(digits) });
  }
  return ticks;
}

function niceStep(least: number, factors: readonly number[], base: number): number {
  const power = base ** Math.floor(Math.log(Math.max(least, 1)) / Math.log(base) + 1e-9);
  return power * (factors.find((factor) => factor * power >= least * (1 - 1e-9)) ?? base);
}
