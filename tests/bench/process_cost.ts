/** What a command of damo costs as a whole process, start-up included. */
export interface ProcessCost {
  /** By the clock, s. */
  wall: number;
  /** CPU time, s. */
  cpu: number;
  /** Largest resident size, MB. */
  mb: number;
  /** The last line that it said beside its result. */
  said: string;
}

const DAMO = new URL("../../damo", import.meta.url).pathname;

/** Runs damo with its output thrown away. */
export async function damoCost(args: readonly string[], cwd?: string): Promise<ProcessCost> {
  const before = performance.now();
  const { stderr, code } = await new Deno.Command("/usr/bin/time", {
    args: ["-f", "%U %S %M", DAMO, ...args],
    stdout: "null",
    stderr: "piped",
    ...(cwd && { cwd }),
  }).output();
  const wall = (performance.now() - before) / 1e3;
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  const [user, system, kb] = lines.at(-1)!.split(" ").map(Number);
  return { wall, cpu: user + system, mb: kb / 1024, said: code === 0 ? "" : lines.slice(0, -1).join(" ") };
}
