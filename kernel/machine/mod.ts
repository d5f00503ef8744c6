/**
 * The machine: its /proc and /sys, processes, memory, pressure.
 *
 * @module
 */
export { capabilitiesOf } from "./capabilities.ts";
export { descendantsOf } from "./children.ts";
export {
  type DoctorSection,
  type FeatureRow,
  type FeatureState,
  LAB,
  rowOf,
  type SaidRow,
  type SaidSection,
} from "./feature_row.ts";
export { exists, namesIn, sysfsOf } from "./files.ts";
export { meminfoOf, statmOf, statWordsOf } from "./footprints.ts";
export { bootIdOf, readHost, readKernelConfig } from "./host.ts";
export { HugetlbMappings } from "./hugetlb.ts";
export { errnoOf, isBusy, readDamonText, writeDamon, type WriteKernel, writeKernel } from "./kernel_file.ts";
export { type KernelThread, showsThreads, threadOf, threadsOf } from "./kernel_thread.ts";
export { type KernelTypes, readKernelTypes } from "./kernel_types.ts";
export { withLivingThreads } from "./living_threads.ts";
export { loadableModules } from "./loadable.ts";
export { memcgMount, memcgsOf, requireMemcgs } from "./memcg.ts";
export { freeMemoryPermil, largestRamBytes } from "./memory.ts";
export { MemoryWatches } from "./memory_watches.ts";
export { type MemoryPressure, memoryPressureOf } from "./pressure.ts";
export {
  commOf,
  isAlive,
  isEnding,
  isKernelThread,
  isThreadAlive,
  livingThreadOf,
  mappingsOf,
  MappingsWatch,
  memoryOf,
  parseMapsInTurns,
  processDirOf,
  type ProcessMemory,
  processOf,
  residentPagesOf,
  startTicksOf,
  strangeMapLines,
} from "./process.ts";
export { physicalRanges, systemRamRanges } from "./ram.ts";
export { RenamedProcesses } from "./renamed.ts";
export { rest } from "./rest.ts";
export { defaultRoots, readOptional, requireKernelFiles, type Roots } from "./roots.ts";
export { usageOf } from "./usage.ts";
