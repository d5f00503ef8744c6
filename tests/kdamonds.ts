import fc from "./fast_check.ts";
import {
  type AccessPattern,
  type Action,
  ACTIONS,
  type AddressRange,
  type Bounds,
  type Context,
  GOAL_METRICS,
  type Intervals,
  type Kdamond,
  MAX,
  type Operations,
  type Probe,
  type QuotaGoal,
  type Quotas,
  type Scheme,
  type SchemeFilter,
  type Target,
  type Watermarks,
} from "../damon/mod.ts";

const U32_MAX = 2 ** 32 - 1;

/** Small numbers, round ones, any that a double holds exactly, and above those what a double can be. */
const u64 = fc.oneof(
  fc.nat({ max: 20 }),
  fc.nat({ max: 1000 }).map((n) => n * 1000),
  fc.maxSafeNat(),
  fc.integer({ min: 2 ** 52, max: 2 ** 53 - 1 }).map((n) => n * 2048),
);
const u32 = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 1000 }).map((n) => n * 100), fc.nat({ max: U32_MAX }));
const bytes = fc.oneof(
  fc.tuple(fc.nat({ max: 1023 }), fc.constantFrom(0, 10, 12, 20, 30, 40)).map(([n, shift]) => n * 2 ** shift),
  u64,
);
/** Round in a unit that a person would take, or not. */
const micros = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom(1, 1e3, 1e6, 60e6, 3600e6)).map(([n, unit]) => n * unit),
  fc.nat({ max: 2 ** 40 }),
);
const nid = fc.nat({ max: 63 });
/** Paths of memory cgroups, odd ones too: blanks, quotes, what begins like something else. */
const path = fc.oneof(
  fc.constantFrom(
    "/",
    "/a/b",
    "/user.slice/my app.scope",
    '/"quoted"',
    "/it's",
    "/a#b: c, d",
    "/[x]{y}",
    "/ä/%41",
    "/a ",
  ),
  fc.array(fc.constantFrom("a", "-", " ", "'", '"', "\\", ":", "#", ",", "/", "é", "\t"), { maxLength: 12 }).map((
    all,
  ) => `/${all.join("")}`),
);

const bounds = (value: fc.Arbitrary<number>): fc.Arbitrary<Bounds> =>
  fc.tuple(fc.oneof(fc.constant(0), value), fc.oneof(fc.constant(MAX), value)).map(([a, b]) => ({
    min: Math.min(a, b),
    max: Math.max(a, b),
  }));

/** Ascending page-aligned ranges. */
const regions = (minLength: number): fc.Arbitrary<AddressRange[]> =>
  fc.tuple(
    fc.oneof(fc.nat({ max: 1000 }), fc.constantFrom(2 ** 20, 0x7f12_a4c00, 2 ** 51)),
    fc.array(fc.tuple(fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 2 ** 20 })), { minLength, maxLength: 3 }),
  ).map(([page, steps]) =>
    steps.map(([gap, length]) => {
      const start = (page + gap) * 4096;
      page += gap + length;
      return { start, end: start + length * 4096 };
    })
  );

