import { Argument, Command } from "@commander-js/extra-typings";

/** `damo completion bash|zsh|fish`: prints the script that completes damo's commands in that shell. */
export function completionCommand(program: () => Promise<Command>) {
  return new Command("completion")
    .description("Print what completes damo's commands, options and values in a shell.")
    .addArgument(new Argument("<shell>", "whose").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
bash:  source <(damo completion bash)                     in ~/.bashrc
zsh:   source <(damo completion zsh)                      in ~/.zshrc, after compinit
fish:  damo completion fish > ~/.config/fish/completions/damo.fish`,
    )
    .action(async (shell) => {
      const { commandTable } = await import("./command_table.ts");
      const table = commandTable(await program());
      const { bashCompletion } = await import("./completion_bash.ts");
      const { fishCompletion } = await import("./completion_fish.ts");
      const { zshCompletion } = await import("./completion_zsh.ts");
      console.log({ bash: bashCompletion, fish: fishCompletion, zsh: zshCompletion }[shell as "bash"](table).trimEnd());
    });
}
