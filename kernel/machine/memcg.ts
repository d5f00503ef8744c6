import type { Kdamond } from "../../damon/mod.ts";
import { exists } from "./files.ts";
import { readOptional, type Roots } from "./roots.ts";

/**
 * Checks that the memory cgroups that filters and goals name are there. The kernel would refuse them with a word about
 * memory, or, in a change of what runs, ignore the whole change without one.
 *
 * @throws {RangeError} naming the cgroup and what it lacks; nothing where cgroups are not mounted, as nothing tells then.
 */
export function requireMemcgs(roots: Roots, kdamonds: readonly Kdamond[]): void {
  const paths = memcgsOf(kdamonds);
  if (paths.length === 0) return;
  const mount = memcgMount(roots);
  if (mount === undefined) return;
  for (const path of paths) requireMemcg(mount, path);
}

/** The memory cgroups that kdamonds name, each once. */
export function memcgsOf(kdamonds: readonly Kdamond[]): string[] {
  const paths = kdamonds.flatMap(({ contexts }) =>
    contexts.flatMap(({ schemes = [], probes = [] }) => [
      ...schemes.flatMap(({ filters = [], quotas }) => [
        ...filters.flatMap((filter) => filter.type === "memcg" ? [filter.memcgPath] : []),
        ...(quotas?.goals ?? []).flatMap(({ path }) => path ?? []),
      ]),
      ...probes.flatMap(({ filters }) => filters.flatMap(({ path }) => path ?? [])),
    ])
  );
  return [...new Set(paths)];
}

function requireMemcg(mount: string, path: string): void {
  const dir = `${mount}/${path.replace(/^\/+/, "")}`;
  if (!exists(dir)) {
    throw new RangeError(
      `There is no memory cgroup ${path}; make it with: mkdir ${dir}`,
    );
  }
  if (path.replaceAll("/", "") === "" || exists(`${dir}/memory.stat`)) return;
  const parent = dir.slice(0, dir.lastIndexOf("/"));
  throw new RangeError(
    `The memory of cgroup ${path} is not accounted; turn the memory controller on with: ` +
      `echo +memory > ${parent}/cgroup.subtree_control`,
  );
}

/** Where the hierarchy of memory cgroups is mounted. */
export function memcgMount(roots: Roots): string | undefined {
  const mounts = (readOptional(`${roots.proc}/mounts`) ?? "").split("\n").map((line) => line.split(" "));
  const found = mounts.find(([, , type, options]) => type === "cgroup" && options?.split(",").includes("memory")) ??
    mounts.find(([, , type]) => type === "cgroup2");
  return found?.[1];
}
