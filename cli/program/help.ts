import { Command } from "@commander-js/extra-typings";
import { reflowForTerminal } from "./reflow.ts";

/** `damo help [COMMAND|TOPIC]`: the help of a command, a topic, or the manual page. */
export function helpCommand(program: () => Promise<Command>) {
  return new Command("help")
    .description("Explain a command, a topic, or list both. --man prints the manual page.")
    .argument("[words...]", "a command, as in report heatmap, or a topic")
    .option("--man", "print the whole manual page, as for: damo help --man | man -l -")
    .action(async (words, options) => {
      const { commandTable } = await import("./command_table.ts");
      const tree = await program();
      const { TOPICS } = await import("./help_topics.ts");
      if (options.man) {
        const { manPage } = await import("./man_page.ts");
        const { VERSION } = await import("../terminal/version.ts");
        return console.log(manPage(commandTable(tree), TOPICS, VERSION).trimEnd());
      }
      const command = findCommand(tree, words);
      const topic = words.length === 1 ? TOPICS.find(({ name }) => name === words[0]) : undefined;
      if (topic) return console.log(reflowForTerminal(`${topic.title}\n${topic.text}`));
      if (!command) {
        const names = [...tree.commands.map((child) => child.name()), ...TOPICS.map(({ name }) => name)];
        throw new TypeError(
          `Cannot explain ${JSON.stringify(words.join(" "))} as it must be a command or a topic; there are: ${
            names.join(", ")
          }`,
        );
      }
      console.log(reflowForTerminal(command.helpInformation().trimEnd() + notesOf(command)));
      if (words.length === 0) {
        console.log(
          `\nTopics (damo help TOPIC):\n${TOPICS.map(({ name, title }) => `  ${name.padEnd(14)}${title}`).join("\n")}`,
        );
      }
    });
}

/** The command that `words` name from `program` on; `undefined` where there is none. */
function findCommand(program: Command, words: readonly string[]): Command | undefined {
  let at: Command | undefined = program;
  for (const word of words) {
    at = at?.commands.find((child) => child.name() === word || child.aliases().includes(word)) as Command | undefined;
  }
  return at;
}

function notesOf(command: Command): string {
  const parts: string[] = [];
  (command as unknown as { emit(event: string, context: unknown): void }).emit("afterHelp", {
    error: false,
    command,
    write: (text: string) => parts.push(text),
  });
  const text = parts.join("").trimEnd();
  return text ? `\n${text}` : "";
}
