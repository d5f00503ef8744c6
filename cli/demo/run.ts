import { formatNs, KernelError, UnsupportedError, VerifierError } from "../../damon/mod.ts";
import { makeFolder, sudoOwner } from "../../format/bytes/mod.ts";
import { RECORD, record, sentenceOf } from "../record/mod.ts";
import { defaultsOf } from "../options/mod.ts";
import { CHECKOUT, messageOf, run } from "../terminal/mod.ts";
import type { DemoOptions } from "./demo.ts";

/** The whole demonstration: record here with DAMON or the page sampler, else in the lab; then draw. */
export async function demo(options: DemoOptions): Promise<void> {
  const { out, workload } = options;
  makeFolder(out);
  // The workload and the lab write these, not this program.
  const gives = [".arrow", ".truth.jsonl"].map((suffix) => sudoOwner(`${out}/${workload}${suffix}`));
  const startedMs = performance.now();
  if (options.lab) await recordInLab(options);
  else {
    try {
      await recordHere(options);
    } catch (error) {
      if (!(error instanceof UnsupportedError || error instanceof KernelError || error instanceof VerifierError)) {
        throw error;
      }
      console.error(`damo: ${messageOf(error)}\ndamo: so this demonstration records in a virtual machine (the lab)`);
      await recordInLab(options);
    }
  }
  for (const give of gives) give();
  const record = `${out}/${workload}.arrow`;
  const [picture, page] = [`${out}/${workload}.png`, `${out}/${workload}.html`];
  const damo = `${CHECKOUT}damo`;
  await run(damo, ["report", "heatmap", "-i", record]);
  await run(damo, ["report", "heatmap", "-i", record, "-o", picture]);
  await run(damo, ["report", "heatmap", "-i", record, "-o", page]);
  console.log(`
record   ${record}
picture  ${picture}
page     ${page}
truth    ${out}/${workload}.truth.jsonl (what the workload really did)

That took ${
    formatNs((performance.now() - startedMs) * 1e6)
  }. Now one of your own: damo record PID, then damo report heatmap`);
}

/** Records in a virtual machine whose kernel has DAMON. */
async function recordInLab({ out, workload }: DemoOptions): Promise<void> {
  await run(`${CHECKOUT}setup`, ["lab"]);
  // Its limit is of the machine's own time, which is virtual: how busy this one is does not matter.
  const inner = `exec timeout --foreground 300 ./damo demo --here --workload ${workload} --out "$DAMO_OUT"`;
  // With a terminal the recorder in there shows its progress on it.
  const tty = Deno.stdin.isTerminal() && Deno.stdout.isTerminal() ? ["--tty"] : [];
  await run(`${CHECKOUT}lab/run`, [...tty, "--out", out, "--timeout", "3600", "--", "sh", "-c", inner]);
}

/** Starts the workload, records it from the moment it is ready to its end. */
export async function recordHere({ out, workload }: DemoOptions): Promise<void> {
  makeFolder(out);
  const child = new Deno.Command(`${CHECKOUT}build/workload`, {
    args: [workload, "--wait", "--quiet", "--truth", `${out}/${workload}.truth.jsonl`],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    await readyLine(child.stdout);
    // It waits for a line: its first phase is to be in the record, however long the recorder takes to start.
    const go = async () => {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode("\n"));
      await writer.close();
    };
    console.error(`damo: recording the ${workload} workload (pid ${child.pid}) until it ends`);
    const options = defaultsOf(RECORD.options);
    // In the lab the file has another name outside than here, so the summary leaves it out.
    const quiet = { ...options, out: `${out}/${workload}.arrow`, quiet: true as const };
    const { header, footer } = await record(String(child.pid), undefined, quiet, () => void go());
    console.error(`damo: ${sentenceOf(footer, header.clock.originNs)}`);
  } finally {
    try {
      child.kill("SIGTERM");
    } catch { /* it has ended, as it should */ }
    await child.status;
  }
}

/** Waits until the workload has touched all of its memory, and leaves the rest of its output unread. */
async function readyLine(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  let text = "";
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/^ready/m.test(text)) return;
  }
  throw new Error(`The workload ended before it was ready${text && `: ${text.trim()}`}`);
}
