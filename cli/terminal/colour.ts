/** How many colours a text may use. */
export type TerminalColour = "truecolor" | "256" | "never";

/**
 * What `--color` means here: `auto` asks the environment as terminals announce themselves.
 *
 * @param isTerminal Whether the output is one.
 * @throws {RangeError} for a choice that does not exist.
 * @see https://no-color.org
 */
export function colourOf(
  choice: string,
  isTerminal: boolean,
  env: (name: string) => string | undefined,
): TerminalColour {
  if (choice === "truecolor" || choice === "256" || choice === "never") return choice;
  if (choice !== "auto") {
    throw new RangeError(`--color is one of: auto, truecolor, 256, never; ${choice} is not`);
  }
  const term = env("TERM") ?? "";
  if (!isTerminal || env("NO_COLOR") || ["", "dumb", "linux"].includes(term) || term.startsWith("vt")) return "never";
  if (/^(truecolor|24bit)$/.test(env("COLORTERM") ?? "") || /direct|truecolor/.test(term)) return "truecolor";
  return "256";
}
