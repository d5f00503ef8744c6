/** Where each pid stands first in a list, and how long the list was then. */
const PLACES = new WeakMap<object, { length: number; places: Map<number | undefined, number> }>();

/** Shorter lists are looked through. */
const SHORT = 8;

/**
 * The index of the first one with this pid, -1 where there is none. Each snapshot asks for its kdamond, and each name for
 * its process, of which a record may have hundreds of thousands: so a list is looked through once, and anew when it grew.
 */
export function indexByPid(list: readonly { readonly pid?: number }[], pid: number | undefined): number {
  if (list.length <= SHORT) return list.findIndex((one) => one.pid === pid);
  let known = PLACES.get(list);
  if (known?.length !== list.length) {
    known = { length: list.length, places: new Map() };
    for (let i = list.length - 1; i >= 0; i--) known.places.set(list[i].pid, i);
    PLACES.set(list, known);
  }
  return known.places.get(pid) ?? -1;
}

/**
 * The first one with this pid.
 *
 * @example
 * ```ts
 * import { byPid } from "./by_pid.ts";
 * byPid([{ pid: 41, comm: "sh" }, { pid: 42, comm: "vim" }], 42)?.comm; // "vim"
 * ```
 */
export function byPid<T extends { readonly pid?: number }>(list: readonly T[], pid: number | undefined): T | undefined {
  return list[indexByPid(list, pid)];
}
