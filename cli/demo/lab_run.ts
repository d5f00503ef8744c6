import { CHECKOUT, run } from "../terminal/mod.ts";
import type { LabOptions } from "./lab.ts";

/**
 * `damo lab -- COMMAND`.
 *
 * @throws {TypeError} where no command follows `--`.
 */
export async function runLab(options: LabOptions, command: readonly string[] | undefined): Promise<void> {
  if (!command?.length) throw new TypeError("The lab needs a command after --, as in: damo lab -- uname -r");
  const flags = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)]
  );
  await run(`${CHECKOUT}lab/run`, [...flags, "--", ...command]);
}

/** `damo workload`. */
export async function runWorkload(args: readonly string[]): Promise<void> {
  await run(`${CHECKOUT}build/workload`, [...args], "build it with: make build");
}
