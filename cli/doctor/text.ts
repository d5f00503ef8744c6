import type { Diagnosis } from "../../kernel/doctor/mod.ts";
import type { DoctorSection, FeatureRow, FeatureState } from "../../kernel/machine/mod.ts";

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
    ...sections.flatMap((
      section,
    ) => [
      bold(section.title + (section.isList ? " (in brackets: the first Linux that has it)" : ""), options),
      ...sectionLines(section, options),
      "",
    ]),
    ...wrap(verdict, options.width, ""),
  ].join("\n");
}

function sectionLines({ rows, isList }: DoctorSection, options: DoctorTextOptions): string[] {
  if (isList) return listLines(rows, options);
  // Rows in a row often lack the same: what helps is said once, after the last of them.
  return rows.flatMap((row, i) => rowLines(row, row.next !== rows[i + 1]?.next, options));
}

function rowLines({ feature, state, why, next }: FeatureRow, showsNext: boolean, options: DoctorTextOptions): string[] {
  const indent = " ".repeat(STATE + FEATURE);
  const [first, ...rest] = wrap(why, options.width, indent);
  const lines = [stateText(state, options) + feature.padEnd(FEATURE - 1) + " " + first.slice(indent.length), ...rest];
  if (next === null || !showsNext) return lines;
  const [hint, ...more] = wrap(next, options.width, " ".repeat(STATE + 3));
  return [...lines, `${" ".repeat(STATE)}-> ${hint.trimStart()}`, ...more];
}

/** What is there, and what is not with the kernel that brings it; then the words that single files take. */
function listLines(rows: readonly FeatureRow[], options: DoctorTextOptions): string[] {
  const isWord = ({ feature }: FeatureRow) => feature.includes(": ");
  const lines = listLinesOf(rows.filter((row) => !isWord(row)), options);
  const groups = Map.groupBy(rows.filter(isWord), ({ feature }) => feature.split(": ")[0]);
  for (const [group, words] of groups) {
    const members = words.map((row) => ({ ...row, feature: row.feature.slice(group.length + 2) }));
    lines.push(`  ${group}`, ...listLinesOf(members, options));
  }
  return lines;
}

function listLinesOf(rows: readonly FeatureRow[], options: DoctorTextOptions): string[] {
  const indent = " ".repeat(STATE);
  return (["yes", "no", "busy", "unknown"] as const).flatMap((state) => {
    const names = rows.filter((row) => row.state === state).map(({ feature, since }) =>
      state === "yes" || since === undefined ? feature : `${feature} (${since})`
    );
    if (names.length === 0) return [];
    const [first, ...rest] = wrap(names.join(", "), options.width, indent);
    return [stateText(state, options) + first.slice(indent.length), ...rest];
  });
}

function stateText(state: FeatureState, { hasColour }: DoctorTextOptions): string {
  const word = state === "unknown" ? "?" : state;
  const text = `  ${word}`.padEnd(STATE);
  return hasColour ? text.replace(word, `\x1b[${COLOURS[state]}m${word}\x1b[m`) : text;
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
