/**
 * How long memory was not accessed.
 *
 * @module
 */
export { idleCaptionOf, idleClassNames, usedClassesOf } from "./caption.ts";
export {
  classOf,
  type DamonStatSource,
  IDLE_EDGES_NS,
  type IdleDistribution,
  IdleFold,
  idleOf,
  type IdleOptions,
  type IdleReport,
} from "./idle.ts";
export { IDLE_CLASSES, MemoryClassesFold, RATE_CLASSES } from "./memory_classes.ts";
export { idleBarsOf } from "./page_idle.ts";
export { fillPercentiles, idleTimeSteps } from "./percentiles.ts";
export { type DamonStatReading, idleOfStat, parseIdlePercentiles } from "./stat.ts";
export { formatIdleCsv, formatIdleJson, formatIdleJsonLines, IDLE_COLUMNS, type IdleRow, idleRows } from "./table.ts";
export { formatIdle, type IdleTextOptions } from "./text.ts";
export { IdleTime, type IdleTimePart } from "./time.ts";
export { idleSpec } from "./vega_lite.ts";
