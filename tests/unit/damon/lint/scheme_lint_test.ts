import assert from "assert";
import {
  type Action,
  ANY_ACCESS_PATTERN,
  type Bounds,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type FindingSeverity,
  lintSchemes,
  NO_QUOTAS,
  type Quotas,
  type Scheme,
  type SchemeFacts,
  type SchemeFilter,
} from "../../../../damon/mod.ts";

const MAX = 2 ** 64;
const range = (min: number, max = MAX): Bounds => ({ min, max });
const NONE = range(0, 0);
const [MIB, GIB] = [2 ** 20, 2 ** 30];

interface Wish extends Partial<Omit<Scheme, "quotas">> {
  size?: Bounds;
  rate?: Bounds;
  age?: Bounds;
  quotas?: Partial<Quotas>;
}

function scheme(action: Action, wish: Wish = {}): Scheme {
  const { size, rate, age, quotas, ...more } = wish;
  const accessPattern = {
    szBytes: size ?? ANY_ACCESS_PATTERN.szBytes,
    nrAccesses: rate ?? ANY_ACCESS_PATTERN.nrAccesses,
    age: age ?? ANY_ACCESS_PATTERN.age,
  };
  return {
    action,
    accessPattern,
    ...(quotas && { quotas: { ...NO_QUOTAS, resetIntervalMs: 1000, ...quotas } }),
    ...more,
  };
}

/** Pages out what was idle for a minute. */
const COLD = { rate: NONE, age: range(600) };
const cold = (wish: Wish = {}) => scheme("pageout", { ...COLD, ...wish });
const hot = (action: Action, wish: Wish = {}) => scheme(action, { rate: range(10), size: range(2 * MIB), ...wish });

function lint(schemes: Scheme | Scheme[], facts?: SchemeFacts, more: Partial<Context> = {}) {
  const context: Context = {
    operations: "vaddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ pid: 42, regions: [] }],
    schemes: [schemes].flat(),
    ...more,
  };
  return lintSchemes({ contexts: [context] }, facts);
}

const PADDR: Partial<Context> = { operations: "paddr", targets: [{ regions: [{ start: 4 * GIB, end: 8 * GIB }] }] };
const filtered = (...filters: SchemeFilter[]) => scheme("stat", { filters });
const [allow, reject] = [{ allow: true, matching: true }, { allow: false, matching: true }];
const goal = (metric: "user_input" | "some_mem_psi_us" | "node_mem_free_bp", targetValue: number, more = {}) =>
  cold({
    quotas: { weights: { szPermil: 0, nrAccessesPermil: 3, agePermil: 7 }, goals: [{ metric, targetValue, ...more }] },
  });
const WEIGHTS = { szPermil: 0, nrAccessesPermil: 3, agePermil: 7 };
const marks = (highPermil: number, midPermil: number, lowPermil: number, intervalUs = 5e6) =>
  cold({ watermarks: { metric: "free_mem_rate", intervalUs, highPermil, midPermil, lowPermil } });

Deno.test("lintSchemes finds nothing to say of schemes that are as they should be", () => {
  const facts: SchemeFacts = {
    swapBytes: GIB,
    swapFreeBytes: GIB,
    hugepages: "madvise",
    nodes: [0, 1],
    memcgs: { "/a": true },
    hasPressure: true,
    freePermil: 300,
    monitoredBytes: 4 * GIB,
  };
  const vaddr = [
    cold(),
    hot("hugepage"),
    scheme("stat"),
    marks(500, 400, 200),
    cold({ quotas: { szBytes: GIB, weights: WEIGHTS } }),
  ];
  for (const one of vaddr) assert.deepEqual(lint(one, facts), []);
  const paddr = [
    hot("lru_prio"),
    scheme("lru_deprio", COLD),
    hot("migrate_hot", { targetNid: 0 }),
    scheme("migrate_cold", { ...COLD, dests: [{ nid: 0, weight: 1 }, { nid: 1, weight: 2 }] }),
    cold({ filters: [{ ...reject, type: "memcg", memcgPath: "/a" }, { ...allow, type: "anon" }] }),
    goal("some_mem_psi_us", 10_000),
  ];
  for (const one of paddr) assert.deepEqual(lint(one, facts, PADDR), []);
  assert.deepEqual(lint([cold(), hot("willneed"), hot("hugepage")], facts), []);
});

