/**
 * Writes DAMON's files of the running kernel, as it makes them, into a JSON file: what fake trees in tests are made of.
 * It stages one of everything and takes it back: run it in the lab only, where DAMON is nobody's.
 *
 *     lab/run --out DIR -- deno run --allow-all --no-check tests/testdata/capture_tree.ts
 *
 * With `--read_only` it stages nothing, and writes which files are there: harmless wherever DAMON is somebody's.
 *
 * @module
 */
import { readKernelTypes } from "../../kernel/machine/kernel_types.ts";
import { defaultRoots } from "../../kernel/machine/roots.ts";

/** One kernel's files, before anybody wrote a value into them. */
export interface CapturedTree {
  /** `uname -r`. */
  kernel: string;
  /** Of sysfs, by path below `kdamonds/`: permission bits and text; text is absent where reading is refused. */
  sysfs: Record<string, { mode: number; text?: string }>;
  /** Of debugfs, by path below its `damon/`. */
  debugfs: Record<string, { mode: number; text?: string }>;
  /** Names out of its types: structs with members, and constants. */
  types: { members: Record<string, string[]>; constants: string[] };
}

const roots = defaultRoots();
const kdamonds = `${roots.damon}/admin/kdamonds`;

function put(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(`${kdamonds}/${path}`, text, { create: false });
  } catch { /* This kernel has no such file. */ }
}

/** Makes one of each, from the outside to the inside. */
function stage(): void {
  put("nr_kdamonds", "1");
  put("0/contexts/nr_contexts", "1");
  const context = "0/contexts/0";
  for (const each of ["targets/nr_targets", "targets/0/regions/nr_regions", "schemes/nr_schemes"]) {
    put(`${context}/${each}`, "1");
  }
  put(`${context}/monitoring_attrs/probes/nr_probes`, "1");
  put(`${context}/monitoring_attrs/probes/0/filters/nr_filters`, "1");
  for (
    const each of [
      "quotas/goals/nr_goals",
      "filters/nr_filters",
      "core_filters/nr_filters",
      "ops_filters/nr_filters",
      "dests/nr_dests",
    ]
  ) put(`${context}/schemes/0/${each}`, "1");
}

/** @param hasTexts Whether the values are the kernel's own: what somebody has written is nobody else's business. */
function walk(dir: string, hasTexts: boolean): CapturedTree["sysfs"] {
  const files: CapturedTree["sysfs"] = {};
  const visit = (path: string) => {
    for (const { name, isDirectory } of [...Deno.readDirSync(`${dir}${path}`)].sort((a, b) => a.name < b.name ? -1 : 1)) {
      const full = `${dir}${path}/${name}`;
      if (isDirectory) {
        visit(`${path}/${name}`);
        continue;
      }
      let text: string | undefined;
      try {
        if (hasTexts) text = Deno.readTextFileSync(full);
      } catch { /* for writing only */ }
      const mode = Deno.statSync(full).mode! & 0o777;
      files[`${path}/${name}`.slice(1)] = { mode, ...(text !== undefined && { text }) };
    }
  };
  try {
    visit("");
  } catch { /* This kernel has no such tree. */ }
  return files;
}

if (import.meta.main) {
  const isReadOnly = Deno.args.includes("--read_only");
  if (!isReadOnly) stage();
  const types = readKernelTypes(roots);
  const tree: CapturedTree = {
    kernel: Deno.osRelease(),
    sysfs: walk(kdamonds, !isReadOnly),
    debugfs: walk(roots.debugfs, !isReadOnly),
    types: {
      members: Object.fromEntries([...types?.members ?? []].map(([name, members]) => [name, [...members]]).sort()),
      constants: [...types?.constants ?? []].sort(),
    },
  };
  if (!isReadOnly) put("nr_kdamonds", "0");
  const out = Deno.env.get("DAMO_OUT") ?? ".";
  const path = `${out}/tree_${tree.kernel.split(/[.-]/).slice(0, 2).join(".")}.json`;
  Deno.writeTextFileSync(path, `${JSON.stringify(tree, null, 1)}\n`);
  console.log(path);
}
