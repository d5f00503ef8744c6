/**
 * CPU profiles and the symbols of what ran.
 *
 * @module
 */
export { ProfileSource } from "./items.ts";
