import assert from "assert";
import plugin from "./layers.ts";

/** Rules that `source` breaks as the file `path`, without the plugin's name. */
function broken(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ id }) => id.replace(/^damo\//, ""));
}

const VIOLATIONS: [rule: string, path: string, source: string][] = [
  ["imports", "damon/plan/plan.ts", `import { x } from "../../kernel/control/mod.ts"; x();`],
  ["imports", "damon/plan/plan.ts", `import assert from "assert"; assert;`],
  ["imports", "report/heatmap/heat.ts", `export { x } from "../../format/mod.ts";`],
  ["imports", "report/heatmap/heat.ts", `export * from "../../draw/svg.ts";`],
  ["imports", "report/heatmap/heat.ts", `await import("../../cli/damo.ts");`],
  ["imports", "report/heatmap/heat.ts", `import { inflateSync } from "node:zlib"; inflateSync;`],
  ["imports", "format/arrow/read.ts", `type X = import("../../report/mod.ts").X; export type { X };`],
  ["imports", "draw/svg.ts", `import type { X } from "../report/mod.ts"; export type { X };`],
  ["imports", "ffi/tracer.ts", `import "../kernel/machine/mod.ts";`],
  ["imports", "kernel/monitor/monitor.ts", `import "../../format/mod.ts";`],
  ["imports", "kernel/monitor/monitor.ts", `import "../../../elsewhere.ts";`],
  ["imports", "cli/record/record.ts", `import "../../tests/records.ts";`],
  ["imports", "cli/record/record.ts", `import "../../lab/boot.ts";`],
  ["imports", "mod.ts", `import "./cli/damo.ts";`],
  ["imports", "lab/boot.ts", `import "../damon/mod.ts";`],
  // Allowed between the outer rooms, but what is inside an inner one is its own.
  ["imports", "report/heatmap/heat.ts", `import { x } from "../record/ranges.ts"; x();`],
  ["imports", "report/heatmap/heat.ts", `import type { X } from "../record/ranges.ts"; export type { X };`],
  ["imports", "report/heatmap/heat.ts", `export { x } from "../../damon/model/units.ts";`],
  ["imports", "report/mod.ts", `export { x } from "./heatmap/heat.ts";`],
  ["imports", "cli/damo.ts", `import { x } from "./record/run.ts"; x();`],
  ["imports", "kernel/monitor/monitor.ts", `import { x } from "../../ffi/tracer.ts"; x();`],
  ["imports", "mod.ts", `export { x } from "./report/heatmap/heat.ts";`],
  ["rooms", "report/heat.ts", `export const x = 1;`],
  ["rooms", "cli/record.ts", `export const x = 1;`],
  ["paths", "cli/record/record.ts", `export const x = "/sys/kernel/mm/damon";`],
  ["paths", "report/heatmap/heat.ts", `export const x = (pid: number) => \`/proc/\${pid}/maps\`;`],
  ["paths", "format/arrow/read.ts", `export const x = "Cannot read /proc/1/maps";`],
  ["paths", "ffi/tracer.ts", `export const root = "/proc";`],
  ["words", "kernel/monitor/monitor.ts", `export const x = "use --monitor pages";`],
  ["words", "live/session.ts", `export const x = (y: string) => \`${"${y}"}; end it with: damo stop\`;`],
  ["dlopen", "kernel/monitor/monitor.ts", `Deno.dlopen("x.so", {});`],
  ["dlopen", "cli/damo.ts", `Deno["dlopen"]("x.so", {});`],
  ["dlopen", "format/arrow/read.ts", `const { dlopen } = Deno; dlopen("x.so", {});`],
  ["console", "kernel/monitor/monitor.ts", `console.log(1);`],
  ["console", "mod.ts", `console.error(1);`],
  ["exit", "kernel/monitor/monitor.ts", `Deno.exit(1);`],
  ["pure", "damon/plan/plan.ts", `Deno.readTextFileSync("x");`],
  ["pure", "report/heatmap/heat.ts", `const { cwd } = Deno; cwd();`],
  ["size-and-name", "report/heatmap/heat.ts", "export {};\n".repeat(401)],
  ["size-and-name", "report/heatmap/utils.ts", "export {};"],
  ["size-and-name", "report/heatmap/heatMap.ts", "export {};"],
];

for (const [rule, path, source] of VIOLATIONS) {
  Deno.test(`lint rule ${rule} refuses in ${path}: ${source.slice(0, 60).trim()}`, () => {
    assert.deepEqual([...new Set(broken(path, source))], [rule]);
  });
}

Deno.test("lint rules have a planted violation each", () => {
  assert.deepEqual([...new Set(VIOLATIONS.map(([rule]) => rule))].sort(), Object.keys(plugin.rules).sort());
});

const CONFORMING: Record<string, string> = {
  "damon/plan/plan.ts": `/** Of \`/proc/PID/maps\`, printed with console.log. */
    import { x } from "./outline.ts";
    import { z } from "../model/mod.ts";
    export const y = x + z + "/system/process" + "https://docs.kernel.org/proc/x";
    // Deno.dlopen("/sys/x") in a comment is no use of it.`,
  "report/heatmap/heat.ts": `import { x } from "../../damon/mod.ts"; import { z } from "../record/mod.ts";
    export * from "./bins.ts"; export default x + z;`,
  "report/mod.ts": `export { x } from "./heatmap/mod.ts";`,
  "draw/svg.ts": `import * as vega from "vega"; import "../damon/mod.ts"; export default vega;`,
  "format/arrow/read.ts": `import "apache-arrow"; import "node:zlib"; import "../../damon/mod.ts";`,
  // What is loaded only when it is needed is named itself.
  "format/record/open_record.ts": `export const x = () => import("../arrow/read.ts");`,
  "ffi/tracer.ts": `import "../damon/mod.ts"; Deno.dlopen("x.so", {});`,
  "kernel/machine/roots.ts": `import "../../damon/mod.ts"; import "../../ffi/mod.ts";
    export default "/sys/kernel/mm/damon";`,
  "cli/damo.ts": `import "../kernel/machine/mod.ts"; import "../mod.ts";
    import v from "../deno.json" with { type: "json" };
    console.log(v); await import("./record/run.ts"); Deno.exit(1);`,
  "mod.ts": `export * from "./damon/mod.ts"; export { x } from "./kernel/machine/mod.ts";`,
  "tests/unit/report/heatmap/heat_test.ts": `import { x } from "../../../../report/heatmap/heat.ts"; x();`,
  "tests/lab/guest/guest.ts": `import "../../../cli/damo.ts"; console.log("/proc/1"); Deno.exit(0);`,
};

for (const [path, source] of Object.entries(CONFORMING)) {
  Deno.test(`lint rules accept what belongs in ${path}`, () => assert.deepEqual(broken(path, source), []));
}

Deno.test("deno lint runs the rules, as deno.json says", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, `Deno.dlopen("x.so", {});\n`);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = ["lint", "--json", "--config", config, path];
    const { code, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    const { diagnostics } = JSON.parse(new TextDecoder().decode(stdout));
    assert.ok(diagnostics.some((found: { code: string }) => found.code === "damo/dlopen"), JSON.stringify(diagnostics));
    assert.equal(code, 1);
  } finally {
    await Deno.remove(path);
  }
});
