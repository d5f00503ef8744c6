import {
  type DetectedTracepoints,
  detectTracepoints,
  libbpfVersion,
  openLibrary,
  openPageSampler,
  openProfiler,
  type PageSamplerFacts,
  VERSION,
} from "../../ffi/mod.ts";

/** What only the native library can say of this machine. Each throws as the function of `ffi/` that it is. */
export interface NativeParts {
  /** Version of the library's interface. */
  library(): number;
  /** `undefined` where there is none. */
  libbpf(): string | undefined;
  tracepoints(): DetectedTracepoints;
  /** Loads the page sampler's program, which is attached to nothing, and takes it out again. */
  sampler(): Promise<PageSamplerFacts>;
  /** Samples, for a moment, what this program itself runs. */
  profiler(): Promise<void>;
}

/** The library as it is built. */
export const NATIVE_PARTS: NativeParts = {
  library() {
    openLibrary().close();
    return VERSION;
  },
  libbpf: libbpfVersion,
  tracepoints: detectTracepoints,
  async sampler() {
    await using sampler = openPageSampler();
    return sampler.facts;
  },
  async profiler() {
    await using profiler = openProfiler({ hz: 1, ringBytes: 16 << 10 });
    profiler.watch(Deno.pid);
  },
};
