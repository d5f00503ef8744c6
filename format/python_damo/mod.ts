/**
 * Records of the Python damo and the files beside them.
 *
 * @module
 */
export { inConfiguredSamples } from "./samples.ts";
export { mergeSideFiles, type SideFiles } from "./side_files.ts";
export { type PythonDamoFootprint, PythonDamoSideWriter } from "./side_write.ts";
