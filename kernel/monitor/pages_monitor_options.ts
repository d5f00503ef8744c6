import type { Context } from "../../damon/mod.ts";
import type { ClearingWish, PagesMethod } from "../pages/mod.ts";

/** What a page sampler is to do. */
export interface PagesMonitorOptions {
  /** Targets (with pids), intervals wished for, bounds of regions. Targets with regions are watched only there. */
  context: Context;
  /**
   * Some pages of each region in each sample, as DAMON does; or every page, which shows the true working set. `auto` looks at
   * every page as long as the budget lets it do so once a second.
   */
  mode: PagesMethod | "auto";
  /** Share of one CPU that clearing and reading may take, above 0 and at most 1; 0.02 by default. */
  maxOverhead?: number | undefined;
  /** See {@linkcode Clearing}; `auto`, the default, takes what is cheaper. Exact mode clears everything. */
  clearing?: ClearingWish | undefined;
  /** Follows the processes that the targets fork, and those that these fork. */
  includeChildren?: boolean | undefined;
  /** Path of libdamo.so, see `openPageSampler`. */
  library?: string | undefined;
  /** For tests: see `openPageSampler`. */
  byIterator?: boolean | undefined;
}
