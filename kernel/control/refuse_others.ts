import { BusyError, command, type Failure, said } from "../../damon/mod.ts";
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
      {
        what: `The kernel's ${module} is on and claims DAMON exclusively`,
        why: "it was left untouched",
        help: `if it is yours, turn it off: echo N > ${roots.modules}/${module}/parameters/enabled`,
      },
    );
  }
  for (const status of found) {
    if (status.state === "off" && status.contexts.length === 0) continue;
    const entry = readEntry(roots, status.index, status.interface);
    if (!isOurs(roots, status, entry)) {
      throw new BusyError({
        what: "A kdamond that damo did not start is in the way, and was left untouched",
        why: describeKdamond(status),
        help: said`stop it with the tool that started it, or watch it as it is: ${listen()}`,
      });
    }
    if (entry!.stays && status.state === "off") {
      throw new BusyError({ ...whyEnded(status), what: said`A kdamond of ${command("start")} is still there` });
    }
    if (entry!.stays) {
      throw new BusyError({
        what: said`${describeKdamond(status)} was started with ${command("start")} and is still there`,
        help: said`change it with ${command("tune")}, record it with ${listen()}, or end it with: ${command("stop")}`,
      });
    }
    throw new BusyError(
      isRecorderAlive(roots, entry!)
        ? {
          what: `Another ${ownerOf(entry!)} (pid ${entry!.recorder.pid}) uses ${describeKdamond(status)}`,
          help: said`end it with: ${command("stop")}`,
        }
        : {
          what: `${describeKdamond(status)} was left behind by a ${ownerOf(entry!)} that was killed ` +
            `(pid ${entry!.recorder.pid})`,
          help: said`clean up with: ${command("stop")}`,
        },
    );
  }
}

function listen() {
  return command("record", { target: "ongoing" });
}

/** Of one that was started and is off, why, and what to do about it. */
export function whyEnded({ index, contexts }: KdamondStatus): Required<Pick<Failure, "why" | "help">> {
  const isOfProcesses = contexts.some(({ operations }) => operations !== "paddr");
  return {
    why: `kdamond ${index} is off, ${
      isOfProcesses ? "as a kdamond is when its last target has ended" : "as somebody else turned it off"
    }`,
    help: said`clean up with: ${command("stop")}`,
  };
}

/** Which of our commands started it, by the words of its process. */
export function ownerOf({ recorder }: OwnEntry): string {
  const command = recorder.command.find((word) => /^[a-z]+$/.test(word)) ?? "record";
  return `damo ${command}`;
}
