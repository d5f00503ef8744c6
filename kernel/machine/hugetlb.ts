import type { Mapping } from "../../damon/mod.ts";
import { readOptional, type Roots } from "./roots.ts";

/** Names that say it: what `mmap(MAP_HUGETLB)` gives. */
const ANONYMOUS = /^\/anon_hugepage\b/;
/** Names that leave it open: memory files and System V's shared memory may be of small pages or of hugetlbfs. */
const EITHER = /^\/(memfd:|SYSV)/;

/**
 * Finds mappings of hugetlbfs in a process. Their accessed bits stay for ever once they are set: neither `clear_refs` nor
 * MADV_COLD touches them.
 */
export class HugetlbMappings {
  readonly #roots: Roots;
  readonly #pid: number;
  /** What is known of mappings whose name does not say it, by start and name. */
  #known = new Map<string, boolean>();

  constructor(roots: Roots, pid: number) {
    this.#roots = roots;
    this.#pid = pid;
  }

  /** Those of `mappings` that are. */
  of(mappings: readonly Mapping[]): Set<Mapping> {
    const folders = hugetlbFolders(this.#roots, this.#pid);
    const known = new Map<string, boolean>();
    const found = mappings.filter((mapping) => {
      const { path } = mapping;
      if (ANONYMOUS.test(path) || folders.some((folder) => path.startsWith(`${folder}/`))) return true;
      if (!EITHER.test(path)) return false;
      const key = keyOf(mapping);
      // Its flags cost a walk through all of the process's pages: once for each new one.
      if (!known.has(key)) {
        if (!this.#known.has(key)) this.#learn();
        known.set(key, this.#known.get(key) ?? false);
      }
      return known.get(key);
    });
    this.#known = known;
    return new Set(found);
  }

  #learn(): void {
    for (const [key, is] of flagsOf(readOptional(`${this.#roots.proc}/${this.#pid}/smaps`) ?? "")) {
      this.#known.set(key, is);
    }
  }
}

const keyOf = ({ start, path }: Pick<Mapping, "start" | "path">) => `${start.toString(16)} ${path}`;

/** Of each mapping that may be either: whether it has the flag `ht`. */
function flagsOf(smaps: string): Map<string, boolean> {
  const flags = new Map<string, boolean>();
  let key: string | undefined;
  for (const line of smaps.split("\n")) {
    const head = /^([0-9a-f]+)-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$/.exec(line);
    if (head) key = EITHER.test(head[2]) ? keyOf({ start: Number(`0x${head[1]}`), path: head[2] }) : undefined;
    else if (key !== undefined && line.startsWith("VmFlags:")) flags.set(key, / ht( |$)/.test(line));
  }
  return flags;
}

/** Where hugetlbfs is mounted, as the process sees it. */
function hugetlbFolders(roots: Roots, pid: number): string[] {
  const mounts = readOptional(`${roots.proc}/${pid}/mounts`) ?? "";
  return mounts.split("\n").map((line) => line.split(" ")).filter(([, , type]) => type === "hugetlbfs")
    .map(([, folder]) => folder);
}
