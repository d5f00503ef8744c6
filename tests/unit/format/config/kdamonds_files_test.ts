import assert from "assert";
import { TOPICS } from "../../../../cli/program/help_topics.ts";
import {
  checkKdamond,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Kdamond,
  type Scheme,
} from "../../../../damon/mod.ts";
import { formatKdamondsYaml, parseKdamonds } from "../../../../format/config/kdamonds.ts";
import { parseSchemes } from "../../../../format/config/schemes.ts";

const minimal: Kdamond = {
  contexts: [{
    operations: "vaddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ pid: 42, regions: [] }],
  }],
};

/** YAML of one context with one scheme, of which a line is to be looked at. */
const withScheme = (line: string) =>
  `kdamonds:
  - contexts:
      - operations: vaddr
        targets: [{pid: 42}]
        schemes:
          - action: stat
            ${line}
`;

async function schemeOf(line: string): Promise<Scheme> {
  return (await parseKdamonds(withScheme(line), "x.yaml"))[0].contexts[0].schemes![0];
}

Deno.test("parseKdamonds takes our words as YAML and as JSON, and fills in what is missing", async () => {
  const yaml = "kdamonds: [{contexts: [{operations: vaddr, targets: [{pid: 42}]}]}]";
  assert.deepEqual(await parseKdamonds(yaml, "x.yaml"), [minimal]);
  const json = '{"kdamonds": [{"contexts": [{"operations": "vaddr", "targets": [{"pid": 42}]}]}]}';
  assert.deepEqual(await parseKdamonds(json, "x.json"), [minimal]);
  assert.deepEqual(await parseKdamonds(`\ufeff${json}`, "x.json"), [minimal]);
  // Braces without quotes are YAML.
  assert.deepEqual(await parseKdamonds(`{${yaml}}`, "x.yaml"), [minimal]);
});

Deno.test("parseKdamonds resolves anchors, aliases and merge keys", async () => {
  const text = `
kdamonds:
  - contexts:
      - &base
        operations: vaddr
        targets: [{pid: 42}]
  - contexts:
      - <<: *base
        pause: on
`;
  const [first, second] = await parseKdamonds(text, "x.yaml");
  assert.deepEqual([first, second.contexts[0]], [minimal, { ...minimal.contexts[0], pause: true }]);
});

Deno.test("parseKdamonds counts rates and ages in the context's intervals, wherever they stand", async () => {
  const text = `
kdamonds:
  - contexts:
      - schemes: [{action: stat, access_rate: 25%.., age: 1s..max}]
        targets: [{pid: 42}]
        operations: vaddr
        intervals: {sample: 1ms, aggr: 40ms}
`;
  const [{ contexts: [{ schemes }] }] = await parseKdamonds(text.replace("25%..", "25%..50%"), "x.yaml");
  assert.deepEqual(schemes![0].accessPattern.nrAccesses, { min: 10, max: 20 });
  assert.deepEqual(schemes![0].accessPattern.age, { min: 25, max: 2 ** 64 });
  await assert.rejects(parseKdamonds(text, "x.yaml"), { name: "SyntaxError", message: /not "25%\.\."/ });
});

Deno.test("parseKdamonds takes each form of a range", async () => {
  const cases: [string, keyof Scheme["accessPattern"], number, number][] = [
    ["size: 4K..max", "szBytes", 4096, 2 ** 64],
    ["size: min..2M", "szBytes", 0, 2 ** 21],
    ["size: 4096", "szBytes", 4096, 4096],
    ["size: 0x1000 .. 1.5M", "szBytes", 4096, 1.5 * 2 ** 20],
    ["access_rate: 0%", "nrAccesses", 0, 0],
    ["access_rate: 5%..max", "nrAccesses", 1, 2 ** 64],
    ["access_rate: 3..7 samples", "nrAccesses", 3, 7],
    ["access_rate: 1 sample", "nrAccesses", 1, 1],
    ["access_rate: 10..50%", "nrAccesses", 2, 10],
    ["age: 60s..max", "age", 600, 2 ** 64],
    ["age: 1 m 30 s..2h", "age", 900, 72_000],
    ["age: 13..20 intervals", "age", 13, 20],
    ["age: min..500ms", "age", 0, 5],
  ];
  for (const [line, key, min, max] of cases) {
    assert.deepEqual((await schemeOf(line)).accessPattern[key], { min, max }, line);
  }
});

