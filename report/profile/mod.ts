/**
 * What ran, by function.
 *
 * @module
 */
export { type ProfileBy, ProfileFold, profileOf, type ProfileReport, type ProfileUse } from "./profile.ts";
export { formatFolded, profileTable } from "./table.ts";
export { profileSpec } from "./vega_lite.ts";
