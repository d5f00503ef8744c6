/**
 * What DAMON means: regions, snapshots, records and configurations as plain data. Pure; needs no permission.
 *
 * @module
 */
export * from "./errors.ts";
export * from "./kdamond.ts";
export * from "./mapping.ts";
export * from "./plan.ts";
export * from "./record.ts";
export * from "./regions.ts";
export * from "./snapshot.ts";
export * from "./units.ts";
