import { UnsupportedError } from "../damon/model/mod.ts";
import { SYMBOLS, VERSION } from "./symbols.ts";

/** The native library, opened; who opened it closes it. */
export type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** Where the library is: `given`, else `DAMO_LIBRARY`, else `build/libdamo.so` of this checkout. */
function pathOf(given: string | undefined): string {
  if (given !== undefined) return given;
  const permission = Deno.permissions.querySync({ name: "env", variable: "DAMO_LIBRARY" });
  const named = permission.state === "granted" ? Deno.env.get("DAMO_LIBRARY") : undefined;
  return named || decodeURIComponent(new URL("../build/libdamo.so", import.meta.url).pathname);
}

/**
 * Opens the native library.
 *
 * @throws {UnsupportedError} where it is missing, of another version, or lacks what it needs; with what helps.
 */
export function openLibrary(given?: string): Library {
  return openSymbols(given, SYMBOLS);
}

/**
 * Opens the native library with another choice of its symbols.
 *
 * @throws {UnsupportedError} as {@linkcode openLibrary}.
 */
export function openSymbols<T extends Deno.ForeignLibraryInterface>(
  given: string | undefined,
  symbols: T,
): Deno.DynamicLibrary<T> {
  const path = pathOf(given);
  checkVersion(path);
  return Deno.dlopen(path, symbols);
}

function checkVersion(path: string): void {
  let version: number;
  try {
    const library = Deno.dlopen(path, { damo_version: SYMBOLS.damo_version });
    version = library.symbols.damo_version();
    library.close();
  } catch (error) {
    throw explained(path, error as Error);
  }
  if (version !== VERSION) {
    throw new UnsupportedError(
      {
        what: `${path} has version ${version} of its interface, and damo needs ${VERSION}`,
        help: "build it again: make build",
      },
      "library",
    );
  }
}

/** The loader only has words: they are looked at for the three things that happen. */
function explained(path: string, error: Error): Error {
  if (error instanceof Deno.errors.NotCapable) return error;
  const { message } = error;
  if (/libbpf\.so/.test(message)) {
    return new UnsupportedError(
      { what: `${path} needs libbpf 1.0 or newer`, why: message, help: "install it: apt-get install libbpf1" },
      "libbpf",
      "1.0",
    );
  }
  if (/No such file|cannot open shared object/.test(message)) {
    return new UnsupportedError({ what: `${path} is missing`, help: "build it: make build" }, "library");
  }
  return new UnsupportedError(
    { what: `${path} is not libdamo.so of this version`, why: message, help: "build it again: make build" },
    "library",
  );
}
