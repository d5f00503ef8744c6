import { Command } from "@commander-js/extra-typings";

/** `damo doctor`, `damo report sysinfo`: what this machine has and lacks. It reads only. */
export function doctorCommand(name = "doctor") {
  const command = new Command(name);
  if (name === "doctor") command.alias("features");
  return command
    .description("Say what this machine has and lacks for each feature, why, and what would bring it. Reads only.")
    .option("--json", "print JSON")
    .action(async (options) => {
      const { diagnose } = await import("../../kernel/doctor/doctor.ts");
      const { defaultRoots } = await import("../../kernel/machine/roots.ts");
      const { nameOnCommandLine } = await import("../terminal/naming.ts");
      const { toolSections } = await import("./tools.ts");
      const roots = defaultRoots();
      const diagnosis = await diagnose(roots, undefined, nameOnCommandLine);
      diagnosis.sections.push(...await toolSections(roots));
      if (options.json) return console.log(JSON.stringify(diagnosis, null, 2));
      const { formatDiagnosis } = await import("./text.ts");
      const { colourOf } = await import("../terminal/colour.ts");
      const isTerminal = Deno.stdout.isTerminal();
      console.log(formatDiagnosis(diagnosis, {
        width: isTerminal ? Math.min(Math.max(Deno.consoleSize().columns, 60), 100) : 80,
        hasColour: colourOf("auto", isTerminal, (name) => Deno.env.get(name)) !== "never",
      }));
    });
}
