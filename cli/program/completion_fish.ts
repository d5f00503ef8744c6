import { allCommands, type CommandEntry, type OptionEntry, type ValueKind } from "./command_entry.ts";

const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** The completion of fish: `damo completion fish > ~/.config/fish/completions/damo.fish`. */
export function fishCompletion(root: CommandEntry): string {
  const name = root.path[0];
  const commands = [...allCommands(root)];
  const lines = commands.flatMap((entry) => linesOf(entry, name));
  return `# fish completion of ${name}; keep it as: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function __${name}_at --description 'whether the command line so far names exactly this command'
    set -l at ${name}
    for word in (commandline -opc)[2..-1]
        test "$word" = -- ; and return 1
        switch "$at $word"
${
    commands.slice(1).map((entry) =>
      `            case ${namesOf(entry)}\n                set at ${quote(entry.path.join(" "))}`
    ).join("\n")
  }
        end
    end
    test "$at" = "$argv"
end
function __${name}_after_dashes
    contains -- -- (commandline -opc)
end
function __${name}_rest --description 'what completes the command after --'
    set -l words (commandline -opc)
    set -l from (math (contains -i -- -- $words) + 1)
    set -l rest
    test $from -le (count $words); and set rest $words[$from..-1]
    complete -C (string join ' ' -- $rest (commandline -ct))
end
complete -c ${name} -f
complete -c ${name} -n __${name}_after_dashes -a '(__${name}_rest)'
${lines.join("\n")}
`;
}

function namesOf({ path, aliases }: CommandEntry): string {
  const above = path.slice(0, -1).join(" ");
  return [path.at(-1)!, ...aliases].map((word) => quote(`${above} ${word}`)).join(" ");
}

function linesOf(entry: CommandEntry, name: string): string[] {
  const at = `complete -c ${name} -n ${quote(`__${name}_at ${entry.path.join(" ")}`)}`;
  const below = entry.commands.map(({ path, description }) =>
    `${at} -a ${quote(path.at(-1)!)} -d ${quote(description)}`
  );
  const [first] = entry.arguments;
  const words = entry.commands.length === 0 && first ? [`${at} ${valueOf(first.value)}`] : [];
  return [...below, ...words.filter((line) => line !== `${at} `), ...entry.options.map((o) => `${at} ${optionOf(o)}`)];
}

function optionOf({ short, long, description, value }: OptionEntry): string {
  const names = [
    ...(short?.startsWith("-") && short !== long ? [`-s ${short.slice(1)}`] : []),
    long.startsWith("--") ? `-l ${long.slice(2)}` : `-s ${long.slice(1)}`,
  ];
  return [
    ...names,
    ...(value ? [value.kind === "file" ? "-r -F" : `-x ${valueOf(value)}`] : []),
    `-d ${quote(description)}`,
  ].filter(Boolean).join(" ");
}

function valueOf(value: ValueKind): string {
  switch (value.kind) {
    case "none":
      return "";
    case "words":
      return `-a ${quote(value.words.join(" "))}`;
    case "target":
      return `-a ${quote(`${value.words.join(" ")} (__fish_complete_pids)`)}`;
    case "folder":
      return `-a '(__fish_complete_directories)'`;
    case "file":
      return "-F";
  }
}
