import type { Roots } from "../kernel/machine/roots.ts";

/** A tree of plain files in a temporary folder, removed with the test. */
export function fakeRoots(files: Record<string, string>): Roots & Disposable {
  // In memory where there is such a place: some tests make many thousands of files.
  const dir = Deno.makeTempDirSync({ prefix: "damo-test-", ...(isFolder("/dev/shm") && { dir: "/dev/shm" }) });
  const all: Record<string, string> = { "proc/sys/kernel/random/boot_id": "boot-1\n", ...files };
  for (const [path, text] of Object.entries(all)) {
    const full = `${dir}/${path}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(full, text);
  }
  return {
    damon: `${dir}/damon`,
    debugfs: `${dir}/debug/damon`,
    modules: `${dir}/module`,
    proc: `${dir}/proc`,
    run: `${dir}/run`,
    [Symbol.dispose]: () => Deno.removeSync(dir, { recursive: true }),
  };
}

/** The files of one kdamond directory as Linux 6.12 has them, with one context. */
export function kdamondFiles(
  index: number,
  { state, pid, operations, target }: { state: "on" | "off"; pid: number; operations?: string; target?: number },
): Record<string, string> {
  const dir = `damon/admin/kdamonds/${index}`;
  const context = `${dir}/contexts/0`;
  return {
    [`${dir}/state`]: `${state}\n`,
    [`${dir}/pid`]: `${pid}\n`,
    [`${dir}/contexts/nr_contexts`]: operations === undefined ? "0\n" : "1\n",
    [`${context}/avail_operations`]: "vaddr\nfvaddr\npaddr\n",
    [`${context}/operations`]: `${operations ?? "vaddr"}\n`,
    [`${context}/monitoring_attrs/intervals/sample_us`]: "5000\n",
    [`${context}/monitoring_attrs/intervals/aggr_us`]: "100000\n",
    [`${context}/monitoring_attrs/intervals/update_us`]: "1000000\n",
    [`${context}/monitoring_attrs/nr_regions/min`]: "10\n",
    [`${context}/monitoring_attrs/nr_regions/max`]: "1000\n",
    [`${context}/targets/nr_targets`]: operations === undefined ? "0\n" : "1\n",
    [`${context}/targets/0/pid_target`]: `${target ?? 0}\n`,
    [`${context}/targets/0/regions/nr_regions`]: "0\n",
  };
}

/** Every file below a folder with its text: for comparing a whole tree before and after. */
export function treeOf(dir: string): Record<string, string> {
  const files: Record<string, string> = {};
  const walk = (path: string) => {
    for (const entry of Deno.readDirSync(path)) {
      if (entry.isDirectory) walk(`${path}/${entry.name}`);
      else files[`${path}/${entry.name}`.slice(dir.length)] = Deno.readTextFileSync(`${path}/${entry.name}`);
    }
  };
  walk(dir);
  return files;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
