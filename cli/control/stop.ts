import { Command } from "@commander-js/extra-typings";

/** `damo stop`: ends our recorders and turns off what killed ones left. Never another's kdamond. */
export function stopCommand() {
  return new Command("stop")
    .description("Turn off the DAMON that damo started: end its recorders, clean up after killed ones.")
    .action(async () => {
      const { stop } = await import("./stop_run.ts");
      const { wholeChange } = await import("./whole_change.ts");
      await wholeChange(stop);
    });
}
