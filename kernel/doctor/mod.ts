/**
 * What this machine and its kernel offer.
 *
 * @module
 */
export type { Diagnosis } from "./doctor.ts";
