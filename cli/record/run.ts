import { cleanLines } from "../../damon/text/mod.ts";
import { formatNr, type RecordFooter, type RecordHeader } from "../../damon/mod.ts";
import { requireProcess } from "../../kernel/control/mod.ts";
import { strangeMapLines } from "../../kernel/machine/mod.ts";
import { type RecordedCommand, startSession } from "../../live/mod.ts";
import { poorLines, QualityGauge, qualityLine } from "../../report/record/mod.ts";
import { controlRoots, mountAsked, sayLivingThreads } from "../control/mod.ts";
import { endWith } from "./end_with.ts";
import { pidsIn } from "../damon/mod.ts";
import type { RecordOptions } from "./record.ts";
import { outputAsked, profileRateOf } from "./output.ts";
import { watchingAsked } from "./source.ts";
import { summaryOf } from "./summary.ts";
import { kdamondsFor, PID_TO_COME, wantedOf } from "./target.ts";
import { StatusLine } from "./status_line.ts";
import { StopSignals, TOOL } from "../terminal/mod.ts";

/**
 * Runs `damo record`.
 *
 * @param started Called when DAMON is on and its events are listened to.
 * @throws {ExitCode} where a signal ended it, and where the command that was recorded ended with another code than 0.
 */
export async function record(
  target: string | undefined,
  command: string[] | undefined,
  options: RecordOptions,
  started?: () => void,
): Promise<{ header: RecordHeader; footer: RecordFooter }> {
  const roots = controlRoots();
  await mountAsked(roots, options);
  const wanted = wantedOf(target, command, options);
  const kdamonds = wanted.kind === "ongoing"
    ? []
    : await kdamondsFor(roots, wanted, options, { follows: options.snapshot === undefined });
  for (const pid of pidsIn(kdamonds)) if (pid !== PID_TO_COME) requireProcess(roots, pid);
  sayLivingThreads(roots, kdamonds);
  const output = await outputAsked(options);
  const argv = wanted.kind === "command" ? wanted.argv : undefined;

  // From here on a signal ends the record in order, whatever has been started by then.
  using signals = new StopSignals();
  await using session = await startSession(roots, {
    ...watchingAsked(options),
    watched: wanted.kind === "ongoing" ? "ongoing" : kdamonds,
    tool: TOOL,
    recorder: ["damo", ...Deno.args],
    command: argv,
    output,
    profileHz: profileRateOf(options, output.format),
    signal: signals.signal,
    hurry: signals.byHand,
  });
  const { header } = session;
  const quality = new QualityGauge(header);
  using status = new StatusLine(options.quiet !== true, session);
  signals.again.addEventListener("abort", () => session.command?.kill());
  if (options.timeout !== undefined) signals.stopAfter(options.timeout);
  started?.();
  let failure: unknown;
  try {
    for await (const item of session.events) {
      status.see(item);
      quality.add(item);
    }
  } catch (error) {
    failure = error;
  }
  status.clear();
  const exitCode = await endOf(session.command, argv);
  if (failure !== undefined) throw failure;
  const { footer } = await session.done;
  if (options.quiet !== true) {
    quality.add({ kind: "footer", footer });
    const judged = { header, footer, quality: quality.result() };
    for (const line of [...poorLines(judged), ...qualityLine(judged)]) console.error(`damo: ${line}`);
    console.error(summaryOf(session.output!, { ...footer, ...(exitCode !== undefined && { exitCode }) }, header));
  }
  const strange = strangeMapLines();
  if (strange > 0) {
    console.error(`damo: ${formatNr(strange)} lines of memory maps had an unknown form, and were left out`);
  }
  endWith(signals, session.command);
  return { header, footer };
}

/** Waits for the end of the command, if there is one; says so where that takes longer than the record. */
async function endOf(command: RecordedCommand | undefined, argv: readonly string[] | undefined) {
  if (!command || !argv) return undefined;
  const exitCode = await command.endWithin(0);
  if (exitCode !== undefined) return exitCode;
  const rest = "has not ended on SIGTERM yet; it is killed after 2 s, or at once by Ctrl-C";
  console.error(`damo: ${cleanLines(`The record is complete, but ${argv[0]} ${rest}`)}`);
  return await command.end();
}
