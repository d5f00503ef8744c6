import { allCommands, type CommandEntry, type OptionEntry, type ValueKind } from "./command_entry.ts";

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const spell = ({ short, long }: OptionEntry) => [short, long].filter((name) => name !== undefined);
/** What stands before `--` of a command line; after it comes a command of its own. */
const OFFERS: Readonly<Record<Exclude<ValueKind["kind"], "words">, string>> = {
  none: "COMPREPLY=()",
  file: `COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null`,
  folder: `COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames 2>/dev/null`,
  target: `COMPREPLY=($(compgen -W "$words $(cd /proc && printf '%s ' [0-9]*)" -- "$cur"))`,
};

/** The completion of bash: `source <(damo completion bash)`. It asks neither damo nor the network when a key is pressed. */
export function bashCompletion(root: CommandEntry): string {
  const commands = [...allCommands(root)];
  const name = root.path[0];
  return `# bash completion of ${name}; use it with: source <(${name} completion bash)
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at=${name} words='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} == -- ]]; then
      # What follows is a command of its own.
      if declare -F _command_offset >/dev/null; then _command_offset $((i + 1)); else COMPREPLY=($(compgen -c -- "$cur")); fi
      return
    fi
    case "$at \${COMP_WORDS[i]}" in
${commands.slice(1).map((entry) => `      ${namesOf(entry)}) at=${quote(entry.path.join(" "))} ;;`).join("\n")}
    esac
  done
  case "$at $prev" in
${commands.flatMap(valueCases).map((line) => `    ${line}`).join("\n")}
  esac
  if [[ $cur == -* ]]; then
    case "$at" in
${commands.map((entry) => `      ${quote(entry.path.join(" "))}) words=${quote(optionWords(entry))} ;;`).join("\n")}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  case "$at" in
${commands.map((entry) => `    ${quote(entry.path.join(" "))}) ${argumentOffer(entry)} ;;`).join("\n")}
  esac
}
complete -F _${name} ${name}
`;
}

function namesOf({ path, aliases }: CommandEntry): string {
  const above = path.slice(0, -1).join(" ");
  return [path.at(-1)!, ...aliases].map((word) => quote(`${above} ${word}`)).join(" | ");
}

function optionWords({ options }: CommandEntry): string {
  return options.flatMap(spell).join(" ");
}

function valueCases(entry: CommandEntry): string[] {
  return entry.options.flatMap((option) => {
    if (option.value === undefined) return [];
    const names = spell(option).map((word) => quote(`${entry.path.join(" ")} ${word}`)).join(" | ");
    return [`${names}) ${offerOf(option.value)}; return ;;`];
  });
}

function argumentOffer({ commands, arguments: [first] }: CommandEntry): string {
  if (commands.length > 0) {
    const words = commands.flatMap(({ path, aliases }) => [path.at(-1)!, ...aliases]);
    return offerOf({ kind: "words", words });
  }
  return offerOf(first?.value ?? { kind: "none" });
}

function offerOf(value: ValueKind): string {
  if (value.kind === "words") return `COMPREPLY=($(compgen -W ${quote(value.words.join(" "))} -- "$cur"))`;
  const words = value.kind === "target" ? `words=${quote(value.words.join(" "))}; ` : "";
  return `${words}${OFFERS[value.kind]}`;
}
