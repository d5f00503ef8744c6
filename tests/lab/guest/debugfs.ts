import { UnsupportedError } from "../../../damon/mod.ts";
import { readWhole } from "../../../kernel/control/debugfs_interface.ts";
import { requireDebugfs } from "../../../kernel/control/detect.ts";
import { roots } from "./control.ts";
import { exists } from "../../../kernel/machine/files.ts";
import { exercised } from "./guest.ts";

export const DEBUGFS = roots.debugfs;
/** Linux 6.9 renamed it. */
export const SWITCH = exists(`${DEBUGFS}/monitor_on`) ? "monitor_on" : "monitor_on_DEPRECATED";

/** A test of features of the older interface; where the kernel has none, damo must have said so. */
export function debugfsTest(name: string, features: readonly string[], body: () => Promise<void>): void {
  Deno.test(name, async () => {
    const lacking = await requireDebugfs(roots).then(() => undefined, (error: Error) => error);
    if (lacking instanceof UnsupportedError) {
      if (exists(DEBUGFS)) throw lacking;
      console.log(`not applicable: ${lacking.message}`);
    } else await body();
    for (const feature of features) exercised(`debugfs: ${feature}`, lacking ? "CONFIG_DAMON_DBGFS" : undefined);
  });
}

/** Every readable file of debugfs, with its text. */
export function debugfsTree(): Record<string, string> {
  const files: Record<string, string> = {};
  const walk = (dir: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(`${DEBUGFS}/${dir}`)) {
      if (isDirectory) walk(`${dir}${name}/`);
      else {
        // At once: read in pieces, the kernel cuts it.
        const text = readWhole(`${DEBUGFS}/${dir}${name}`);
        if (text !== undefined) files[`${dir}${name}`] = text;
      }
    }
  };
  walk("");
  return files;
}

/** Writes one file, as a shell would. */
export function putDebugfs(file: string, text: string): void {
  Deno.writeTextFileSync(`${DEBUGFS}/${file}`, `${text}\n`, { create: false });
}

export const isDebugfsOn = () => Deno.readTextFileSync(`${DEBUGFS}/${SWITCH}`).trim() === "on";

/** Somebody else's DAMON on a process, by debugfs; off again, and forgotten, after the test. */
export function foreignDebugfs(pid: number): Disposable {
  putDebugfs("attrs", "5000 200000 1000000 10 100");
  putDebugfs("target_ids", String(pid));
  putDebugfs(SWITCH, "on");
  return {
    [Symbol.dispose]() {
      putDebugfs(SWITCH, "off");
      putDebugfs("attrs", "5000 100000 60000000 10 1000");
    },
  };
}

/** What a program says that is run where some of the kernel's trees are not to be seen: `hide` is a shell's words. */
export async function damoWithout(
  hide: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const damo = new URL("../../../damo", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["-m", "--propagation", "private", "sh", "-c", `${hide} && exec "$0" "$@"`, damo, ...args],
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}
