import assert from "assert";
import fc from "../../../fast_check.ts";
import { Assembler, EventKind, type Snapshot } from "../../../../damon/mod.ts";
import { batchOf, type Fields, regionsOf, Sender } from "../../../events.ts";

interface Sent {
  kdamond: number;
  targetId: bigint;
  timeNs: number;
  mark: number;
  events: Fields[];
}

/** What kdamonds do, in the order in which it reaches the ring. */
const step = fc.record({
  kdamond: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 3 })),
  targetId: fc.bigInt({ min: 0n, max: 2n }),
  length: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) },
    // Snapshots alike, for losses that end where they began in the next one.
    { weight: 6, arbitrary: fc.constant(4) },
    { weight: 1, arbitrary: fc.constantFrom(1, 2, 1000) },
  ),
  /** An event of a scheme before the snapshot: it shares the kdamond's seq. */
  scheme: fc.boolean(),
  /** How this snapshot mixes with those of other kdamonds: events taken from it in one go. */
  stride: fc.integer({ min: 1, max: 20 }),
});

/** What is lost: none, single events, bursts of any length, from the beginning or up to the end. */
const loss = fc.array(
  fc.record({
    /** Of the whole, permil. */
    at: fc.integer({ min: 0, max: 999 }),
    length: fc.oneof(fc.constantFrom(1, 4), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 500, max: 3000 })),
  }),
  { maxLength: 6 },
);

/** The events of all kdamonds in one order that keeps each one's own. */
function interleave(queues: Fields[][], strides: number[]): Fields[] {
  const all: Fields[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    all.push(...queues[turn % queues.length].splice(0, strides[turn % strides.length]));
  }
  return all;
}

Deno.test("Assembler delivers exactly the snapshots that lost nothing, under any loss", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      loss,
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(0, 2 ** 32 - 7),
      (steps, losses, cuts, firstSeq) => {
        const senders = new Map([1, 2, 3].map((kdamond) => [kdamond, new Sender(kdamond, firstSeq)]));
        const queues = new Map([1, 2, 3].map((kdamond) => [kdamond, [] as Fields[]]));
        const sent: Sent[] = [];
        steps.forEach(({ kdamond, targetId, length, scheme }, i) => {
          const sender = senders.get(kdamond)!;
          if (scheme) queues.get(kdamond)!.push(sender.other(EventKind.schemeQuota, { end: i }));
          const timeNs = (i + 1) * 1e8;
          const events = sender.snapshot(targetId, timeNs, regionsOf(length, i));
          queues.get(kdamond)!.push(...events);
          sent.push({ kdamond, targetId, timeNs, mark: i, events });
        });
        const all = interleave([...queues.values()], steps.map(({ stride }) => stride));
        const lost = new Set<Fields>();
        for (const { at, length } of losses) {
          const first = Math.floor(at / 1000 * all.length);
          for (const event of all.slice(first, first + length)) lost.add(event);
        }
        const received = all.filter((event) => !lost.has(event));

        const assembler = new Assembler({ intervalsOf: () => ({ sampleUs: 5_000, aggrUs: 100_000 }) });
        const delivered: Snapshot[] = [];
        let schemes = 0;
        for (let at = 0, i = 0; at < received.length; i++) {
          const batch = batchOf(received.slice(at, at += cuts[i % cuts.length]));
          for (const item of assembler.push(batch)) {
            if (item.kind === "snapshot") delivered.push(item.snapshot);
            else schemes++;
          }
          // The next batch overwrites this one.
          batch.words.fill(0xffff_ffff);
        }
        assembler.finish();

        const whole = sent.filter(({ events }) => events.every((event) => !lost.has(event)));
        const summary = ({ kdamond, targetId, endNs }: Snapshot) => `${kdamond} ${targetId} ${endNs}`;
        assert.deepEqual(
          delivered.map(summary).sort(),
          whole.map(({ kdamond, targetId, timeNs }) => `${kdamond} ${targetId} ${timeNs}`).sort(),
        );
        for (const { endNs, startNs, regions } of delivered) {
          const { mark, events } = sent[endNs / 1e8 - 1];
          assert.deepEqual([...regions], regionsOf(events.length, mark));
          assert.ok(startNs < endNs);
        }

        const torn = sent.filter(({ events }) =>
          events.some((event) => lost.has(event)) && !events.every((event) => lost.has(event))
        );
        assert.equal(assembler.torn, torn.length);

        // What is lost behind a kdamond's last event that came leaves no gap.
        let gaps = 0;
        for (const kdamond of [1, 2, 3]) {
          const came = received.filter((event) => event.kdamond === kdamond);
          if (came.length > 0) gaps += Number(came.at(-1)!.seq) + 1 - came.length;
        }
        assert.equal(assembler.lost, gaps);
        assert.equal(schemes, received.filter(({ kind }) => kind === EventKind.schemeQuota).length);
      },
    ),
    { numRuns: 3000 },
  );
});
