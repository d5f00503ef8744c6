import { option, said, UnsupportedError } from "../damon/model/mod.ts";
import { explained } from "./explained.ts";
import { openSymbols } from "./library.ts";
import { PageSampler } from "./page_sampler.ts";
import { PAGES_SYMBOLS } from "./pages_symbols.ts";

export { PageFlag, PageSampler } from "./page_sampler.ts";
export type * from "./page_sampling.ts";

/** Options of {@linkcode openPageSampler}. */
export interface PageSamplerOptions {
  /** Path of libdamo.so. Default: `DAMO_LIBRARY`, else `build/libdamo.so` of this checkout. */
  library?: string | undefined;
  /** For tests: finds processes as on kernels before 6.2, by going through all of them. */
  byIterator?: boolean | undefined;
}

const EPERM = 1;
const ENXIO = 6;
const EXDEV = 18;
const ENOTSUP = 95;

/**
 * Opens a page sampler: loads its BPF program, and finds the kernel's direct map.
 *
 * @throws {UnsupportedError} where it is not x86-64, or without the library; with what helps.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 */
export function openPageSampler(options: PageSamplerOptions = {}): PageSampler {
  if (Deno.build.arch !== "x86_64") throw notX86();
  const library = openSymbols(options.library, PAGES_SYMBOLS);
  const pointer = new BigUint64Array(1);
  // Without one of them the verifier finds other words for it.
  const missing = library.symbols.damo_missing_capabilities();
  const result = missing !== 0
    ? -EPERM
    : library.symbols.damo_pages__open(Number(options.byIterator ?? false), pointer);
  if (result === 0) return new PageSampler(library, pointer[0]);
  try {
    throw openingError(library, -result);
  } finally {
    library.close();
  }
}

function notX86(): UnsupportedError {
  return new UnsupportedError(
    {
      what: "The page sampler needs an x86-64 machine",
      why: `this is ${Deno.build.arch}`,
      help: said`use DAMON: ${option("monitor", "damon")}`,
    },
    "x86-64",
  );
}

function openingError(library: Deno.DynamicLibrary<typeof PAGES_SYMBOLS>, errno: number): Error {
  if (errno === ENOTSUP) return notX86();
  if (errno === ENXIO) {
    return new UnsupportedError(
      {
        what: "Cannot sample pages",
        why: "the kernel's direct map was not found",
        help: said`use DAMON: ${option("monitor", "damon")}`,
      },
      "direct map",
    );
  }
  if (errno === EXDEV) {
    return new UnsupportedError(
      {
        what: "The page sampler needs the machine's own pids",
        why: "this is a pid namespace, as in a container",
        help: "run it outside, or in a container that shares the host's pid namespace",
      },
      "pid namespace",
    );
  }
  return explained(library, "load the page sampler", errno);
}
