import {
  command,
  type Kdamond,
  type Need,
  needsOf,
  NOT_YET,
  said,
  SYSFS_FEATURES,
  SYSFS_WORDS,
  type SysfsFeature,
  UnsupportedError,
  type WordFeature,
} from "../../damon/mod.ts";
import { exists, type KernelTypes, LAB, namesIn, readKernelTypes, type Roots } from "../machine/mod.ts";

/** Whether the kernel has a thing, and who said so; `has` is absent where nothing tells. */
export interface Finding {
  has?: boolean;
  by: "files" | "types" | "nothing";
}

/** Folders of staged kdamonds: whoever made them, their files are the kernel's own word. */
function kdamondDirs(roots: Roots): string[] {
  const dir = `${roots.damon}/admin/kdamonds`;
  return namesIn(dir).filter((name) => /^\d+$/.test(name)).map((name) => `${dir}/${name}`);
}

/**
 * Whether this kernel has a feature, without staging anything: by the files of a kdamond that somebody staged, else by
 * the kernel's types. Where the folder is there that its file would be in, the kernel has answered.
 */
export function findFeature(roots: Roots, { file, type }: SysfsFeature, types: KernelTypes | undefined): Finding {
  const dir = file && kdamondDirs(roots).find((dir) => exists(parentOf(`${dir}/${file}`)));
  if (dir) return { has: exists(`${dir}/${file}`), by: "files" };
  return types ? { has: hasType(types, type), by: "types" } : { by: "nothing" };
}

/** Whether this kernel takes a word, by the constants of its enums. */
export function findWord({ prefix }: WordFeature, word: string, types: KernelTypes | undefined): Finding {
  return types ? { has: types.constants.has(prefix + word.toUpperCase()), by: "types" } : { by: "nothing" };
}

function hasType({ members, constants, functions }: KernelTypes, type: string): boolean {
  const [name, member] = type.split(".");
  return member === undefined
    ? members.has(name) || constants.has(name) || functions.has(name)
    : members.get(name)?.has(member) ?? false;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/**
 * Checks, before anything is written, that this kernel has all that `kdamonds` ask for. What nothing here tells is let
 * through: the kernel refuses it then.
 *
 * @throws {UnsupportedError} naming the feature and the first kernel that has it.
 */
export function requireSysfsFeatures(roots: Roots, kdamonds: readonly Kdamond[]): void {
  const needs = needsOf(kdamonds).filter((need) => !isOfEveryKernel(need));
  // Migration is no action of the first kernels with sysfs: where it is asked for there are needs.
  if (needs.length === 0) return;
  // Reading the kernel's types takes some 20 ms: only where something is asked that they would tell.
  const types = readKernelTypes(roots);
  for (const need of needs) {
    const [name, since, finding] = need.kind === "file"
      ? aboutFeature(roots, SYSFS_FEATURES[need.feature], types)
      : aboutWord(SYSFS_WORDS[need.list], need.word, types);
    if (finding.has === false) throw lacking(name, since);
  }
  if (kdamonds.some(migratesProcess) && lacksNewMigration(types)) {
    throw lacking("migration of a process's memory, without which it does nothing and says nothing", "6.17");
  }
}

/**
 * Checks that a kdamond that is on takes a change: what the kernel would leave as it was, without a word, is refused.
 *
 * @throws {UnsupportedError} naming what does not change while it is on.
 */
export function requireSysfsChange(roots: Roots, from: Kdamond, to: Kdamond): void {
  const nodesOf = ({ contexts }: Kdamond) =>
    contexts.map(({ schemes = [] }) => schemes.map(({ targetNid = -1 }) => targetNid));
  const [before, after] = [nodesOf(from), nodesOf(to)];
  // A scheme that was not there before is made, with its node.
  const isChanged = after.some((schemes, c) => schemes.some((nid, s) => (before[c]?.[s] ?? nid) !== nid));
  if (!isChanged || !lacksNewMigration(readKernelTypes(roots))) return;
  throw new UnsupportedError(
    {
      what: "This kernel cannot change the node that a scheme migrates to while it is on",
      why: `Linux 6.17 and newer can, and this is ${Deno.osRelease()}`,
      help: said`end it with: ${command("stop")} and start it again`,
    },
    "target_nid",
    "6.17",
  );
}

function migratesProcess({ contexts }: Kdamond): boolean {
  return contexts.some(({ operations, schemes }) =>
    operations !== "paddr" && schemes?.some(({ action }) => action === "migrate_hot" || action === "migrate_cold")
  );
}

/** Linux 6.17 brought migration of processes' memory, to several nodes, and the change of a node, together. */
function lacksNewMigration(types: KernelTypes | undefined): boolean {
  return types !== undefined && !hasType(types, SYSFS_FEATURES.dests.type);
}

function isOfEveryKernel(need: Need): boolean {
  return need.kind === "word" && (SYSFS_WORDS[need.list] as WordFeature).words[need.word] === "5.18";
}

function aboutFeature(roots: Roots, feature: SysfsFeature, types: KernelTypes | undefined) {
  return [feature.name, feature.since, findFeature(roots, feature, types)] as const;
}

function aboutWord(list: WordFeature, word: string, types: KernelTypes | undefined) {
  return [`${list.name} ${word}`, list.words[word] ?? NOT_YET, findWord(list, word, types)] as const;
}

function lacking(name: string, since: string): UnsupportedError {
  const first = since === NOT_YET ? "a kernel newer than 7.3" : `Linux ${since} or newer`;
  return new UnsupportedError(
    { what: `This kernel (${Deno.osRelease()}) does not have: ${name}`, help: said`boot ${first}, or ${LAB}` },
    name,
    since,
  );
}
