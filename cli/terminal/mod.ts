/**
 * The terminal and the shell: exit codes, signals, colours, what is refused there.
 *
 * @module
 */
export { colourOf } from "./colour.ts";
export { errorsOf, ExitCode, exitCodeFor, exitCodeOf, messageOf, messageOfAll, terminalText } from "./exit.ts";
export { LiveOutput } from "./live_output.ts";
export { nameOnCommandLine } from "./naming.ts";
export { refuseTerminal } from "./refuse_terminal.ts";
export { isPrivateInput, noteInput, noteOrigin, rereadable } from "./rereadable.ts";
export { shellWord } from "./shell_word.ts";
export { StopSignals } from "./stop_signals.ts";
export { run } from "./subprocess.ts";
export { CHECKOUT, TOOL, VERSION } from "./version.ts";
