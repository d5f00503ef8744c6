/**
 * Does `restore` with all, also where it fails with some.
 *
 * @param reason Why, where that is a failure itself.
 * @throws {Error} with all that failed.
 */
export async function restoreAll<T>(all: readonly T[], restore: (one: T) => Promise<void>, reason?: unknown) {
  const failures: Error[] = [];
  for (const one of all) await restore(one).catch((error) => failures.push(error as Error));
  if (failures.length === 0) return;
  if (failures.length === 1 && reason === undefined) throw failures[0];
  const messages = [...(reason instanceof Error ? [reason] : []), ...failures].map(({ message }) => message);
  throw new Error(messages.join(". Then: "), { cause: failures[0] });
}

/** Turns all of them off, also where one of them stays on. @throws {Error} naming those that do. */
export async function stopAll(running: readonly { stop(): Promise<void> }[]): Promise<void> {
  await restoreAll(running, (each) => each.stop());
}
