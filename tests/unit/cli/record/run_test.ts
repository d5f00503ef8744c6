import assert from "assert";
import { StopSignals } from "../../../../cli/terminal/stop_signals.ts";
import { startCommand } from "../../../../live/mod.ts";
import { endWith } from "../../../../cli/record/end_with.ts";
import { ExitCode } from "../../../../cli/terminal/exit.ts";
import { refuseTerminal } from "../../../../cli/terminal/refuse_terminal.ts";
import { startMonitor } from "../../../../live/session.ts";
import { KernelError } from "../../../../damon/mod.ts";
import { isEnding } from "../../../../kernel/machine/process.ts";
import { defaultRoots } from "../../../../kernel/machine/roots.ts";

const ROOTS = defaultRoots();

const gone = { start: () => Promise.reject(new KernelError("watch it", 3)) };

Deno.test("startMonitor says that a command ended before it could be watched, with its exit code", async () => {
  const argv = ["sh", "-c", "exit 3"];
  await using child = startCommand(ROOTS, argv, false);
  await child.exited;
  await assert.rejects(startMonitor(ROOTS, gone, argv, child), {
    message: "sh ended with exit code 3 before it could be watched: record what runs for longer",
  });
});

Deno.test("startMonitor says what the kernel says where the command still runs", async () => {
  const argv = ["sleep", "infinity"];
  await using child = startCommand(ROOTS, argv, false);
  await assert.rejects(startMonitor(ROOTS, gone, argv, child), KernelError);
});

/** What `damo record` ends with. */
function codeOf(...from: Parameters<typeof endWith>): number {
  try {
    endWith(...from);
    return 0;
  } catch (error) {
    if (error instanceof ExitCode) return error.code;
    throw error;
  }
}

Deno.test("endWith gives the exit code of a command that ended by itself, 128 + signal where one killed it", async () => {
  for (const [script, wanted] of [["exit 0", 0], ["exit 3", 3], ["kill -9 $$", 137]] as const) {
    await using child = startCommand(ROOTS, ["sh", "-c", script], false);
    await child.exited;
    assert.equal(await child.end(), wanted);
    // The target may be gone before its end is heard of.
    for (const reason of ["command exited", undefined]) {
      assert.equal(codeOf({ signalName: undefined, reason }, child), wanted, script);
    }
    assert.equal(codeOf({ signalName: "SIGINT", reason: "SIGINT" }, child), 130);
  }
});

Deno.test("endWith gives the exit code of a command whose end is not yet heard of: no signal is sent to what ends", async () => {
  for (const [script, wanted] of [["kill -TERM $$", 143], ["kill -KILL $$", 137], ["exit 3", 3]] as const) {
    await using child = startCommand(ROOTS, ["sh", "-c", script], false);
    // Without a pause, in which it would be heard.
    while (!isEnding(ROOTS, child.pid)) { /* it does not take long */ }
    assert.equal(await child.end(), wanted);
    assert.equal(codeOf({ signalName: undefined, reason: undefined }, child), wanted, script);
  }
});

Deno.test("endWith takes no exit code from a command that was ended, by the timeout as by the end of what watched it", async () => {
  await using child = startCommand(ROOTS, ["sleep", "infinity"], false);
  assert.equal(await child.end(), 143);
  for (const reason of ["timeout", undefined]) assert.equal(codeOf({ signalName: undefined, reason }, child), 0);
});

Deno.test("a command that does not end on SIGTERM holds up no record, and is killed at once when asked for", async () => {
  const out = Deno.makeTempFileSync();
  const script = `trap "" TERM; echo > ${out}; while :; do sleep 0.05; done`;
  await using child = startCommand(ROOTS, ["sh", "-c", script], false);
  while (Deno.statSync(out).size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await child.endWithin(1), undefined);
  child.kill();
  assert.equal(await child.end(), 137);
  assert.equal(await child.endWithin(1), 137);
  Deno.removeSync(out);
});

Deno.test("StopSignals tells a second signal from the first", async () => {
  using signals = new StopSignals();
  // A listener alone does not keep the test waiting.
  signals.stopAfter(3600);
  const said = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener("abort", resolve));
  const [first, again] = [said(signals.signal), said(signals.again)];
  Deno.kill(Deno.pid, "SIGTERM");
  await first;
  assert.deepEqual([signals.reason, signals.again.aborted], ["SIGTERM", false]);
  Deno.kill(Deno.pid, "SIGTERM");
  await again;
  assert.equal(signals.reason, "SIGTERM");
});

Deno.test("refuseTerminal keeps binary records from a terminal, and nothing else from anywhere", () => {
  for (const format of ["arrow", "parquet", "json_compressed"] as const) {
    assert.throws(() => refuseTerminal("-", format, true), { name: "RangeError", message: /is binary.*-o FILE/ });
    refuseTerminal("-", format, false);
    refuseTerminal("/dev/stdout", format, true);
  }
  for (const format of ["jsonl", "csv", "perf_script", "json"] as const) refuseTerminal("-", format, true);
});
