import { commandEntries } from "./command_entry.ts";
import { bashCompletion } from "./completion_bash.ts";
import { fishCompletion } from "./completion_fish.ts";
import { zshCompletion } from "./completion_zsh.ts";
import type { Program } from "./build.ts";

/** The script that completes a program's commands in a shell. */
export function completionOf(shell: "bash" | "zsh" | "fish", { root }: Program): string {
  const script = { bash: bashCompletion, fish: fishCompletion, zsh: zshCompletion }[shell];
  return script(commandEntries(root)).trimEnd();
}