/** Only the keys whose values are there. */
const withOptional = <R extends object, O extends object>(
  required: { [K in keyof R]: fc.Arbitrary<R[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<R & Partial<O>> =>
  fc.record({ ...required, ...optional } as never, {
    requiredKeys: Object.keys(required) as never,
    noNullPrototype: true,
  }) as never;

/** An object like those that parsers make. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

const intervals: fc.Arbitrary<Intervals> = fc.tuple(
  fc.oneof(fc.constantFrom(1000, 5000, 10_000), fc.integer({ min: 1, max: 10_000_000 })),
  fc.oneof(fc.constantFrom(20, 33), fc.integer({ min: 1, max: 1000 })),
  fc.oneof(fc.constant(0), fc.nat({ max: 999 })),
  micros,
  fc.option(fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 20 }), u32, u32), {
    nil: undefined,
  }),
).map(([sampleUs, samples, odd, update, goal]) => ({
  sampleUs,
  aggrUs: sampleUs * samples + (samples % 2 ? odd : 0),
  updateUs: sampleUs + update,
  ...(goal && {
    goal: {
      accessBp: goal[0],
      aggrs: goal[1],
      minSampleUs: Math.max(1, sampleUs - goal[2]),
      maxSampleUs: sampleUs + goal[3],
    },
  }),
}));

const accessPattern: fc.Arbitrary<AccessPattern> = record({
  szBytes: bounds(bytes),
  nrAccesses: bounds(u32),
  age: bounds(u32),
});

const goal: fc.Arbitrary<QuotaGoal> = fc.constantFrom(...GOAL_METRICS).chain((metric): fc.Arbitrary<QuotaGoal> =>
  record({
    metric: fc.constant(metric),
    targetValue: fc.integer({ min: 1, max: metric.endsWith("_bp") ? 10_000 : 2 ** 40 }),
    ...(metric === "user_input" && { currentValue: fc.nat() }),
    ...(metric.startsWith("node_") && { nid }),
    ...(metric.startsWith("node_memcg_") && { path }),
  })
);

const permil = fc.nat({ max: 1000 });
const quotas: fc.Arbitrary<Quotas> = withOptional<
  Pick<Quotas, "timeMs" | "szBytes" | "resetIntervalMs" | "weights" | "goals">,
  { goalTuner: "temporal"; failCharge: { num: number; denom: number } }
>({
  timeMs: fc.oneof(fc.constantFrom(0, 10), fc.nat({ max: 1e6 })),
  // Not zero, so that it is a quota whatever the rest says.
  szBytes: bytes.map((n) => n + 1),
  resetIntervalMs: fc.oneof(fc.constantFrom(1000, 60_000, U32_MAX), fc.integer({ min: 1, max: 2 ** 31 })),
  weights: record({ szPermil: permil, nrAccessesPermil: permil, agePermil: fc.oneof(permil, u32) }),
  goals: fc.array(goal, { maxLength: 2 }),
}, {
  goalTuner: fc.constant("temporal" as const),
  failCharge: record({ num: fc.nat({ max: 100 }), denom: fc.integer({ min: 1, max: 100 }) }),
});

const watermarks: fc.Arbitrary<Watermarks> = fc.tuple(permil, permil, permil, micros).map(([a, b, c, us]) => {
  const [low, mid, high] = [a, b, c].sort((x, y) => x - y);
  return { metric: "free_mem_rate", intervalUs: us + 1, highPermil: high, midPermil: mid, lowPermil: low };
});

const filter = (targets: number): fc.Arbitrary<SchemeFilter> =>
  fc.tuple(
    record({ matching: fc.boolean(), allow: fc.boolean() }),
    fc.oneof(
      record({ type: fc.constantFrom("anon", "active", "young", "unmapped") }),
      record({ type: fc.constant("memcg"), memcgPath: path }),
      regions(1).map(([range]) => ({ type: "addr", ...range })),
      record({ type: fc.constant("target"), targetIndex: fc.nat({ max: targets - 1 }) }),
      bounds(bytes).map(({ min, max }) => ({ type: "hugepage_size", minBytes: min, maxBytes: max })),
    ),
  ).map(([base, rest]) => ({ ...rest, ...base } as SchemeFilter));

/** What does something in this kind of context. */
const actions = (operations: Operations): readonly Action[] =>
  ACTIONS.filter((action) =>
    operations === "paddr"
      ? /^(pageout|lru_|migrate_|stat)/.test(action)
      : /^(willneed|cold|pageout|hugepage|nohugepage|collapse|migrate_|stat)/.test(action)
  );

const destination = fc.oneof(
  record({ targetNid: nid }),
  record({ dests: fc.array(record({ nid, weight: u32 }), { minLength: 1, maxLength: 3 }) }),
);

const scheme = (operations: Operations, targets: number): fc.Arbitrary<Scheme> =>
  fc.constantFrom(...actions(operations)).chain((action) =>
    fc.tuple(
      withOptional<
        Pick<Scheme, "action" | "accessPattern">,
        Required<Omit<Scheme, "action" | "accessPattern" | "targetNid" | "dests">>
      >({ action: fc.constant(action), accessPattern }, {
        applyIntervalUs: micros.map((us) => us + 1),
        quotas,
        watermarks,
        filters: fc.array(filter(targets), { minLength: 1, maxLength: 4 }),
        maxNrSnapshots: fc.integer({ min: 1, max: 1000 }),
      }),
      action.startsWith("migrate_") ? destination : fc.constant({}),
    ).map(([rest, where]) => ({ ...rest, ...where }))
  );

const target = (operations: Operations): fc.Arbitrary<Target> =>
  withOptional<Target, { obsolete: true }>({
    ...(operations !== "paddr" && { pid: fc.integer({ min: 1, max: 4_194_304 }) }),
    regions: regions(operations === "vaddr" ? 0 : 1),
  } as never, { obsolete: fc.constant(true as const) });

const probe: fc.Arbitrary<Probe> = withOptional<Pick<Probe, "filters">, { weight: number }>({
  filters: fc.array(
    fc.tuple(fc.boolean(), fc.boolean(), fc.option(path, { nil: undefined })).map(([matching, allow, path]) => ({
      type: path === undefined ? "anon" as const : "memcg" as const,
      matching,
      allow,
      ...(path !== undefined && { path }),
    })),
    { minLength: 1, maxLength: 2 },
  ),
}, { weight: u32 });

const context: fc.Arbitrary<Context> = fc.constantFrom<Operations>("vaddr", "fvaddr", "paddr").chain((operations) =>
  fc.array(target(operations), { minLength: 1, maxLength: operations === "paddr" ? 1 : 3 }).chain((targets) =>
    withOptional<
      Pick<Context, "operations" | "intervals" | "nrRegions" | "targets">,
      Required<Pick<Context, "addrUnitBytes" | "pause" | "probes" | "sample" | "schemes">>
    >({
      operations: fc.constant(operations),
      intervals,
      nrRegions: fc.tuple(fc.integer({ min: 3, max: 2000 }), fc.nat({ max: 100_000 })).map(([min, more]) => ({
        min,
        max: min + more,
      })),
      targets: fc.constant(targets),
    }, {
      pause: fc.constant(true),
      probes: fc.array(probe, { minLength: 1, maxLength: 2 }),
      sample: fc.constantFrom({ pageTable: false, pageFault: true }, { pageTable: true, pageFault: true }),
      schemes: fc.array(scheme(operations, targets.length), { minLength: 1, maxLength: 3 }),
      ...(operations === "paddr" && { addrUnitBytes: fc.constantFrom(2, 64, 4096) }),
    } as never)
  )
);

/**
 * Configurations that every check lets pass, in their shortest form: what the kernel has by itself is left out. Some ask
 * for what only the newest kernels have.
 */
export function arbitraryKdamonds({ maxLength = 3 }: { maxLength?: number } = {}): fc.Arbitrary<Kdamond[]> {
  return fc.array(
    withOptional<Kdamond, { refreshMs: number }>({ contexts: fc.tuple(context) } as never, {
      refreshMs: fc.oneof(fc.constantFrom(100, 5000), fc.integer({ min: 1, max: 1e7 })),
    }),
    { minLength: 1, maxLength },
  );
}
