import type { CommandNode } from "../options/mod.ts";
import { joinWords } from "./arguments.ts";
import type { Program } from "./build.ts";

/** Commands of the Python damo that have another name here, or none, by their first words: what to type instead. */
const COMMANDS: Record<string, string> = {
  monitor:
    "damo status --watch shows what DAMON does; damo report heatmap --follow a record that grows, beside damo record",
  validate: "damo report fidelity holds a record against the truth, or another record; damo info says what is in it",
  replay: "a record is not played back; damo workload makes artificial patterns",
  convert_record_format: "damo convert IN OUT, by the ends of their names or --format NAME",
  setup_cli_completion: "damo completion bash, zsh or fish",
  "features json": "damo doctor --json",
  "features supported": "damo doctor",
  "features unsupported": "damo doctor",
  "features all": "damo doctor",
  "report holistic": "damo report RECORD is one page of it all; damo report html makes one to explore",
  "report trace": "damo trace: one JSON object an event",
  "report attrs": "damo report access shows hits of probes",
  "help damon_param_options":
    "damo help configuration, intervals, regions or targets; damo start --help lists the options",
  "help access_filter_options": "damo report access --help",
  "help access_format_options":
    "damo report access --help; the lines of text have one form, --format json has all of it",
  "args accesses_filter": "the filters of damo report access are options: damo report access --help",
  "args accesses_format": "the lines of text have one form; damo report access --format json has all of it",
};

/** The Python damo's words as ours, where they mean the same. */
export function oursOf(args: readonly string[]): string[] {
  const [first, ...rest] = args;
  if (first === "version" && rest.length === 0) return ["--version"];
  if (first === "diagnose") return ["doctor", ...rest];
  if (first === "record_info" || first === "pa_layout") return ["report", first, ...rest];
  if (first !== "record") return [...args];
  // It always keeps what schemes tried.
  return args.filter((word) => word !== "--schemes_target_regions")
    .map((word) => word.replace(/^--output_type(?==|$)/, "--format"));
}

/** What to type instead of words of the Python damo that mean nothing here; `undefined` where they are all ours. */
export function answerTo(args: readonly string[], { root }: Pick<Program, "root">): string | undefined {
  const commands = [args[0] ?? "", args.slice(0, 2).join(" ")];
  for (const command of commands) {
    if (Object.hasOwn(COMMANDS, command)) return `${command} is the Python damo's; here: ${COMMANDS[command]}`;
  }
  const { path } = joinWords(args, root);
  const { pointers = {} } = path[path.length - 1].table;
  const isNamed = ({ table: { name, aliases = [] } }: CommandNode, word: string) =>
    word === name || aliases.includes(word);
  const named = path.slice(1).map((node) => args.find((word) => isNamed(node, word)) ?? node.table.name).join(" ");
  for (const word of args) {
    const name = /^--([a-zA-Z_]+)/.exec(word)?.[1];
    if (name !== undefined && Object.hasOwn(pointers, name)) {
      return `${named} --${name} is the Python damo's; here: ${pointers[name]}`;
    }
  }
  if (
    commands[1] === "report access" && args.some((word, i) => /^(set|append)$/.test(word) && args[i - 1] === "--format")
  ) {
    return `report access --format set is the Python damo's; here: --format json, jsonl or csv; the lines of text have one form`;
  }
  const output = args.findIndex((word) => word === "--output" || word === "-o");
  if (commands[1] === "report heatmap" && output > 0 && args[output + 1] === "raw") {
    return "report heatmap --output raw is the Python damo's; here: -o FILE.csv, or --format csv";
  }
  return undefined;
}

/** For tests: each name that is answered, as one would type it. */
export function answeredNames({ root }: Pick<Program, "root">): string[][] {
  const optionsOf = ({ table, children }: CommandNode, above: readonly string[]): string[][] => [
    ...Object.keys(table.pointers ?? {}).map((name) => [...above, `--${name}`]),
    ...children.flatMap((child) => optionsOf(child, [...above, child.table.name])),
  ];
  return [...Object.keys(COMMANDS).map((command) => command.split(" ")), ...optionsOf(root, [])];
}
