import assert from "assert";
import fc from "../../../fast_check.ts";
import {
  type Bounds,
  type Context,
  debugfsGaps,
  formatAttrs,
  formatDebugfsScheme,
  formatInitRegions,
  formatTargetIds,
  MAX,
  parseAttrs,
  parseDebugfsSchemes,
  parseInitRegions,
  type Scheme,
} from "../../../../damon/mod.ts";
import { arbitraryKdamonds } from "../../../kdamonds.ts";

/** Contexts without what debugfs has no place for. */
const contexts = arbitraryKdamonds({ maxLength: 1 }).map(([{ contexts: [context] }]): Context => {
  const { operations, intervals: { sampleUs, aggrUs, updateUs }, nrRegions, targets, schemes = [] } = context;
  return {
    operations: operations === "fvaddr" ? "vaddr" : operations,
    intervals: { sampleUs, aggrUs, updateUs },
    nrRegions,
    targets: targets.map(({ obsolete: _none, ...target }) => target),
    schemes: schemes.map((scheme): Scheme => {
      const { action, accessPattern, quotas, watermarks } = scheme;
      return {
        action: /^(lru_|migrate_|collapse)/.test(action) ? "stat" : action,
        accessPattern: {
          ...accessPattern,
          nrAccesses: unbound(accessPattern.nrAccesses),
          age: unbound(accessPattern.age),
        },
        ...(quotas && { quotas: limitsOf(quotas) }),
        ...(watermarks && { watermarks }),
      };
    }),
  };
});

/** Of what has 32 bits, the largest is no bound. */
function unbound({ min, max }: Bounds): Bounds {
  return { min, max: max >= 2 ** 32 - 1 ? MAX : max };
}

function limitsOf({ timeMs, szBytes, resetIntervalMs, weights }: NonNullable<Scheme["quotas"]>) {
  return { timeMs, szBytes, resetIntervalMs, weights, goals: [] };
}

Deno.test("parseDebugfsSchemes reads what formatDebugfsScheme wrote, with no, two or five statistics after it", () => {
  fc.assert(fc.property(contexts, fc.array(fc.array(fc.nat(), { minLength: 5, maxLength: 5 })), (context, stats) => {
    assert.deepEqual(debugfsGaps([{ contexts: [context] }]), []);
    for (const nrStats of [0, 2, 5]) {
      const lines = context.schemes!.map((scheme, s) =>
        [formatDebugfsScheme(scheme), ...(stats[s] ?? [0, 0, 0, 0, 0]).slice(0, nrStats)].join(" ")
      );
      const read = parseDebugfsSchemes(`${lines.join("\n")}\n`);
      read.forEach(({ stats: { nrTried, szTriedBytes, nrApplied, szAppliedBytes, qtExceeds }, ...scheme }, s) => {
        assert.deepEqual(scheme, context.schemes![s]);
        const numbers = [
          nrTried,
          szTriedBytes,
          ...(nrApplied === undefined ? [] : [nrApplied, szAppliedBytes, qtExceeds]),
        ];
        const wanted = nrStats === 0 ? [0, 0] : (stats[s] ?? [0, 0, 0, 0, 0]).slice(0, nrStats);
        assert.deepEqual(numbers, wanted);
      });
      assert.equal(read.length, lines.length);
    }
    for (const line of context.schemes!.map(formatDebugfsScheme)) {
      // Each is a number that the kernel's scanf takes.
      const words = line.split(" ");
      assert.equal(words.length, 18);
      assert.ok(words.every((word) => /^\d+$/.test(word) && BigInt(word) < 2n ** 64n));
    }
  }));
});

Deno.test("parseAttrs and parseInitRegions read what was written, in both keyings of regions", () => {
  fc.assert(fc.property(contexts, (context) => {
    assert.deepEqual(parseAttrs(`${formatAttrs(context)}\n`), {
      intervals: context.intervals,
      nrRegions: context.nrRegions,
    });
    const pids = new Set(context.targets.map(({ pid }) => pid));
    const ids = formatTargetIds(context).split(" ");
    assert.deepEqual(ids, context.operations === "paddr" ? ["paddr"] : context.targets.map(({ pid }) => String(pid)));
    // By pid, two targets of one process cannot be told apart.
    for (const isByPid of pids.size === context.targets.length ? [true, false] : [false]) {
      const text = `${formatInitRegions(context, isByPid)}\n`;
      const wanted = context.targets.map(({ regions }) =>
        regions.map(({ start, end }) => ({ start, end: Math.min(end, MAX) }))
      );
      assert.deepEqual(parseInitRegions(text, context.targets, isByPid), wanted);
    }
  }));
});
