/** What a process said, and how it ended. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs `source` as a module in a process of its own: `command` and the module's path. */
export async function runModule(command: readonly string[], source: string): Promise<Outcome> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, source);
    const [program, ...args] = [...command, path];
    const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  } finally {
    await Deno.remove(path);
  }
}
