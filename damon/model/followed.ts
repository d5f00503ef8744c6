import type { RecordedProcess, RecordFooter, RecordHeader } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";

/** Target ids from here on are pointers in the kernel, as Linux before 5.18 gives them; smaller ones are indexes. */
export const FIRST_POINTER_ID: bigint = 1n << 32n;

/**
 * The pid of a target where children were followed, as the record's end has it; `undefined` where it does not tell.
 *
 * @example
 * ```ts
 * import { followedPid } from "./followed.ts";
 * const targets = [{ kdamond: 7, pids: [42, 99] }];
 * followedPid({ targets }, { kdamond: 7, targetId: 1n }); // 99
 * ```
 */
export function followedPid(
  footer: Pick<RecordFooter, "targets" | "pages"> | undefined,
  { kdamond, targetId }: Pick<Snapshot, "kdamond" | "targetId">,
): number | undefined {
  const pids = footer && (followedOf(footer).get(kdamond) ?? footer.pages?.pids);
  return pids?.[Number(targetId)];
}

type Followed = Map<number, readonly number[]>;
const FOLLOWED = new WeakMap<object, Followed>();

/** The pids of each kdamond: they are asked for of each target, and a record may have many of both. */
function followedOf({ targets = [] }: Pick<RecordFooter, "targets">): Followed {
  let of = FOLLOWED.get(targets);
  if (!of) FOLLOWED.set(targets, of = new Map(targets.toReversed().map(({ kdamond, pids }) => [kdamond, pids])));
  return of;
}

/**
 * The header with what the record's end knows of processes: those that were taken in while it was recorded, and the last name of
 * those that got another one, as by an exec.
 */
export function withFollowed(
  header: RecordHeader,
  footer: Pick<RecordFooter, "processes"> | undefined,
): RecordHeader {
  if (!footer?.processes?.length) return header;
  const known = new Map<number, RecordedProcess>();
  for (const process of [...header.processes, ...footer.processes]) {
    // Of a child that had ended when it was looked at only the pid is known.
    if (process.comm !== "" || !known.has(process.pid)) known.set(process.pid, process);
  }
  return { ...header, processes: [...known.values()] };
}
