/**
 * The only folder that opens native code: libbpf and damo's C library.
 *
 * @module
 */
export { type DetectedTracepoints, detectTracepoints } from "./detect.ts";
export { libbpfVersion } from "./libbpf.ts";
export { openLibrary } from "./library.ts";
export { Listener, openListener } from "./listener.ts";
export { MemoryScanner, writeFiles } from "./memory.ts";
export {
  type Clearing,
  openPageSampler,
  type PageIntervalDone,
  type PagePart,
  PageSampler,
  type PageSamplerFacts,
  type PanelStratum,
  type PartRegions,
  type SampledArea,
  type SampledRegions,
  type SpanColumns,
} from "./pages.ts";
export { openProfiler, Profiler, type ProfileSample } from "./profiler.ts";
export { VERSION } from "./symbols.ts";
export { openTracer, type Tracer } from "./tracer.ts";
