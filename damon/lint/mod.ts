/**
 * What is wrong or doubtful about a configuration, before the kernel sees it.
 *
 * @module
 */
export { ACTION_TRAITS, type ActionTraits, isFilterAsked } from "./actions.ts";
export { checkKdamond, checkRecordable } from "./check.ts";
export { explainScheme } from "./explain.ts";
export type { FindingSeverity, SchemeFacts, SchemeFinding } from "./finding.ts";
export { lintSchemes } from "./scheme_lint.ts";