Deno.test("parseKdamonds takes a quota as a sentence or as a map", async () => {
  const weights = { szPermil: 0, nrAccessesPermil: 0, agePermil: 0 };
  const quotas = { timeMs: 0, szBytes: 0, resetIntervalMs: 1000, weights, goals: [] };
  assert.deepEqual((await schemeOf("quota: 100M per 1s")).quotas, { ...quotas, szBytes: 100 * 2 ** 20 });
  assert.deepEqual((await schemeOf("quota: 10ms per 1s")).quotas, { ...quotas, timeMs: 10 });
  assert.deepEqual((await schemeOf("quota: 10ms, 4K per 1m")).quotas, {
    ...quotas,
    timeMs: 10,
    szBytes: 4096,
    resetIntervalMs: 60_000,
  });
  assert.deepEqual((await schemeOf("quota: {size: 4K, reset: 1s, weights: {age: 70%}}")).quotas, {
    ...quotas,
    szBytes: 4096,
    weights: { ...weights, agePermil: 700 },
  });
});

Deno.test("parseKdamonds says file, line, column, what is needed and what is there", async () => {
  const cases: [string, RegExp][] = [
    [
      "age: 60",
      /^x\.yaml:7:18: age must be a range of times, as 60s\.\.max, or 13\.\.20 intervals, not 60$/,
    ],
    ["age: 2s..1s", /not "2s\.\.1s", which holds nothing: the first must not be above the second$/],
    ["access_rate: 33%", /not "33%", which holds nothing/],
    ["acces_rate: 5%", /^x\.yaml:7:13: a scheme has no "acces_rate": did you mean access_rate\?$/],
    ["zzz: 1", /: a scheme has no "zzz": it can have action, target_nid, dests, size, access_rate, age, /],
    ["quota: 100M", /: quota must be a quota, as 100M per 1s or 10ms, 100M per 1s, not "100M"$/],
    ["quota: {size: 1}", /^x\.yaml:7:20: a quota needs reset, and has only size$/],
    [
      "quota: {reset: 1s, goals: [{metric: x, target: 1}]}",
      /7:49: metric must be user_input, .* or node_eligible_mem_bp, not "x"$/,
    ],
    [
      "quota: {reset: 1s, goals: [{metric: active_mem_bp, target: 1}]}",
      /: target must be a share in percent, as 25%, not 1$/,
    ],
    [
      "quota: {reset: 1s, goals: [{metric: active_mem_bp, target: 1%, current: 1}]}",
      /has no current: the kernel measures it$/,
    ],
    [
      "filters: [allow foo]",
      /^x\.yaml:7:23: a filter must be a filter, as: reject young, .*, not "allow foo"$/,
    ],
    ["filters: allow anon", /^x\.yaml:7:22: filters must be a list, not "allow anon"$/],
    ["filters: [reject addr 5G-4G]", /which holds nothing: the start must be below the end$/],
    ["watermarks: {interval: 5s}", /: watermarks needs high, and has only interval$/],
    ["max_nr_snapshots: -1", /: max_nr_snapshots must be a whole number, not -1$/],
    ["apply_interval: 1.5ns", /not "1\.5ns", which is no whole number of µs$/],
    ["size: 17E", /not "17E", which is more than the kernel takes$/],
    ["target_nid:", /: target_nid must be a whole number, not nothing$/],
    ["age: [1, 2]", /not a list$/],
    ["age: {min: 1}", /not a map$/],
    ["age: 1s\n            age: 2s", /^x\.yaml:8:13: the key "age" is there twice$/],
    ["age: *nothing", /there is no anchor|not YAML/],
    ["age: 1s\n         odd: 1", /^x\.yaml:8:1\d?: not YAML: /],
  ];
  for (const [line, message] of cases) {
    await assert.rejects(schemeOf(line), { name: "SyntaxError", message }, line);
  }
});

