// docs/kernels.md's table of features by kernel, made of what the tests of the lab's guests left in build/lab/KERNEL/features.jsonl.
//
//   deno run -A tests/lab/feature_table.ts                    compares; ends with 1 where that says something else
//   UPDATE_GOLDEN=1 deno run -A tests/lab/feature_table.ts    writes it
import { SYSFS_FEATURES, type SysfsFeature } from "../../damon/mod.ts";

interface Line {
  kernel: string;
  feature: string;
  since?: string;
}

const KERNELS = [
  { name: "newest", title: "Debian's newest" },
  { name: "debian", title: "Debian" },
  { name: "6.12-debugfs", title: "the lab's" },
  { name: "6.1", title: "the lab's" },
];
const [BEGIN, END] = ["<!-- features -->", "<!-- /features -->"];
const root = new URL("../..", import.meta.url).pathname;

/** What was exercised on each kernel, by feature: `true`, or what it would take. */
function readLines(name: string): { release: string; cells: Map<string, true | string> } {
  const path = `${root}build/lab/${name}/features.jsonl`;
  const lines: Line[] = Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line));
  const cells = new Map<string, true | string>();
  for (const { feature, since } of lines) {
    const now = since ?? true;
    const before = cells.get(feature);
    if (before !== undefined && before !== now) {
      throw new Error(`Cannot tell what kernel ${name} has: "${feature}" is both there and not`);
    }
    cells.set(feature, now);
  }
  return { release: lines[0].kernel, cells };
}

/** One row a feature: those of sysfs by their age, those of every kernel before them, those of debugfs last. */
function tableOf(kernels: readonly ReturnType<typeof readLines>[]): string {
  const names = [...new Set(kernels.flatMap(({ cells }) => [...cells.keys()]))];
  const table = Object.values<SysfsFeature>(SYSFS_FEATURES).map(({ name }) => name);
  const lacking = table.filter((name) => !names.includes(name));
  if (lacking.length > 0) throw new Error(`Cannot make the table as no test exercised: ${lacking.join(", ")}`);
  const isDebugfs = (name: string) => name.startsWith("debugfs: ");
  const rows = [
    ...names.filter((name) => !table.includes(name) && !isDebugfs(name)),
    ...table,
    ...names.filter(isDebugfs),
  ];
  const cellOf = (cells: Map<string, true | string>, row: string, release: string) => {
    const cell = cells.get(row);
    if (cell === undefined) throw new Error(`Cannot make the table as nothing says of "${row}" on ${release}`);
    if (cell === true) return "exercised";
    return `not applicable: ${/^\d|^after/.test(cell) ? `Linux ${cell}` : cell}`;
  };
  const titles = kernels.map(({ release }, i) => `Linux ${release} (${KERNELS[i].title})`);
  return [
    `| feature | ${titles.join(" | ")} |`,
    `| --- |${" --- |".repeat(titles.length)}`,
    ...rows.map((row) =>
      `| ${row} | ${kernels.map(({ cells, release }) => cellOf(cells, row, release)).join(" | ")} |`
    ),
  ].join("\n");
}

/** As `deno fmt` has it. */
async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "--line-width=120", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout).trim();
}

const path = `${root}docs/kernels.md`;
const page = await Deno.readTextFile(path);
const [start, end] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
const table = `\n\n${await formatted(tableOf(KERNELS.map(({ name }) => readLines(name))))}\n\n`;
// A new build of Debian's kernel changes the headings only.
const known = (text: string) => text.replace(/Linux \d+\.\S+ \(/g, "").replace(/[ -]+/g, " ");
if (known(page.slice(start, end)) === known(table)) {
  console.log("docs/kernels.md's table of features is what was exercised");
} else if (Deno.env.get("UPDATE_GOLDEN")) {
  await Deno.writeTextFile(path, page.slice(0, start) + table + page.slice(end));
  console.log("docs/kernels.md's table of features is written anew");
} else {
  console.error(
    `docs/kernels.md's table of features differs from what was exercised:${table}\nUPDATE_GOLDEN=1 tests/lab/guests writes it`,
  );
  Deno.exit(1);
}
