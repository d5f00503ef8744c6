import { Command } from "@commander-js/extra-typings";
import { addControlOptions, addDamonOptions, type ControlOptions } from "../options/mod.ts";

/** `damo start`: turns DAMON on and leaves it on. */
export function startCommand() {
  const command = new Command("start")
    .description("Turn DAMON on, with or without schemes, and leave it on until: damo stop.")
    .argument("[target]", "pid | paddr; or say the targets by options or a file")
    .addHelpText(
      "after",
      `
Values for the first --sample (-s), --target_pid, --damos_action and so on are for the first context, target or scheme,
the next ones for the second. What runs then is shown by damo status, recorded by damo record ongoing, changed by damo
tune, and ended by damo stop. Where anybody else uses DAMON, nothing is changed.

Examples:
  damo start 1234 --damos_action pageout --damos_access_rate 0% 0% --damos_age 60s max
  damo start --target_pid 1234 --target_pid 5678 --nr_targets 1 1 -s 5ms -s 10ms
  damo start --kdamonds damon.yaml --dry_run`,
    );
  return addDamonOptions(addControlOptions(command as unknown as Command)).action(async (...args: unknown[]) => {
    const [target, options] = args as [string | undefined, ControlOptions];
    const { start } = await import("./start_run.ts");
    const { wholeChange } = await import("./whole_change.ts");
    await wholeChange(() => start(target, options));
  });
}

/** `damo tune`: changes what runs. */
export function tuneCommand() {
  const command = new Command("tune")
    .description("Change the DAMON that damo started while it runs: only what is named, the rest stays.")
    .option("--quota_goals_only", "refuse to change anything but quota goals, such as the value a goal is fed with")
    .addHelpText(
      "after",
      `
The first -s, -a, ... changes the first context, the first --damos_age the first scheme, and so on. --target_pid or
--regions take the place of all targets, --damos_action or --schemes of all schemes, --kdamonds of everything.
Each change is shown. --dry_run shows it and changes nothing.

Examples:
  damo tune -a 200ms
  damo tune --damos_quota_space 64M
  damo tune --kdamonds damon.yaml`,
    );
  return addDamonOptions(addControlOptions(command as unknown as Command)).action(async (...args: unknown[]) => {
    const [options] = args as [ControlOptions];
    const { tune } = await import("./tune_run.ts");
    const { wholeChange } = await import("./whole_change.ts");
    await wholeChange(() => tune(options));
  });
}

/** `damo pause`, `damo resume`: lets what runs rest, where the kernel can. */
export function pauseCommand(name: "pause" | "resume") {
  const command = new Command(name)
    .description(
      name === "pause"
        ? "Let the DAMON that damo started rest, keeping what it has learned."
        : "Let a paused DAMON go on.",
    )
    .argument("[kdamond]", "its number (default: all that damo started)");
  return addControlOptions(command as unknown as Command).action(async (...args: unknown[]) => {
    const [kdamond, options] = args as [string | undefined, ControlOptions];
    const { pause } = await import("./tune_run.ts");
    const { wholeChange } = await import("./whole_change.ts");
    await wholeChange(() => pause(kdamond, name === "pause", options));
  });
}
