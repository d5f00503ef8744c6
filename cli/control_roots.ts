import { defaultRoots, type Roots } from "../kernel/roots.ts";

/** The running kernel's own trees, for a command that says on stderr what it waits for. */
export function controlRoots(): Roots {
  return { ...defaultRoots(), say: (line) => console.error(`damo: ${line}`) };
}
