import assert from "assert";
import { type RecordItem, Regions, type Snapshot } from "../../../damon/mod.ts";
import { openRecord } from "../../../format/mod.ts";
import type { Monitor } from "../../../kernel/monitor/monitor.ts";
import type { RecordSource } from "../../../kernel/monitor/record_source.ts";
import { defaultRoots } from "../../../kernel/machine/roots.ts";
import { runSession, type SessionOptions, startSession } from "../../../live/mod.ts";
import { HEADER } from "../../records.ts";

const ROOTS = defaultRoots();

/** One of a process that its header names. */
const snapshotAt = (i: number): Snapshot => ({
  kdamond: 7,
  targetId: 0n,
  startNs: 6e9 + i * 1e8,
  endNs: 6e9 + (i + 1) * 1e8,
  sampleUs: 5000,
  aggrUs: 100_000,
  regions: Regions.from([{ start: 0x1000, end: 0x3000, nrAccesses: i % 20, age: i }]),
});

/** A session whose monitor sees what it is given. */
async function sessionOf(see: (signal: AbortSignal) => AsyncGenerator<RecordItem>, options: Partial<SessionOptions>) {
  const closed: string[] = [];
  const monitor: Monitor = {
    kdamonds: HEADER.kdamonds,
    items: see,
    counts: () => ({ events: 0, received: 0, dropped: 0, torn: 0 }),
    ended: undefined,
  };
  const source: RecordSource = {
    source: "damon",
    start: () => Promise.resolve(monitor),
    clockNs: () => 9e9,
    [Symbol.asyncDispose]: () => Promise.resolve(void closed.push("source")),
  };
  const wanted = { watched: "ongoing" as const, tool: "damo test", ...options };
  const session = await startSession(ROOTS, wanted, () => Promise.resolve(source));
  return { session, closed };
}

/** What a finished file has. */
async function contentOf(path: string) {
  await using record = await openRecord(path);
  const items = await Array.fromAsync(record.items());
  const [footer] = items.flatMap((item) => item.kind === "footer" ? [item.footer] : []);
  return { snapshots: items.filter(({ kind }) => kind === "snapshot").length, reason: footer?.reason };
}

async function* someSnapshots(count: number): AsyncGenerator<RecordItem> {
  for (let i = 0; i < count; i++) {
    await Promise.resolve();
    yield { kind: "snapshot", snapshot: snapshotAt(i) };
  }
}

for (const suffix of ["arrow", "jsonl", "csv.gz", "parquet"]) {
  const path = () => Deno.makeTempFileSync({ suffix: `.${suffix}` });

  Deno.test(`a session whose monitor fails keeps what it saw by then, and says why: ${suffix}`, async () => {
    const output = { path: path() };
    const failing = async function* () {
      yield* someSnapshots(5);
      throw new Error("the ring is gone");
    };
    const { session, closed } = await sessionOf(failing, { output });
    await assert.rejects(runSession(session), { message: "the ring is gone" });
    await assert.rejects(session.done, { message: "the ring is gone" });
    await session[Symbol.asyncDispose]();
    const { snapshots, reason } = await contentOf(output.path);
    assert.equal(snapshots, 5);
    // A table has no room for it.
    if (suffix !== "csv.gz") assert.equal(reason, "failure: the ring is gone");
    assert.deepEqual(closed, ["source"]);
  });
}

Deno.test("a session is complete where the loop over its events is left, stopped, or never begun", async () => {
  const endless = async function* (signal: AbortSignal) {
    for (let i = 0; !signal.aborted; i++) {
      await new Promise((done) => setTimeout(done, 1));
      yield { kind: "snapshot" as const, snapshot: snapshotAt(i) };
    }
  };
  const outputs = ["left", "stopped", "signal", "unread"].map((name) => ({ name, path: Deno.makeTempFileSync() }));
  for (const { name, path } of outputs) {
    const controller = new AbortController();
    const { session } = await sessionOf(endless, { output: { path, format: "jsonl" }, signal: controller.signal });
    let seen = 0;
    if (name !== "unread") {
      for await (const { kind } of session.events) {
        if (kind !== "snapshot" || ++seen < 3) continue;
        if (name === "left") break;
        if (name === "stopped") session.stop("enough");
        else controller.abort("SIGINT");
      }
    }
    await session[Symbol.asyncDispose]();
    const { footer } = await session.done;
    const content = await contentOf(path);
    assert.equal(content.snapshots, footer.snapshots, name);
    assert.ok(content.snapshots >= seen && (seen > 0) === (name !== "unread"), name);
    const reasons: Record<string, string> = { stopped: "enough", signal: "SIGINT" };
    assert.equal(content.reason, reasons[name] ?? "stopped", name);
  }
});

Deno.test("a session without an output tells of what it sees, and counts it", async () => {
  const { session } = await sessionOf(() => someSnapshots(4), {});
  const kinds = new Set<string>();
  for await (const { kind } of session.events) kinds.add(kind);
  assert.ok(kinds.has("snapshot") && kinds.has("usage"));
  assert.equal((await session.done).footer.snapshots, 4);
  await session[Symbol.asyncDispose]();
});
