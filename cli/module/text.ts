import { formatModuleValue, parameterOf, titleOfModule } from "../../damon/mod.ts";
import type { ModuleStatus } from "../../kernel/modules/mod.ts";
import { wrap } from "../../report/text/mod.ts";

/** How a module is shown. */
export interface ModuleTextOptions {
  /** Columns, at least 80. */
  width: number;
  /** Who turned it on. */
  owner: string | undefined;
  /** Share of memory that is free now, per thousand. */
  freePermil: number | undefined;
}

/** Columns of the value. */
const VALUE = 10;

/** A module as text: on or off, what it waits for, its parameters, its statistics. */
export function formatModule(status: ModuleStatus, options: ModuleTextOptions): string {
  const { module, values } = status;
  const names = [...values.keys()].filter((name) => name !== status.switchName && name !== "commit_inputs");
  const accessOf = (name: string) => parameterOf(module, name)?.access ?? (status.inputs.includes(name) ? "input" : "");
  const inputs = names.filter((name) => accessOf(name) === "input");
  const outputs = names.filter((name) => accessOf(name) !== "input");
  const nameWidth = Math.max(...[...names, "parameter"].map((name) => name.length));
  const rows = (title: string, shown: string[]) =>
    shown.length === 0 ? [] : ["", title, ...shown.flatMap((name) => rowLines(status, name, nameWidth, options.width))];
  return [
    ...wrap(headOf(status, options), options.width),
    ...rows("Parameters", inputs),
    ...rows("What it says", outputs),
  ].join("\n");
}

function headOf(status: ModuleStatus, { owner, freePermil }: ModuleTextOptions): string {
  const { module, isOn, thread, hasGivenUp } = status;
  const title = `${titleOfModule(module)} ${module.doc}.`;
  if (hasGivenUp) {
    return `${title} It is on by name only: its kernel thread ended, as it read parameters that do not fit; turn it off ` +
      `and on again.`;
  }
  if (!isOn) return `${title} It is off.`;
  return `${title} It is on${thread ? ` (kernel thread ${thread.pid})` : ""}, turned on by ${owner}.` +
    restOf(status, freePermil);
}

/** Whether its watermarks let it work now, as far as that can be said from outside. */
function restOf({ values }: ModuleStatus, freePermil: number | undefined): string {
  const [high, mid, low] = ["wmarks_high", "wmarks_mid", "wmarks_low"].map((name) => Number(values.get(name)));
  if (freePermil === undefined || [high, mid, low].some(Number.isNaN)) return "";
  const free = `${freePermil / 10} % of memory is free`;
  if (freePermil > high) return ` It rests now: ${free}, more than ${high / 10} % (wmarks_high).`;
  if (freePermil < low) return ` It rests now: ${free}, less than ${low / 10} % (wmarks_low).`;
  if (freePermil < mid) return ` It works now: ${free}, less than ${mid / 10} % (wmarks_mid).`;
  return ` It goes on as it was: ${free}, between wmarks_mid and wmarks_high.`;
}

function rowLines({ module, values }: ModuleStatus, name: string, nameWidth: number, width: number): string[] {
  const parameter = parameterOf(module, name);
  const text = values.get(name) ?? "";
  const value = parameter?.unit === "msList" ? "(a list)" : formatModuleValue(parameter ?? { unit: "text" }, text);
  const doc = parameter?.unit === "msList" ? `${parameter.doc}: damo report idle` : parameter?.doc ?? "";
  const indent = 2 + nameWidth + 2;
  const first = `  ${name.padEnd(nameWidth)}  ${value.padEnd(VALUE)}  `;
  // A long value has a line of its own.
  if (value.length > VALUE || doc === "") return [first.trimEnd(), ...doc === "" ? [] : docLines(doc, indent, width)];
  const [line, ...more] = wrap(doc, width - first.length);
  return [first + line, ...more.map((text) => " ".repeat(first.length) + text)];
}

function docLines(doc: string, indent: number, width: number): string[] {
  return wrap(doc, width - indent).map((text) => " ".repeat(indent) + text);
}
