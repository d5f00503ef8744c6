import { countedFolder, type Write } from "../../damon/mod.ts";
import { readOptional } from "../machine/mod.ts";

/** What the kernel has in a file when nobody wrote it, for what a configuration leaves to the kernel. */
const DEFAULTS: readonly (readonly [file: RegExp, text: string])[] = [
  [/^refresh_ms$/, "0"],
  [/^contexts\/\d+\/addr_unit$/, "1"],
  [/^contexts\/\d+\/pause$|\/obsolete_target$/, "N"],
  [/\/intervals_goal\/(access_bp|aggrs)$/, "0"],
  [/\/primitives\/page_table$/, "Y"],
  [/\/primitives\/page_faults$/, "N"],
  [/\/nr_(probes|schemes|dests|goals|filters)$/, "0"],
  [/\/(target_nid)$/, "-1"],
  [/\/(apply_interval_us|max_nr_snapshots)$/, "0"],
  [/\/quotas\/(ms|bytes|reset_interval_ms|fail_charge_num|fail_charge_denom)$/, "0"],
  [/\/quotas\/goal_tuner$/, "consist"],
  [/\/goals\/\d+\/target_metric$/, "user_input"],
  [/\/weights\/(sz|nr_accesses|age)_permil$/, "0"],
  [/\/watermarks\/metric$/, "none"],
  [/\/watermarks\/(interval_us|high|mid|low)$/, "0"],
  [/\/filters\/\d+\/allow$|\/(core|ops)_filters\/\d+\/allow$/, "N"],
];

/**
 * Of the writes of a whole plan, those that change something in the tree as it is; and before them those that take back
 * what the plan leaves to the kernel. A changed number makes its folders anew: all that goes into them is written.
 *
 * @param dir `kdamonds/` of the tree.
 * @param plan Paths relative to it.
 */
export function tuneWrites(dir: string, index: number, plan: readonly Write[]): Write[] {
  const planned = new Set(plan.map(({ path }) => path));
  const renewed: string[] = [];
  const isRenewed = (path: string) => renewed.some((folder) => path.startsWith(folder));
  const changed = plan.filter(({ path, text }) => {
    const isSame = !isRenewed(path) && isInFile(`${dir}/${path}`, text);
    if (isSame && !(path.endsWith("/nr_probes") && hasOtherWeights(dir, path, planned))) return false;
    const folder = countedFolder(path);
    if (folder !== undefined) renewed.push(folder);
    return true;
  });
  const resets = [...filesBelow(`${dir}/${index}`)].flatMap((file): Write[] => {
    const path = `${index}/${file}`;
    if (planned.has(path) || isRenewed(path)) return [];
    const text = DEFAULTS.find(([pattern]) => pattern.test(file))?.[1];
    const now = text === undefined ? undefined : readOptional(`${dir}/${path}`);
    return text === undefined || now === undefined || now === text ? [] : [{ path, text }];
  });
  // A folder that is taken away takes its own resets with it.
  const gone = resets.flatMap(({ path }) => countedFolder(path) ?? []);
  const kept = resets.filter(({ path }) =>
    countedFolder(path) !== undefined || !gone.some((folder) => path.startsWith(folder))
  );
  return [...kept, ...changed];
}

/** Blanks at its end belong to the name of a memory cgroup. */
function isInFile(path: string, text: string): boolean {
  try {
    return Deno.readTextFileSync(path).replace(/\n$/, "") === text;
  } catch {
    return false;
  }
}

/** Whether a probe has a weight that is to be the kernel's own again: which that is, only new folders tell. */
function hasOtherWeights(dir: string, path: string, planned: ReadonlySet<string>): boolean {
  const count = Number(readOptional(`${dir}/${path}`));
  return Array.from({ length: count }, (_, p) => path.replace(/nr_probes$/, `${p}/weight`)).some((weight) =>
    !planned.has(weight) && (readOptional(`${dir}/${weight}`) ?? "0") !== "0"
  );
}

function* filesBelow(dir: string, prefix = ""): Generator<string> {
  for (const { name, isDirectory } of [...Deno.readDirSync(dir)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    // No setting, and others may have the kernel make it anew in this moment.
    if (name === "tried_regions") continue;
    if (isDirectory) yield* filesBelow(`${dir}/${name}`, `${prefix}${name}/`);
    else yield `${prefix}${name}`;
  }
}
