import { CONTROL_OPTIONS, DAMON_OPTIONS, DAMON_POINTERS, defineCommand } from "../options/mod.ts";

/** `damo start`: turns DAMON on and leaves it on. */
export const START = defineCommand({
  name: "start",
  summary: "Turn DAMON on, with or without schemes, until damo stop.",
  arguments: {
    target: { optional: true, kind: "target", help: "pid | paddr; or name targets by options or in a file" },
  },
  options: { ...CONTROL_OPTIONS, ...DAMON_OPTIONS },
  usual: [
    "kdamonds",
    "schemes",
    "damos_action",
    "damos_access_rate",
    "damos_age",
    "sample",
    "aggr",
    "minr",
    "maxr",
    "dry_run",
  ],
  examples: [
    "damo start 1234 --damos_action pageout --damos_access_rate 0% 0% --damos_age 60s max",
    "damo start --target_pid 1234 --target_pid 5678 --nr_targets 1 1 -s 5ms -s 10ms",
    "damo start --kdamonds damon.yaml --dry_run",
  ],
  notes: `
The first --sample (-s), --target_pid, --damos_action and so on is for the first context, target or scheme, the next one for
the second. See what runs with damo status, record it with damo record ongoing, change it with damo tune, end it with damo
stop. If somebody else is using DAMON, nothing is changed.`,
  pointers: DAMON_POINTERS,
});

/** `damo tune`: changes what runs. */
export const TUNE = defineCommand({
  name: "tune",
  summary: "Change the running DAMON that damo started.",
  options: {
    quota_goals_only: { help: "refuse to change anything but quota goals, such as the current value of user_input" },
    ...CONTROL_OPTIONS,
    ...DAMON_OPTIONS,
  },
  usual: [
    "kdamonds",
    "schemes",
    "damos_quota_space",
    "damos_quota_goal",
    "sample",
    "aggr",
    "minr",
    "maxr",
    "quota_goals_only",
    "dry_run",
  ],
  examples: [
    "damo tune -a 200ms",
    "damo tune --damos_quota_space 64M",
    "damo tune --kdamonds damon.yaml",
  ],
  notes: `
Only what is named changes; the rest stays. The first -s, -a, ... changes the first context, the first --damos_age the first
scheme, and so on. --target_pid and --regions replace all targets, --damos_action and --schemes all schemes, --kdamonds
everything. Each change is printed. --dry_run prints it and changes nothing.`,
  pointers: DAMON_POINTERS,
});

const KDAMOND = { kdamond: { optional: true, help: "its number (default: all that damo started)" } } as const;
const PAUSE_NOTES = "It needs a kernel that can pause DAMON: damo doctor says whether this one can.";

/** `damo pause`: lets what runs rest, where the kernel can. */
export const PAUSE = defineCommand({
  name: "pause",
  summary: "Pause the DAMON that damo started; it keeps what it has learned.",
  arguments: KDAMOND,
  options: CONTROL_OPTIONS,
  notes: PAUSE_NOTES,
});

/** `damo resume`: lets it go on. */
export const RESUME = defineCommand({
  name: "resume",
  summary: "Resume a paused DAMON.",
  arguments: KDAMOND,
  options: CONTROL_OPTIONS,
  notes: PAUSE_NOTES,
});
