/**
 * Accesses by what is mapped: the heap, files, stacks.
 *
 * @module
 */
export { type MappingUse, type Seen } from "./mapping_use.ts";
export { type MappingReport, MappingsFold, mappingsOf } from "./mappings.ts";
export { useNameOf } from "./use_name.ts";
export { mappingsTable, resampled, sizeOf } from "./table.ts";
export { mappingsSpec } from "./vega_lite.ts";
