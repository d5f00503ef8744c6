import { ExitCode } from "./exit.ts";

/**
 * Runs a program of ours with this terminal, passes signals on, and ends with its exit code.
 *
 * @throws {ExitCode} where it is not 0.
 */
export async function run(program: string, args: string[], hint?: string): Promise<void> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, { args, stdin: "inherit", stdout: "inherit", stderr: "inherit" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(`The program ${program} is not there${hint ? `; ${hint}` : ""}`);
    }
    throw error;
  }
  // Ctrl-C reaches the child by itself, in the same process group; it only must not end us before it.
  const pass = () => {
    try {
      child.kill("SIGTERM");
    } catch { /* it ended in this moment */ }
  };
  const wait = () => {};
  Deno.addSignalListener("SIGTERM", pass);
  Deno.addSignalListener("SIGINT", wait);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGTERM", pass);
  Deno.removeSignalListener("SIGINT", wait);
  if (code !== 0) throw new ExitCode(code);
}
