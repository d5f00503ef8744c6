import { defaultRoots, type Roots } from "../../kernel/machine/mod.ts";

/** The running kernel's own trees, for a command that says on stderr what it waits for. */
export function controlRoots(): Roots {
  return { ...defaultRoots(), say: (line) => console.error(`damo: ${line}`) };
}
