/**
 * The table of commands, their help, completions and manual page.
 *
 * @module
 */
export { splitArguments } from "./arguments.ts";
export { makeProgram } from "./program.ts";
export { answerTo, oursOf } from "./python_damo.ts";
