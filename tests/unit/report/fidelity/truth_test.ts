import assert from "assert";
import { parseTruth } from "../../../../report/fidelity/truth.ts";

const WORKLOAD =
  '{"kind":"workload","schema":1,"pid":9,"config":"a.cfg","clock":"boottime","pageBytes":4096,"startNs":100}';
const REGION = '{"kind":"region","name":"a","start":4096,"end":12288,"bytes":8000}';
const PHASE = '{"kind":"phase","phase":0,"name":"p","startNs":100}';
const ACCESS =
  '{"kind":"access","phase":0,"name":"p","region":"a","start":4096,"end":12288,"startNs":100,"endNs":200,' +
  '"mode":"ro","order":"sequential","strideBytes":64,"weight":3,"probability":0.75,"accesses":5}';
const PHASE_END = '{"kind":"phase_end","phase":0,"name":"p","endNs":200}';
const END = '{"kind":"end","endNs":200,"reason":"finished"}';

const text = (...lines: string[]) => lines.map((line) => line + "\n").join("");

Deno.test("parseTruth reads every kind of line", () => {
  assert.deepEqual(parseTruth(text(WORKLOAD, REGION, PHASE, ACCESS, PHASE_END, END)), {
    pid: 9,
    config: "a.cfg",
    pageBytes: 4096,
    regions: [{ name: "a", start: 4096, end: 12288 }],
    phases: [{
      phase: 0,
      name: "p",
      startNs: 100,
      endNs: 200,
      accesses: [{
        region: "a",
        start: 4096,
        end: 12288,
        startNs: 100,
        endNs: 200,
        mode: "ro",
        order: "sequential",
        strideBytes: 64,
        probability: 0.75,
        accesses: 5,
      }],
    }],
    reason: "finished",
  });
});

Deno.test("parseTruth leaves the end of a phase open where the workload was killed in it", () => {
  const truth = parseTruth(text(WORKLOAD, REGION, PHASE));
  assert.equal(truth.phases[0].endNs, undefined);
  assert.equal(truth.reason, undefined);
});

Deno.test("parseTruth leaves out a last line that was cut off, but no other", () => {
  assert.equal(parseTruth(text(WORKLOAD, PHASE) + '{"kind":"pha').phases.length, 1);
  assert.throws(() => parseTruth(text(WORKLOAD, '{"kind":"pha', PHASE)), /line 2 is no JSON object/);
  assert.throws(() => parseTruth(text(WORKLOAD) + "7"), /line 2 is no JSON object/);
});

Deno.test("parseTruth puts regions in the order of their addresses", () => {
  const lower = REGION.replace("4096", "0").replace("12288", "4096").replace('"a"', '"b"');
  assert.deepEqual(parseTruth(text(WORKLOAD, REGION, lower)).regions.map((it) => it.name), ["b", "a"]);
});

for (
  const [what, lines, message] of [
    ["an empty text", [], /the truth is empty/],
    ["another first line", [REGION], /line 1 is of the kind region/],
    ["a second workload", [WORKLOAD, WORKLOAD], /line 2 begins a second workload/],
    ["a newer schema", [WORKLOAD.replace('"schema":1', '"schema":2')], /line 1 has schema 2/],
    ["another clock", [WORKLOAD.replace("boottime", "tai")], /line 1 needs "clock", one of boottime, not tai/],
    ["an unknown kind", [WORKLOAD, '{"kind":"x"}'], /line 2 needs "kind", one of/],
    ["a missing number", [WORKLOAD, REGION.replace("end", "dne")], /line 2 needs a number "end"/],
    ["an empty region", [WORKLOAD, REGION.replace("12288", "4096")], /line 2 has "start" \(4096\) not below "end"/],
    ["a phase in a phase", [WORKLOAD, PHASE, PHASE], /line 3 begins a phase while "p" has not ended/],
    ["an access outside of phases", [WORKLOAD, ACCESS], /line 2 is about a phase that is not under way/],
    ["an access of another phase", [WORKLOAD, PHASE, ACCESS.replace('"phase":0', '"phase":1')], /line 3 is about a/],
    ["an end of another phase", [WORKLOAD, PHASE, PHASE_END.replace('"phase":0', '"phase":1')], /line 3 ends a phase/],
    ["an end in a phase", [WORKLOAD, PHASE, END], /line 3 ends the workload while "p" has not ended/],
    ["lines after the end", [WORKLOAD, END, PHASE], /line 3 comes after the end/],
    ["a phase before the start", [WORKLOAD, PHASE.replace("100", "99")], /line 2 goes back in time/],
    [
      "a phase that ends before its accesses",
      [WORKLOAD, PHASE, ACCESS, PHASE_END.replace("200", "199")],
      /line 4 goes back/,
    ],
    ["sequential access without stride", [WORKLOAD, PHASE, ACCESS.replace('"strideBytes":64,', "")], /"strideBytes"/],
  ] as [string, string[], RegExp][]
) {
  Deno.test(`parseTruth refuses ${what}, naming the line`, () => {
    assert.throws(() => parseTruth(text(...lines)), (error) => {
      assert(error instanceof SyntaxError);
      assert.match(error.message, message);
      return true;
    });
  });
}
