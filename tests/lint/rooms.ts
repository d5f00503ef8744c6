/**
 * What imports what, by what Deno itself resolves: for the picture in ARCHITECTURE.md, and for what must not be.
 *
 * @module
 */

import { DIVIDED } from "./layers.ts";

/** Importing file → imported files of the checkout, types and what is loaded when needed included. */
export type Imports = Map<string, Set<string>>;

/** What Deno says of a module. */
interface Module {
  specifier: string;
  dependencies?: { code?: { specifier?: string }; type?: { specifier?: string } }[];
}

const ROOT = new URL("../..", import.meta.url);

/** Everything that runs is reached from these. */
const ENTRIES = ["cli/damo.ts", "mod.ts", "damon/mod.ts", "format/mod.ts", "report/mod.ts"];

/** The imports of the program and the library. */
export async function importsOf(): Promise<Imports> {
  const imports: Imports = new Map();
  for (const entry of ENTRIES) {
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--quiet", "--json", entry],
      cwd: ROOT,
    }).output();
    if (!success) throw new Error(`deno info ${entry} failed`);
    for (const { specifier, dependencies = [] } of JSON.parse(new TextDecoder().decode(stdout)).modules as Module[]) {
      const from = pathOf(specifier);
      if (from === undefined) continue;
      const to = imports.get(from) ?? new Set();
      imports.set(from, to);
      for (const { code, type } of dependencies) {
        for (const each of [code, type]) {
          const path = pathOf(each?.specifier ?? "");
          if (path !== undefined) to.add(path);
        }
      }
    }
  }
  return imports;
}

/** A source's path in the checkout. */
function pathOf(specifier: string): string | undefined {
  return specifier.startsWith(ROOT.href) && specifier.endsWith(".ts") ? specifier.slice(ROOT.href.length) : undefined;
}

/** `damon/model/units.ts` lies in `damon/model`, `draw/svg.ts` in `draw`, `mod.ts` in `mod.ts`. */
export function roomOf(path: string): string {
  const [room, inner, file] = path.split("/");
  return DIVIDED.includes(room) && file !== undefined ? `${room}/${inner}` : room;
}

/** The same between what `nameOf` makes of the files; nothing imports itself. */
export function between(imports: Imports, nameOf: (path: string) => string): Imports {
  const result: Imports = new Map();
  for (const [from, files] of imports) {
    const name = nameOf(from);
    const to = result.get(name) ?? new Set();
    result.set(name, to);
    for (const file of files) if (nameOf(file) !== name) to.add(nameOf(file));
  }
  return result;
}

/** Sets of two or more that import each other, directly or round a corner; each sorted. */
export function cyclesOf(imports: Imports): string[][] {
  const reached = new Map([...imports.keys()].map((name) => [name, reachedFrom(imports, name)]));
  const cycles = new Map<string, string[]>();
  for (const [name, others] of reached) {
    if (!others.has(name)) continue;
    const cycle = [...others].filter((other) => reached.get(other)?.has(name)).sort();
    cycles.set(cycle.join(" "), cycle);
  }
  return [...cycles.values()];
}

/** All that a name imports, and what that imports, and so on; itself only in a cycle. */
function reachedFrom(imports: Imports, name: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const other of imports.get(next) ?? []) {
      if (!reached.has(other)) reached.add(other) && waiting.push(other);
    }
  }
  return reached;
}
