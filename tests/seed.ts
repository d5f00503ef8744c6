/**
 * Loaded before the tests (`deno task ok:unit`): where DAMO_SEED is a number, property tests draw the same values at each run, as CI wants it. Without it
 * each run draws others, and says its seed where one fails.
 *
 * @module
 */

import fc from "./fast_check.ts";

const seed = Number(Deno.env.get("DAMO_SEED"));
if (seed) fc.configureGlobal({ seed });