Deno.test("parseKdamonds says what a text as a whole must be", async () => {
  const refused = (text: string, message: RegExp) =>
    assert.rejects(parseKdamonds(text, "x"), { name: "SyntaxError", message }, text);
  await refused("", /^x:1:1: it is empty$/);
  await refused("# nothing\n", /it is empty$/);
  await refused("word", /: a configuration is a map with kdamonds, not a text$/);
  await refused("kdamonds:", /: kdamonds must be a list, not nothing$/);
  await refused("kdamonds: []", /: kdamonds is empty$/);
  await refused("kdamond: []", /has no "kdamond": did you mean kdamonds\?$/);
  await refused(
    "kdamonds:\n  - contexts:\n      - operations: vaddr\n",
    /^x:3:9: a context needs targets, and has only operations$/,
  );
  await refused('{"kdamonds": [}', /^x:1:15: JSON needs a value here, not "}"$/);
  await refused('{"kdamonds": [1', /^x:1:16: JSON needs a comma or \] here, and is cut off$/);
  await refused('{"a": 1, "a": 2}', /the (?:name|key) "a" is there twice$/);
  await refused("[".repeat(5000), /nested deeper than 100|not YAML/);
  await refused(
    `a: &a [x]\nb: &b [${"*a,".repeat(400)}]\nc: &c [${"*b,".repeat(400)}]\nd: [${"*c,".repeat(400)}]\n`,
    /more than 100000 values/,
  );
});

Deno.test("what damo help configuration shows is read, both files of it", async () => {
  const { text } = TOPICS.find(({ name }) => name === "configuration")!;
  const [yaml] = /^ {2}kdamonds:\n(?: {4}.*\n)*/m.exec(text)!;
  const [kdamond] = await parseKdamonds(yaml, "help");
  checkKdamond(kdamond);
  assert.equal(kdamond.contexts[0].schemes![0].filters!.length, 2);
  const [lines] = /^ {2}#min-size .*\n.*\n/m.exec(text)!;
  assert.equal((await parseSchemes(lines, "help", DEFAULT_INTERVALS))[0].accessPattern.age.min, 600);
});

Deno.test("formatKdamondsYaml names its schema, for editors", async () => {
  const text = await formatKdamondsYaml([minimal], { omitDefaults: true, schema: "/x/kdamonds.schema.json" });
  assert.equal(
    text,
    `# yaml-language-server: $schema=/x/kdamonds.schema.json
kdamonds:
  - contexts:
      - operations: vaddr
        targets:
          - pid: 42
`,
  );
});

Deno.test("parseSchemes takes a list of schemes, of ours or of the Python damo, or columns", async () => {
  const ours = "- {action: pageout, size: 4K..max, access_rate: 0%, age: 60s..max}";
  const peer = JSON.stringify([{
    comments: "just a test",
    action: "pageout",
    access_pattern: {
      sz_bytes: { min: "4.000 KiB", max: "max" },
      nr_accesses: { min: "0 %", max: "0 %" },
      age: { min: "1 m", max: "max" },
    },
  }]);
  const wanted: Scheme = {
    action: "pageout",
    accessPattern: {
      szBytes: { min: 4096, max: 2 ** 64 },
      nrAccesses: { min: 0, max: 0 },
      age: { min: 600, max: 2 ** 64 },
    },
  };
  for (
    const text of [
      ours,
      `schemes:\n${ours}`,
      peer,
      "#min-size ...\n4K max 0 0 60s max pageout\n",
      `[{"action": "pageout", "size": "4K..max", "access_rate": "0%", "age": "60s..max"}]`,
    ]
  ) {
    assert.deepEqual(await parseSchemes(text, "x", DEFAULT_INTERVALS), [wanted], text);
  }
  await assert.rejects(parseSchemes("[]", "x", DEFAULT_INTERVALS), /: schemes is empty/);
  await assert.rejects(parseSchemes("pageout", "x", DEFAULT_INTERVALS), /: schemes must be a list, not "pageout"/);
});
