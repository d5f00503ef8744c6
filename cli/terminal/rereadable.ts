/** A file that can be opened more than once; disposing removes it where it was only a copy. */
export interface Rereadable extends AsyncDisposable {
  readonly path: string;
}

/** What temporary copies were made of, by their paths: errors name that. */
const ORIGINS = new Map<string, string>();

/** A message about temporary copies, as one about what they were made of: nobody knows the copies. */
export function withOrigins(message: string): string {
  return [...ORIGINS].reduce((text, [copy, origin]) => text.replaceAll(copy, origin), message);
}

/** Errors name what such a copy, or file of ours, was made of. */
export function noteOrigin(copy: string, origin: string): void {
  ORIGINS.set(copy, origin);
}

/** `path` as it is, or a temporary copy where it can be read only once: standard input (`-`), a pipe. */
export async function rereadable(path: string): Promise<Rereadable> {
  noteInput(path);
  const isStream = path === "-" || await isPipe(path);
  if (!isStream) return { path, async [Symbol.asyncDispose]() {} };
  const copy = await Deno.makeTempFile({ prefix: "damo-", suffix: ".arrow" });
  noteOrigin(copy, path === "-" ? "standard input" : path);
  const source = path === "-" ? Deno.stdin.readable : (await Deno.open(path)).readable;
  try {
    await Deno.writeFile(copy, source);
  } catch (error) {
    await Deno.remove(copy);
    throw error;
  }
  return { path: copy, [Symbol.asyncDispose]: () => Deno.remove(copy) };
}

async function isPipe(path: string): Promise<boolean> {
  try {
    const { isFifo, isCharDevice } = await Deno.stat(path);
    return isFifo === true || isCharDevice === true;
  } catch {
    return false; // Opening it will say what is wrong.
  }
}

let hasPrivate = false;

/** Takes notice of a record that is read: whether only its owner may. */
export function noteInput(path: string): void {
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (isFile && mode !== null && (mode & 0o077) === 0) hasPrivate = true;
  } catch { /* opening it will say what is wrong */ }
}

/** Whether a record that was read so far is its owner's alone: so is what is made of it. */
export function isPrivateInput(): boolean {
  return hasPrivate;
}
