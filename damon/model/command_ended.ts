/** A command that had ended before anything could look at it. */
export class CommandEndedError extends Error {
  /** @param exitCode The command's own. */
  constructor(program: string, readonly exitCode: number) {
    super(`${program} ended with exit code ${exitCode} before it could be watched: record what runs for longer`);
  }
}
