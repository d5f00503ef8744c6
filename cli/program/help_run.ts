import type { CommandNode } from "../options/mod.ts";
import { VERSION } from "../terminal/mod.ts";
import { commandEntries } from "./command_entry.ts";
import { helpOf, optionLines, optionSections } from "./help_text.ts";
import { type HelpTopic, TOPICS } from "./help_topics.ts";
import { manPage } from "./man_page.ts";
import type { Program } from "./build.ts";
import { reflowForTerminal } from "./reflow.ts";

/**
 * Runs `damo help`.
 *
 * @throws {TypeError} where there is neither such a command nor such a topic.
 */
export async function help(
  { root }: Program,
  words: readonly string[],
  { man }: { man?: true | undefined },
): Promise<void> {
  if (man) return console.log((await manPage(commandEntries(root), TOPICS, VERSION)).trimEnd());
  const topic = words.length === 1 ? TOPICS.find(({ name }) => name === words[0]) : undefined;
  if (topic) return console.log(await topicText(topic));
  const path = nodesNamed(root, words);
  if (!path) {
    const commands = root.children.filter(({ table }) => !table.hidden).map(({ table }) => table.name);
    throw new TypeError(
      `There is no command and no topic ${JSON.stringify(words.join(" "))}. Commands: ${commands.join(", ")}. Topics: ${
        TOPICS.map(({ name }) => name).join(", ")
      }`,
    );
  }
  console.log(helpOf(path[path.length - 1], path.map(({ table }) => table.name)).trimEnd());
  if (words.length > 0) return;
  const rows = TOPICS.map(({ name, title }) => `  ${name.padEnd(14)}${title}`);
  console.log(`\nTopics (damo help TOPIC):\n${rows.join("\n")}`);
}

async function topicText({ title, text, options }: HelpTopic): Promise<string> {
  const sections = options ? optionSections({ name: "", summary: "", options: await options() }) : [];
  return [
    reflowForTerminal(`${title}\n${text}`).trimEnd(),
    ...sections.map(([title, options]) => [`${title}:`, ...optionLines(options)].join("\n")),
  ].join("\n\n");
}

/** The command that `words` name, with those above it; `undefined` where there is none. */
function nodesNamed(root: CommandNode, words: readonly string[]): CommandNode[] | undefined {
  const path = [root];
  for (const word of words) {
    const child = path[path.length - 1].children.find(({ table: { name, aliases = [] } }) =>
      name === word || aliases.includes(word)
    );
    if (!child) return undefined;
    path.push(child);
  }
  return path;
}
