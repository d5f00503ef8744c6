import { openRecord } from "../../../format/mod.ts";
import type { Mappings, RecordFooter, RecordHeader, Snapshot } from "../../../damon/mod.ts";

/** Runs in the lab's guest, with its own DAMON. */
export const KDAMONDS = "/sys/kernel/mm/damon/admin/kdamonds";
const CHECKOUT = new URL("../../..", import.meta.url).pathname;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A `damo` that runs, as a person would start it. */
export function spawnDamo(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(`${CHECKOUT}damo`, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
}

/** Runs `damo` to its end. */
export async function damo(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return await outcomeOf(spawnDamo(...args));
}

/** What a spawned `damo` said and how it ended. */
export async function outcomeOf(child: Deno.ChildProcess): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await child.output();
  return { code, out: text(stdout), err: text(stderr) };
}

/** A process with memory to watch, ended with the test. */
export interface Busy extends AsyncDisposable {
  pid: number;
  truth: string;
  ended: Promise<Deno.CommandStatus>;
  /** Lets its first phase begin. */
  go(): Promise<void>;
}

/** Starts the workload generator with a shipped configuration, or a file; waits until it has touched its memory. */
export async function startWorkload(name: string, dir: string): Promise<Busy> {
  const truth = `${dir}/${name.replace(/^.*\//, "")}.truth.jsonl`;
  const child = new Deno.Command(`${CHECKOUT}build/workload`, {
    args: [name, "--wait", "--quiet", "--truth", truth],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  // Never read further: it says nothing more, and must not die of a closed pipe.
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!/^ready/m.test(said)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the workload ended before it was ready: ${said}`);
    said += value;
  }
  return {
    pid: child.pid,
    truth,
    ended: child.status,
    async go() {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode("\n"));
      await writer.close();
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch { /* it has ended */ }
      await child.status;
    },
  };
}

/** A whole record in memory: the lab's are small. */
export interface Whole {
  header: RecordHeader;
  snapshots: Snapshot[];
  mappings: Mappings[];
  footer: RecordFooter | undefined;
  incomplete: string | undefined;
}

/** Reads a record. */
export async function readRecord(path: string): Promise<Whole> {
  await using reader = await openRecord(path);
  const whole: Whole = {
    header: reader.header,
    snapshots: [],
    mappings: [],
    footer: undefined,
    incomplete: undefined,
  };
  for await (const item of reader.items()) {
    if (item.kind === "snapshot") whole.snapshots.push(item.snapshot);
    else if (item.kind === "mappings") whole.mappings.push(item.mappings);
    else if (item.kind === "footer") whole.footer = item.footer;
  }
  whole.incomplete = reader.incomplete;
  return whole;
}

/** Every readable file of DAMON's sysfs tree, with its text. */
export function damonTree(): Record<string, string> {
  const files: Record<string, string> = {};
  const walk = (path: string) => {
    for (const entry of Deno.readDirSync(path)) {
      if (entry.isDirectory) walk(`${path}/${entry.name}`);
      else {
        try {
          files[`${path}/${entry.name}`] = Deno.readTextFileSync(`${path}/${entry.name}`);
        } catch { /* write only */ }
      }
    }
  };
  walk(KDAMONDS);
  return files;
}

/** Writes one file of the tree, as another user of DAMON would. */
export function put(path: string, value: string | number): void {
  Deno.writeTextFileSync(`${KDAMONDS}/${path}`, String(value), { create: false });
}

/** Somebody else's kdamond on physical memory, staged and, if wanted, on; taken away with the test. */
export function foreignKdamond(isOn: boolean): Disposable {
  put("nr_kdamonds", 1);
  put("0/contexts/nr_contexts", 1);
  put("0/contexts/0/operations", "paddr");
  put("0/contexts/0/monitoring_attrs/intervals/aggr_us", 200_000);
  put("0/contexts/0/targets/nr_targets", 1);
  put("0/contexts/0/targets/0/regions/nr_regions", 1);
  put("0/contexts/0/targets/0/regions/0/start", 16 << 20);
  put("0/contexts/0/targets/0/regions/0/end", 512 << 20);
  if (isOn) put("0/state", "on");
  return {
    [Symbol.dispose]() {
      if (isOn) put("0/state", "off");
      put("nr_kdamonds", 0);
    },
  };
}

/** Waits until `isTrue`; gives up after half a minute. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await isTrue()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`did not come to pass in 30 s: ${what}`);
}

/** Whether kdamond 0 is on. */
export function isRecording(): boolean {
  try {
    return Deno.readTextFileSync(`${KDAMONDS}/0/state`).trim() === "on";
  } catch {
    return false;
  }
}

/** Whether a recorder has begun to write there. */
export function hasRecord(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
}

/** Takes note, for the table of features by kernel, that a test has used a feature here, or that this kernel lacks it. */
export function exercised(feature: string, since?: string): void {
  const out = Deno.env.get("DAMO_OUT");
  if (out === undefined) return;
  const line = JSON.stringify({ kernel: Deno.osRelease(), feature, ...(since !== undefined && { since }) });
  Deno.writeTextFileSync(`${out}/features.jsonl`, `${line}\n`, { append: true });
}
