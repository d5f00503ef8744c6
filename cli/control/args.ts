import { Command, Option } from "@commander-js/extra-typings";
import { addDamonOptions, type ParsedDamonOptions } from "../options/mod.ts";

/** The options of `args damon`, as parsed; those of DAMON's parameters are read by {@linkcode askedKdamonds}. */
export type ArgsDamonOptions = ReturnType<ReturnType<typeof damonCommand>["opts"]> & ParsedDamonOptions;

/** `damo args`: what a command line says, in other words. */
export function argsCommand() {
  const damon = addDamonOptions(damonCommand() as unknown as Command).action(async (...args: unknown[]) => {
    const [target, options] = args as [string | undefined, ArgsDamonOptions];
    const { argsDamon } = await import("./args_run.ts");
    await argsDamon(target, options);
  });
  return new Command("args")
    .description("Print what options and files say in another form: a file to keep, or a command line.")
    .helpCommand(false)
    .addCommand(damon);
}

function damonCommand() {
  return new Command("damon")
    .description("Print DAMON's parameters as JSON, YAML, an outline, or options. It changes nothing in the kernel.")
    .argument("[target]", "pid | paddr | a file of YAML or JSON")
    .addOption(
      new Option(
        "--format <form>",
        "json, which the Python damo reads; yaml, for a person to read and change; text, an outline; options, a command line",
      ).choices(["json", "yaml", "text", "report", "options"]).default("json" as const),
    )
    .option("--raw", "of json and yaml: numbers in the kernel's units; they are read back all the same")
    .option("--omit_defaults", "of json and yaml: leave out what would be so anyway")
    .option("-o, --out <file>", "write to FILE; - for standard output", "-")
    .option("--add <file>", "put the kdamonds of FILE before these")
    .option("--replace <file...>", "FILE INDEX: that kdamond of FILE is taken for this one")
    .option("--remove <file...>", "FILE INDEX: the kdamonds of FILE without that one")
    .addHelpText(
      "after",
      `
What is printed is for: damo start --kdamonds FILE, record, tune. Editors complete and check the YAML by its first line,
which names its schema.

Examples:
  damo args damon 1234 --damos_action pageout --damos_access_rate 0% 0% --damos_age 60s max --format yaml -o cold.yaml
  damo args damon cold.yaml --format options
  damo args damon --remove all.json 1 -o one.json`,
    );
}
