import { defineCommand } from "../options/mod.ts";

/** `damo completion bash|zsh|fish`: prints the script that completes damo's commands in that shell. */
export const COMPLETION = defineCommand({
  name: "completion",
  summary: "Print a script that completes damo's commands in a shell.",
  arguments: { shell: { choices: ["bash", "zsh", "fish"], help: "the shell" } },
  examples: [
    "source <(damo completion bash)          in ~/.bashrc",
    "source <(damo completion zsh)           in ~/.zshrc, after compinit",
    "damo completion fish > ~/.config/fish/completions/damo.fish",
  ],
});
