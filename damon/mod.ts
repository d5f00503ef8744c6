/**
 * What DAMON means: regions, snapshots, records and configurations as plain data. Pure; needs no permission.
 *
 * @module
 */
export * from "./adaptive.ts";
export * from "./applied_batches.ts";
export * from "./assemble.ts";
export * from "./check.ts";
export * from "./clean_text.ts";
export * from "./debugfs.ts";
export * from "./errors.ts";
export * from "./event.ts";
export * from "./evidence.ts";
export * from "./exact_text.ts";
export * from "./features.ts";
export * from "./filter_words.ts";
export { byPid, indexByPid } from "./by_pid.ts";
export * from "./followed.ts";
export * from "./followed_context.ts";
export * from "./item_times.ts";
export * from "./kdamond.ts";
export * from "./mapping.ts";
export * from "./module.ts";
export * from "./module_value.ts";
export { type ModuleParameter, type ModuleUnit } from "./module_parameter.ts";
export * from "./normal.ts";
export * from "./option_reader.ts";
export * from "./option_words.ts";
export * from "./options.ts";
export * from "./options_of.ts";
export * from "./outline.ts";
export * from "./plan.ts";
export * from "./record.ts";
export * from "./profile.ts";
export * from "./record_schemes.ts";
export * from "./regions.ts";
export * from "./scheme.ts";
export * from "./scheme_actions.ts";
export * from "./scheme_event.ts";
export { explainScheme } from "./scheme_explain.ts";
export { type FindingSeverity, type SchemeFacts, type SchemeFinding } from "./scheme_finding.ts";
export { lintSchemes } from "./scheme_lint.ts";
export * from "./sampling_budget.ts";
export * from "./snapshot.ts";
export * from "./watched_ranges.ts";
export * from "./working_set.ts";
export * from "./tracepoint.ts";
export * from "./units.ts";
