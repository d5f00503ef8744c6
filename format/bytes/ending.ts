import type { RecordFooter } from "../../damon/mod.ts";

/** How a footer's reason begins where the recorder ended because something failed. */
const FAILURE = "failure: ";

/**
 * Why a record is not whole, from its footer; `undefined` where it is. Without a footer nobody can tell what became of
 * the recorder.
 */
export function incompleteOf(footer: RecordFooter | undefined): string | undefined {
  if (footer === undefined) {
    return "it has no footer: its recorder was killed, had no space left, or is still writing";
  }
  return footer.reason.startsWith(FAILURE) ? `its recorder failed: ${footer.reason.slice(FAILURE.length)}` : undefined;
}
