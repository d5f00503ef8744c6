import type { Diagnosis } from "../kernel/doctor.ts";
import type { DoctorSection, FeatureRow, FeatureState } from "../kernel/doctor_row.ts";

/** How a diagnosis is shown. */
export interface DoctorTextOptions {
  /** Columns, at least 60. */
  width: number;
  hasColour: boolean;
}

const COLOURS: Record<FeatureState, number> = { yes: 32, no: 31, busy: 33, unknown: 33 };
/** Columns of the state and of the feature, each with the blanks before what follows. */
const [STATE, FEATURE] = [9, 29];

/** A diagnosis as text, the verdict last. */
export function formatDiagnosis({ sections, verdict }: Diagnosis, options: DoctorTextOptions): string {
  return [
    ...sections.flatMap((section) => [bold(section.title, options), ...sectionLines(section, options), ""]),
    ...wrap(verdict, options.width, ""),
  ].join("\n");
}

function sectionLines({ rows, isList }: DoctorSection, options: DoctorTextOptions): string[] {
  return isList ? listLines(rows, options) : rows.flatMap((row) => rowLines(row, options));
}

function rowLines({ feature, state, why, next }: FeatureRow, options: DoctorTextOptions): string[] {
  const indent = " ".repeat(STATE + FEATURE);
  const [first, ...rest] = wrap(why, options.width, indent);
  const hint = next === null ? [] : wrap(next, options.width, indent + "   ").map((line) => line.slice(indent.length));
  return [
    stateText(state, options) + feature.padEnd(FEATURE - 1) + " " + first.slice(indent.length),
    ...rest,
    ...hint.map((line, i) => indent + (i === 0 ? "-> " + line.slice(3) : line)),
  ];
}

/** What is there, and what is not with the kernel that brings it: a line each, as long as it takes. */
function listLines(rows: readonly FeatureRow[], options: DoctorTextOptions): string[] {
  const lines: string[] = [];
  for (const state of ["yes", "no", "busy", "unknown"] as const) {
    const groups = Map.groupBy(rows.filter((row) => row.state === state), ({ feature }) => feature.split(": ")[0]);
    const names = [...groups].map(([group, members]) => {
      const words = members.map(({ feature, since }) => {
        const [, word] = feature.split(": ");
        return [word, state === "no" && since ? `(${since})` : ""].filter(Boolean).join(" ");
      });
      return words[0].startsWith("(") || words[0] === ""
        ? `${group} ${words[0]}`.trim()
        : `${group} ${words.join(" ")}`;
    });
    if (names.length === 0) continue;
    const indent = " ".repeat(STATE);
    const text = names.join(", ") + (state === "no" ? "; in brackets: the first Linux that has it" : "");
    const [first, ...rest] = wrap(text, options.width, indent);
    lines.push(stateText(state, options) + first.slice(indent.length), ...rest);
  }
  return lines;
}

function stateText(state: FeatureState, { hasColour }: DoctorTextOptions): string {
  const text = `  ${state}`.padEnd(STATE);
  return hasColour ? text.replace(state, `\x1b[${COLOURS[state]}m${state}\x1b[m`) : text;
}

function bold(text: string, { hasColour }: DoctorTextOptions): string {
  return hasColour ? `\x1b[1m${text}\x1b[m` : text;
}

/** Words in lines of `width`, each after `indent`; a word that is longer stays whole. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
