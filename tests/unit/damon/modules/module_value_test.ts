import assert from "assert";
import {
  checkModuleInputs,
  formatModuleValue,
  moduleOf,
  MODULES,
  parameterOf,
  parseModuleValue,
} from "../../../../damon/mod.ts";

const parameter = (name: string) => MODULES.flatMap((module) => parameterOf(module, name) ?? [])[0];

Deno.test("parseModuleValue turns what a person writes into the kernel's own unit", () => {
  const cases: [string, string, string][] = [
    ["min_age", "2m", "120000000"],
    ["min_age", "30000000", "30000000"],
    ["quota_ms", "1.5s", "1500"],
    ["quota_sz", "128M", "134217728"],
    ["quota_sz", "max", "18446744073709551615"],
    ["wmarks_high", "50%", "500"],
    ["wmarks_high", "12.5 %", "125"],
    ["active_mem_bp", "4.35%", "435"],
    ["monitor_region_start", "0x100000000", "4294967296"],
    ["max_nr_regions", "1,000", "1000"],
    ["skip_anon", "yes", "Y"],
    ["skip_anon", "0", "N"],
  ];
  for (const [name, text, written] of cases) assert.equal(parseModuleValue(parameter(name), text), written, name);
});

Deno.test("parseModuleValue refuses what the kernel would not take, or take as something else", () => {
  const cases: [string, string, string, RegExp][] = [
    ["wmarks_high", "1001", "RangeError", /wmarks_high must be 0 to 1000, not 1001/],
    ["wmarks_high", "0.05%", "RangeError", /whole number of parts of 1000: 0\.05% is 0\.5/],
    ["min_nr_regions", "2", "RangeError", /min_nr_regions must be 3 or more/],
    ["min_age", "1.5", "RangeError", /whole number of µs/],
    ["min_age", "soon", "SyntaxError", /is not a time/],
    ["skip_anon", "maybe", "SyntaxError", /is yes or no, not "maybe"/],
    ["max_nr_regions", "many", "SyntaxError", /is a count, not "many"/],
  ];
  for (const [name, text, error, message] of cases) {
    assert.throws(() => parseModuleValue(parameter(name), text), { name: error, message });
  }
});

Deno.test("formatModuleValue says a kernel's number as a person would", () => {
  const cases: [string, string, string][] = [
    ["min_age", "120000000", "2 m"],
    ["quota_mem_pressure_us", "0", "0"],
    ["quota_sz", "134217728", "128 MiB"],
    ["wmarks_high", "500", "50 %"],
    ["monitor_region_start", "4294967296", "0x100000000"],
    ["kdamond_pid", "-1", "none"],
    ["enabled", "Y", "yes"],
    ["estimated_memory_bandwidth", "1048576", "1.00 MiB/s"],
  ];
  for (const [name, text, shown] of cases) assert.equal(formatModuleValue(parameter(name), text), shown, name);
});

Deno.test("checkModuleInputs names two parameters that do not go together", () => {
  const refused: [Record<string, string>, RegExp][] = [
    [{ sample_interval: "6", aggr_interval: "5" }, /sample_interval \(6\) must be <= aggr_interval \(5\)/],
    [{ min_nr_regions: "20", max_nr_regions: "10" }, /min_nr_regions \(20\) must be <= max_nr_regions \(10\)/],
    [{ wmarks_high: "10", wmarks_mid: "20", wmarks_low: "5" }, /wmarks_mid \(20\) must be <= wmarks_high \(10\)/],
    [
      { monitor_region_start: "4096", monitor_region_end: "4096" },
      /monitor_region_start \(4096\) must be < monitor_region_end/,
    ],
  ];
  for (const [values, message] of refused) {
    assert.throws(() => checkModuleInputs(new Map(Object.entries(values))), { name: "RangeError", message });
  }
  checkModuleInputs(new Map(Object.entries({ monitor_region_start: "0", monitor_region_end: "0", wmarks_low: "3" })));
});

Deno.test("moduleOf takes names with and without damon_, and no path", () => {
  assert.equal(moduleOf("damon_lru_sort"), moduleOf("lru_sort"));
  assert.deepEqual(moduleOf("sample_wsse").parameters, []);
  assert.throws(() => moduleOf("../kernel"), { name: "TypeError", message: /reclaim, lru_sort, stat/ });
});
