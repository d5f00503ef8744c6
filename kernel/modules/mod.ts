/**
 * DAMON's modules, read and changed.
 *
 * @module
 */
export { changeModule, type ModulePlan, planModule } from "./module_change.ts";
export { isOurModule, readModuleEntry } from "./module_entry.ts";
export { moduleNames, modulesOn, type ModuleStatus, parametersDir, readModule, requireParameter } from "./modules.ts";
