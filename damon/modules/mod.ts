/**
 * DAMON's modules and their parameters.
 *
 * @module
 */
export { type DamonModule, moduleOf, MODULES, parameterOf, titleOfModule } from "./module.ts";
export type { ModuleParameter, ModuleUnit } from "./module_parameter.ts";
export { checkModuleInputs, formatModuleValue, parseModuleValue } from "./module_value.ts";
