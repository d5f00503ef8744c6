/**
 * Accesses by what is mapped: the heap, files, stacks.
 *
 * @module
 */
export { type MappingReport, MappingsFold, mappingsOf, type MappingUse, type Seen } from "./mappings.ts";
export { useNameOf } from "./use_name.ts";
export { mappingsTable, resampled, sizeOf } from "./table.ts";
export { mappingsSpec } from "./vega_lite.ts";
