import {
  allCommands,
  type ArgumentEntry,
  type CommandEntry,
  type OptionEntry,
  type ValueKind,
} from "./command_entry.ts";

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** Colons and brackets end a part of what `_arguments` takes. */
const plain = (text: string) => text.replaceAll("\\", "\\\\").replaceAll(/[[\]:]/g, "\\$&").replaceAll(/\s+/g, " ");

/** The completion of zsh: `damo completion zsh > "${fpath[1]}/_damo"`, or sourced. */
export function zshCompletion(root: CommandEntry): string {
  const name = root.path[0];
  return `#compdef ${name}
# zsh completion of ${name}; use it with: source <(${name} completion zsh), after compinit
_${name}_target() {
  _alternative 'words:what:(paddr ongoing)' 'processes:process:_pids'
}
${[...allCommands(root)].map((entry) => functionOf(entry)).join("\n")}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

const functionName = (path: readonly string[]) => `_${path.join("_").replaceAll("-", "_")}`;

function functionOf(entry: CommandEntry): string {
  const name = functionName(entry.path);
  const specs = entry.options.flatMap(optionSpecs);
  if (entry.commands.length === 0) {
    // What follows -- is a command of its own.
    const takesCommand = entry.arguments.some(({ value }) => value.kind === "target") || entry.path[1] === "lab";
    const tail = [...entry.arguments.map(argumentSpec), ...(takesCommand ? ["'*::command:_normal'"] : [])];
    return `${name}() {
  _arguments -s ${[...specs, ...tail].join(" \\\n    ")}
}`;
  }
  const names = entry.commands.map(({ path, description }) => `    ${quote(`${path.at(-1)}:${description}`)}`);
  const cases = entry.commands.map(({ path, aliases }) =>
    `      ${[path.at(-1), ...aliases].join("|")}) ${functionName(path)} ;;`
  );
  return `${name}() {
  local line state
  local -a commands=(
${names.join("\n")}
  )
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(" \\\n    ")}
  case $state in
    command) _describe -t commands ${quote(`${entry.path.join(" ")} command`)} commands ;;
    rest)
      case $line[1] in
${cases.join("\n")}
      esac ;;
  esac
}`;
}

function optionSpecs({ short, long, description, value }: OptionEntry): string[] {
  const names = [...new Set([short, long])].filter((name) => name !== undefined);
  const tail = value ? `:${plain(long.replace(/^-+/, ""))}:${actionOf(value)}` : "";
  return names.map((name) =>
    quote(`${names.length > 1 ? `(${names.join(" ")})` : ""}${name}[${plain(description)}]${tail}`)
  );
}

function argumentSpec({ usage, description, value }: ArgumentEntry): string {
  const many = usage.includes("...");
  return quote(`${many ? "*" : ""}:${plain(description || usage)}:${actionOf(value)}`);
}

function actionOf(value: ValueKind): string {
  switch (value.kind) {
    case "none":
      return " ";
    case "words":
      return `(${value.words.join(" ")})`;
    case "target":
      return "_damo_target";
    case "folder":
      return "_files -/";
    case "file":
      return "_files";
  }
}
