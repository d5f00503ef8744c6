import type { RecordedCommand } from "../../live/mod.ts";
import { ExitCode, exitCodeOf, type StopSignals } from "../terminal/mod.ts";

/**
 * Ends a command of ours as what it ran for ended, which is 0 where a timeout or the end of a target was waited for.
 *
 * @throws {ExitCode} where a signal ended it; where a command that it started itself ended by itself, that one's code.
 */
export function endWith(
  { signalName, reason }: Pick<StopSignals, "signalName" | "reason">,
  command: Pick<RecordedCommand, "ownExitCode"> | undefined,
): void {
  if (signalName) throw new ExitCode(exitCodeOf(signalName));
  if (reason !== "timeout" && command?.ownExitCode) throw new ExitCode(command.ownExitCode);
}
