import type { DoctorOptions } from "./doctor.ts";

/** `damo doctor`. */
export async function doctor({ json }: DoctorOptions): Promise<void> {
  const { diagnose } = await import("../../kernel/doctor/doctor.ts");
  const { defaultRoots } = await import("../../kernel/machine/roots.ts");
  const { nameOnCommandLine } = await import("../terminal/naming.ts");
  const { toolSections } = await import("./tools.ts");
  const roots = defaultRoots();
  const diagnosis = await diagnose(roots, undefined, nameOnCommandLine);
  diagnosis.sections.push(...await toolSections(roots));
  if (json) return console.log(JSON.stringify(diagnosis, null, 2));
  const { formatDiagnosis } = await import("./text.ts");
  const { colourOf } = await import("../terminal/colour.ts");
  const isTerminal = Deno.stdout.isTerminal();
  console.log(formatDiagnosis(diagnosis, {
    width: isTerminal ? Math.min(Math.max(Deno.consoleSize().columns, 60), 100) : 80,
    hasColour: colourOf("auto", isTerminal, (name) => Deno.env.get(name)) !== "never",
  }));
}
