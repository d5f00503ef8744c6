import { defineCommand } from "../options/mod.ts";

/** `damo stop`: ends our recorders and turns off what killed ones left. Never another's kdamond. */
export const STOP = defineCommand({
  name: "stop",
  summary: "Turn off the DAMON that damo started.",
  notes: "It ends damo's recorders, and cleans up after those that were killed. What others started it leaves alone.",
});
