/**
 * A configuration as the list of files to write.
 *
 * @module
 */
export {
  DEBUGFS_ACTIONS,
  type DebugfsGap,
  debugfsGaps,
  formatAttrs,
  formatDebugfsScheme,
  formatInitRegions,
  formatTargetIds,
  PADDR_ID,
  parseAttrs,
  parseDebugfsSchemes,
  parseInitRegions,
} from "./debugfs.ts";
export { type OutlineNotes, outlineOf, statsText } from "./outline.ts";
export { countedFolder, DEFAULT_LAYOUT, type PlanLayout, planOf, type Write } from "./plan.ts";
