import { exists } from "./files.ts";
import { readOptional, type Roots } from "./roots.ts";

/**
 * Modules that lie beside this kernel, bring DAMON, and are not loaded. Mainline builds DAMON in or not at all; a vendor
 * need not.
 */
export function loadableModules(roots: Roots): string[] {
  const dir = `${roots.proc.replace(/\/proc$/, "")}/lib/modules/${Deno.osRelease()}`;
  const found = (readOptional(`${dir}/modules.dep`) ?? "").matchAll(/^[^:\n]*\/mm\/damon\/([\w-]+)\.ko[^:/\n]*:/gm);
  // The kernel's own names have underscores.
  const names = [...found].map(([, name]) => name.replaceAll("-", "_"));
  return names.filter((name) => !exists(`${roots.modules}/${name}`));
}