type Case = [
  severity: FindingSeverity,
  field: string,
  why: RegExp,
  schemes: Scheme | Scheme[],
  facts?: SchemeFacts,
  more?: Partial<Context>,
];

const CASES: Case[] = [
  ["error", "size", /nothing matches: the least, 8192/, cold({ size: range(8192, 4096) })],
  ["error", "size", /smaller than a page/, cold({ size: range(0, 100) })],
  ["error", "size", /all that is monitored is 1 GiB/, cold({ size: range(2 * GIB) }), { monitoredBytes: GIB }],
  ["warning", "size", /none grow above 102 MiB/, cold({ size: range(200 * MIB) }), { monitoredBytes: GIB }],
  ["error", "access_rate", /100 ms has 20 samples of 5 ms, and at least 25/, cold({ rate: range(25) })],
  ["note", "access_rate", /30 samples are never reached: there are 20/, scheme("stat", { rate: range(0, 30) })],
  ["error", "age", /the least, 9, is above the most, 3/, cold({ age: range(9, 3) })],
  ["error", "age", /counts ages in 32 bits/, cold({ age: range(2 ** 33) })],
  ["warning", "age", /nothing matches before 46 d/, cold({ age: range(40e6) })],
  ["warning", "age", /idle for 200 ms/, scheme("pageout", { rate: NONE, age: range(2) })],
  ["warning", "access_rate", /all memory, what is in use as well/, scheme("pageout")],
  ["warning", "access_rate", /all memory, what nobody uses/, scheme("hugepage")],
  ["warning", "access_rate", /only memory that is in use/, scheme("cold", { rate: range(5) })],
  ["warning", "access_rate", /nobody accesses, and hugepage/, scheme("hugepage", { rate: NONE, size: range(2 * MIB) })],
  ["note", "size", /no room for one/, scheme("hugepage", { rate: range(5), size: range(4096) })],
  ["error", "size", /room for a huge page, 2 MiB/, scheme("hugepage", { rate: range(5), size: range(4096, 65536) })],
  ["error", "action", /vaddr does nothing for lru_prio: paddr does/, hot("lru_prio")],
  ["error", "action", /paddr does nothing for hugepage: vaddr and fvaddr do/, hot("hugepage"), {}, PADDR],
  ["error", "action", /paddr does nothing for willneed/, hot("willneed"), {}, PADDR],
  ["warning", "action", /no swap: only pages of files/, cold(), { swapBytes: 0 }],
  ["error", "action", /no swap, and anonymous memory/, cold({ filters: [{ ...allow, type: "anon" }] }), {
    swapBytes: 0,
  }, PADDR],
  ["warning", "action", /nearly full: 10 MiB of 1 GiB/, cold(), { swapBytes: GIB, swapFreeBytes: 10 * MIB }],
  ["error", "action", /set to never/, hot("hugepage"), { hugepages: "never" }],
  ["error", "action", /has no huge pages/, hot("collapse"), { hugepages: "none" }],
  ["note", "action", /set to always/, hot("hugepage"), { hugepages: "always" }],
  ["note", "action", /only where a program/, scheme("nohugepage", COLD), { hugepages: "madvise" }],
  ["error", "target_nid", /no node to migrate to/, hot("migrate_hot")],
  ["error", "target_nid", /no node 3: it has 0 and 1/, hot("migrate_hot", { targetNid: 3 }), { nodes: [0, 1] }],
  ["error", "target_nid", /has one node/, hot("migrate_hot", { targetNid: 0 }), { nodes: [0] }],
  ["error", "dests", /every weight is 0/, hot("migrate_hot", { dests: [{ nid: 0, weight: 0 }] })],
  [
    "warning",
    "dests",
    /node 1 is named twice/,
    hot("migrate_hot", { dests: [{ nid: 1, weight: 1 }, { nid: 1, weight: 2 }] }),
  ],
  ["note", "apply_interval", /it looks 10 times/, cold({ applyIntervalUs: 10_000 })],
  ["warning", "apply_interval", /shorter than the sampling interval/, cold({ applyIntervalUs: 1000 })],
  ["note", "pause", /is paused/, cold(), {}, { pause: true }],
  ["error", "quota", /no reset interval/, cold({ quotas: { szBytes: MIB, resetIntervalMs: 0, weights: WEIGHTS } })],
  [
    "error",
    "quota",
    /each reset interval, and there is none/,
    cold({
      quotas: { goals: [{ metric: "some_mem_psi_us", targetValue: 10 }], resetIntervalMs: 0, weights: WEIGHTS },
    }),
  ],
  ["error", "quota", /less than a page/, cold({ quotas: { szBytes: 100, weights: WEIGHTS } })],
  ["note", "quota", /weights count where/, cold({ quotas: { weights: WEIGHTS } })],
  ["warning", "quota", /no weight is above 0.*not the coldest first/, cold({ quotas: { szBytes: MIB } })],
  [
    "warning",
    "quota",
    /only size has a weight/,
    cold({ quotas: { szBytes: MIB, weights: { ...NO_QUOTAS.weights, szPermil: 1 } } }),
  ],
  ["note", "quota", /hugepage has no priorities/, hot("hugepage", { quotas: { szBytes: MIB, weights: WEIGHTS } })],
  [
    "note",
    "quota",
    /charged anew every 100 ms, and applied every 1 s/,
    cold({
      applyIntervalUs: 1e6,
      quotas: { szBytes: MIB, resetIntervalMs: 100, weights: WEIGHTS },
    }),
  ],
  [
    "warning",
    "quota",
    /all or nothing has no bound/,
    cold({
      quotas: { goals: [{ metric: "some_mem_psi_us", targetValue: 10 }], goalTuner: "temporal", weights: WEIGHTS },
    }),
  ],
  ["note", "quota", /tuner without a goal/, cold({ quotas: { szBytes: MIB, goalTuner: "consist", weights: WEIGHTS } })],
  [
    "note",
    "quota",
    /charged more than/,
    cold({ quotas: { szBytes: MIB, failCharge: { num: 2, denom: 1 }, weights: WEIGHTS } }),
  ],
  ["error", "goals", /of 0 can be no goal/, goal("some_mem_psi_us", 0)],
  ["error", "goals", /150 % is never reached/, goal("node_mem_free_bp", 15_000, { nid: 0 })],
  ["error", "goals", /does not measure memory pressure/, goal("some_mem_psi_us", 10), { hasPressure: false }],
  ["warning", "goals", /is 0: the quota grows/, goal("user_input", 10, { currentValue: 0 })],
  ["note", "goals", /stays as it is unless/, goal("user_input", 10, { currentValue: 5 })],
  ["error", "goals", /no node 5/, goal("node_mem_free_bp", 10, { nid: 5 }), { nodes: [0, 1] }],
  ["error", "goals", /no memory cgroup \/x/, goal("node_mem_free_bp", 10, { nid: 0, path: "/x" }), {
    memcgs: { "/x": false },
  }],
  ["error", "watermarks", /wrong order: high 20 %, mid 40 %, low 50 %/, marks(200, 400, 500)],
  ["error", "watermarks", /never becomes active/, marks(500, 200, 200)],
  ["note", "watermarks", /hold always/, marks(1000, 1000, 0)],
  ["warning", "watermarks", /goes on sampling/, marks(500, 400, 200, 0)],
  ["note", "watermarks", /rest now: 85 % of memory is free, above high, 50 %/, marks(500, 400, 200), {
    freePermil: 850,
  }],
  ["note", "watermarks", /rest now: 5 %/, marks(500, 400, 200), { freePermil: 50 }],
  ["note", "watermarks", /not begin now: 45 %/, marks(500, 400, 200), { freePermil: 450 }],
  [
    "error",
    "filters",
    /does not ask "reject memcg \/a" with vaddr: pageout takes all/,
    cold({
      filters: [{ ...reject, type: "memcg", memcgPath: "/a" }],
    }),
  ],
  ["error", "filters", /no such memory cgroup/, filtered({ ...reject, type: "memcg", memcgPath: "/a" }), {
    memcgs: { "/a": false },
  }],
  ["error", "filters", /no such target: there are 1/, filtered({ ...reject, type: "target", targetIndex: 1 })],
  ["error", "filters", /no whole page/, filtered({ ...reject, type: "addr", start: 4096, end: 4099 })],
  [
    "error",
    "filters",
    /nothing is monitored there/,
    filtered({ ...reject, type: "addr", start: 0, end: GIB }),
    {},
    PADDR,
  ],
  [
    "error",
    "filters",
    /no page is of such a size/,
    filtered({ ...reject, type: "hugepage_size", minBytes: 0, maxBytes: 9 }),
  ],
  [
    "warning",
    "filters",
    /"reject young" is never asked: "allow anon" and "reject none anon" together/,
    filtered(
      { ...allow, type: "anon" },
      { ...reject, matching: false, type: "anon" },
      { ...reject, type: "young" },
    ),
  ],
  [
    "warning",
    "filters",
    /"reject target 0" is never asked: "allow addr 0-max" takes all/,
    filtered(
      { ...allow, type: "addr", start: 0, end: MAX },
      { ...reject, type: "target", targetIndex: 0 },
    ),
  ],
  [
    "warning",
    "filters",
    /"reject addr 4G-5G" is never asked: "allow addr 0-8G"/,
    filtered(
      { ...allow, type: "addr", start: 0, end: 8 * GIB },
      { ...reject, type: "addr", start: 4 * GIB, end: 5 * GIB },
    ),
  ],
  [
    "warning",
    "filters",
    /does not restrict it to that/,
    filtered(
      { ...allow, type: "addr", start: 4 * GIB, end: 5 * GIB },
      { ...reject, type: "young" },
    ),
  ],
  ["warning", "schemes", /never acts: scheme 0 takes all that it would/, [
    cold({ age: range(50) }),
    scheme("cold", COLD),
  ]],
  ["note", "schemes", /scheme 0 does the same/, [
    scheme("cold", { rate: NONE }),
    scheme("cold", { rate: NONE, size: range(4096) }),
  ]],
  ["warning", "schemes", /nohugepage takes back what hugepage of scheme 0/, [
    hot("hugepage", { rate: range(1) }),
    scheme("nohugepage", { rate: range(0, 3) }),
  ]],
  ["warning", "schemes", /migrate_cold takes back/, [
    hot("migrate_hot", { targetNid: 0, rate: range(1) }),
    scheme("migrate_cold", { rate: range(0, 3), targetNid: 1 }),
  ]],
];

for (const [severity, field, why, schemes, facts, more] of CASES) {
  Deno.test(`lintSchemes has a ${severity} about ${field}: ${why.source}`, () => {
    const findings = lint(schemes, facts, more);
    const fitting = findings.filter((finding) =>
      finding.severity === severity && finding.field === field && why.test(finding.why)
    );
    assert.equal(fitting.length, 1, JSON.stringify(findings, null, 1));
    assert.equal(fitting[0].scheme, [schemes].flat().length - 1);
    assert.match(fitting[0].hint, /^\S.*[^.]$/);
  });
}

Deno.test("lintSchemes puts the worst first", () => {
  const findings = lint(hot("lru_prio", { applyIntervalUs: 10_000, quotas: { szBytes: 1 } }));
  const order = findings.map(({ severity }) => ["error", "warning", "note"].indexOf(severity));
  assert.ok(order.length > 2);
  assert.deepEqual(order, order.toSorted());
});
