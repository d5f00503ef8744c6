import { command, said, UnsupportedError } from "../damon/model/mod.ts";
import { type Library, openLibrary } from "./library.ts";
import { StructMemory } from "./struct_memory.ts";
import { LAYOUTS, namesOf, STRUCTS, TRACEPOINTS } from "./symbols.ts";

/** What the running kernel offers to a tracer, by its BTF. */
export interface DetectedTracepoints {
  /** Parameters of `damon_aggregated`: target, its index, region, number of regions. */
  layout: NonNullable<typeof LAYOUTS[number]>;
  /** Those of DAMON's tracepoints that are used and that this kernel has. */
  tracepoints: string[];
  /** Whether regions have an age. */
  hasAge: boolean;
  /** Whether `damos_before_apply` names the scheme reliably; if not, the scheme is `undefined` where it matters. */
  hasSchemeIndex: boolean;
}

const ENOENT = 2;
const ENODATA = 61;

/**
 * What DAMON's tracepoints look like in the running kernel. It only reads the kernel's BTF.
 *
 * @throws {UnsupportedError} without BTF, without DAMON, or for a prototype that is not known; or without the library.
 */
export function detectTracepoints(options: { library?: string | undefined } = {}): DetectedTracepoints {
  const library = openLibrary(options.library);
  try {
    return detect(library);
  } finally {
    library.close();
  }
}

/** {@linkcode detectTracepoints} of an opened library. */
export function detect(library: Library): DetectedTracepoints {
  const detected = new StructMemory(STRUCTS.detected);
  const result = library.symbols.damo_detect(detected.bytes);
  if (result < 0) throw unsupported(-result);
  return {
    layout: LAYOUTS[detected.u32("layout")]!,
    tracepoints: namesOf(detected.u32("tracepoints"), TRACEPOINTS),
    hasAge: detected.u32("hasAge") !== 0,
    hasSchemeIndex: detected.u32("schemeIdxSound") !== 0,
  };
}

function unsupported(errno: number): UnsupportedError {
  if (errno === ENODATA) return withoutBtf("trace DAMON");
  if (errno === ENOENT) {
    return new UnsupportedError(
      {
        what: "Cannot trace DAMON",
        why: "this kernel has no tracepoint damon_aggregated (by its BTF)",
        help: said`boot Linux 5.15 or newer with CONFIG_DAMON=y, or try it in a virtual machine: ${command("lab")}`,
      },
      "damon",
      "CONFIG_DAMON",
    );
  }
  return new UnsupportedError(
    {
      what: "Cannot trace DAMON",
      why: "this kernel's damon_aggregated has parameters of an unknown kind",
      help: "use a newer damo",
    },
    "damon_aggregated",
  );
}

/** The kernel's types are in sysfs: who has not mounted it needs no other kernel. */
export function withoutBtf(operation: string): UnsupportedError {
  return new UnsupportedError(
    {
      what: `Cannot ${operation}`,
      why: "the kernel's types (BTF) are not readable",
      help: "mount sysfs if it is not (mount -t sysfs sysfs /sys), or boot a kernel with CONFIG_DEBUG_INFO_BTF=y",
    },
    "btf",
    "CONFIG_DEBUG_INFO_BTF",
  );
}
