import { BusyError } from "../../damon/mod.ts";
import { isOurs, isRecorderAlive, type OwnEntry, readEntry } from "./ours.ts";
import { readOptional, type Roots } from "../machine/mod.ts";
import { describeKdamond, type KdamondStatus } from "./sysfs.ts";

const MODULES = ["damon_reclaim", "damon_lru_sort", "damon_stat"];

/** @throws {BusyError} if a kdamond is on or staged that this command may not take over. */
export function refuseOthers(roots: Roots, found: KdamondStatus[]): void {
  // A module takes the whole of DAMON for itself: the kernel would say EBUSY, and no more.
  const module = MODULES.find((name) =>
    /^[Y1]/.test(readOptional(`${roots.modules}/${name}/parameters/enabled`) ?? "")
  );
  if (module !== undefined) {
    throw new BusyError(
      `Cannot start DAMON as the kernel's ${module} is on and takes it alone; it was left untouched. ` +
        `Where it is yours to turn off: echo N > ${roots.modules}/${module}/parameters/enabled`,
    );
  }
  for (const status of found) {
    if (status.state === "off" && status.contexts.length === 0) continue;
    const entry = readEntry(roots, status.index, status.interface);
    if (!isOurs(roots, status, entry)) {
      throw new BusyError(
        `Cannot start DAMON as a kdamond that damo did not start is in the way: ${describeKdamond(status)}; ` +
          `it was left untouched. Stop it with the tool that started it, or watch it as it is: damo record --ongoing`,
      );
    }
    if (entry!.stays && status.state === "off") {
      throw new BusyError(`Cannot start DAMON: a kdamond of damo start is still there. ${endedText(status)}`);
    }
    if (entry!.stays) {
      throw new BusyError(
        `Cannot start DAMON as ${describeKdamond(status)} was started with damo start and is still there; ` +
          `change it with damo tune, record it with damo record ongoing, or end it with: damo stop`,
      );
    }
    throw new BusyError(
      isRecorderAlive(roots, entry!)
        ? `Cannot start DAMON as another ${ownerOf(entry!)} (pid ${entry!.recorder.pid}) uses ${
          describeKdamond(status)
        }; ` +
          `end it with: damo stop`
        : `Cannot start DAMON as ${describeKdamond(status)} was left behind by a ${ownerOf(entry!)} that was killed ` +
          `(pid ${entry!.recorder.pid}); clean up with: damo stop`,
    );
  }
}

/** Of one that was started and is off, why, and what to do about it. */
export function endedText({ index, contexts }: KdamondStatus): string {
  const isOfProcesses = contexts.some(({ operations }) => operations !== "paddr");
  return `kdamond ${index} is off, ${
    isOfProcesses ? "as a kdamond is when its last target has ended" : "as somebody else turned it off"
  }; clean up with: damo stop`;
}

/** Which of our commands started it, as in `damo record`. */
export function ownerOf({ recorder }: OwnEntry): string {
  const command = recorder.command.find((word) => /^[a-z]+$/.test(word)) ?? "record";
  return `damo ${command}`;
}
