import { formatBytes, type NamedCommand, type NamedOption } from "../../damon/model/mod.ts";

type Value = string | number | true;

const percent = (value: Value) => typeof value === "number" ? `${Math.round(value * 1e4) / 100}%` : String(value);

/** Options of the library that have another name on the command line, or another unit. */
const OPTIONS: Readonly<Record<string, { name: string; write?: (value: Value) => string }>> = {
  ringBytes: { name: "ring", write: (value) => typeof value === "number" ? shortBytes(value) : String(value) },
  refreshMs: { name: "refresh_stat" },
  maxOverhead: { name: "max_overhead", write: percent },
  timeoutMs: { name: "timeout", write: (value) => typeof value === "number" ? `${value / 1000}s` : String(value) },
  profileHz: { name: "profile" },
};

/** `4M`, as an option takes it. */
function shortBytes(bytes: number): string {
  return formatBytes(bytes).replace(/\.0+(?= )/, "").replace(/ ([KMGT])iB$/, "$1");
}

function optionText(option: string, value: Value | undefined): string {
  const known = OPTIONS[option];
  const name = known?.name ?? option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (value === undefined || value === true) return `--${name}`;
  return `--${name} ${known?.write?.(value) ?? value}`;
}

/**
 * An option or a command as one types it: `--monitor pages`, `damo record --monitor pages PID`.
 *
 * @example
 * ```ts
 * import { nameOnCommandLine } from "./naming.ts";
 * nameOnCommandLine({ option: "maxOverhead", value: 0.1 }); // "--max_overhead 10%"
 * ```
 */
export function nameOnCommandLine(named: NamedOption | NamedCommand): string {
  if ("option" in named) return optionText(named.option, named.value);
  const { command, target, options = {}, words = [] } = named;
  return [
    "damo",
    command,
    ...Object.entries(options).map(([name, value]) => optionText(name, value)),
    ...(target === undefined ? [] : [target === "ongoing" ? "--ongoing" : target]),
    ...words,
  ].join(" ");
}
