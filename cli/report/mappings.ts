import { reportOf, windowOption } from "./options.ts";

/** The options of `report mappings`, as parsed. */
export type MappingsCommandOptions = ReturnType<ReturnType<typeof mappingsCommand>["opts"]>;

/** `damo report mappings`: which file, heap, stack or anonymous memory is how hot. */
export function mappingsCommand() {
  return reportOf("mappings")
    .description(
      "Show which file, heap, stack or anonymous memory is how hot, its working set, and how long it is idle.",
    )
    .addOption(windowOption())
    .action(async (options) => {
      const { reportMappings } = await import("./mappings_run.ts");
      await reportMappings(options);
    });
}
