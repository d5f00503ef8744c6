/**
 * Commands that set DAMON up, show it, change it and stop it.
 *
 * @module
 */
export { mountAsked } from "./mount_asked.ts";
export { controlRoots } from "./roots.ts";
export { sayLivingThreads } from "./say_living_threads.ts";
export { printPlan } from "./start_run.ts";
