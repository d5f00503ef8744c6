import { type Failure, type Said, sentenceOf, textOf } from "./said.ts";

/**
 * A request to the kernel failed.
 *
 * @example
 * ```ts
 * import { KernelError } from "./errors.ts";
 * new KernelError("write on", 16, "/sys/kernel/mm/damon/admin/kdamonds/0/state").errno; // 16
 * ```
 */
export class KernelError extends Error {
  /** `KernelError`. */
  override name = "KernelError";
  /** Words the message from its parts. */
  constructor(
    /** What was attempted: `attach damon_aggregated`, `write on`. */
    readonly operation: string,
    /** Positive errno; `0` where the kernel gave none. */
    readonly errno: number,
    /** The file, where it was one. */
    readonly path?: string,
    /** What a person can do about it. */
    readonly hint?: Said,
    /** Whether the hint only explains, and nothing can be done. */
    readonly isExplanation = false,
  ) {
    const failure = {
      what: `Cannot ${operation}${path === undefined ? "" : ` (${path})`}`,
      why: describeErrno(errno),
      ...(textOf(LIMITS[errno] ?? hint ?? "") && { help: LIMITS[errno] ?? hint }),
    };
    super(sentenceOf(failure));
    this.failure = failure;
  }
  /** The same in its parts. */
  readonly failure: Failure;
}

/** The kernel refused a BPF program; `log` says why, in the verifier's words. */
export class VerifierError extends Error {
  /** `VerifierError`. */
  override name = "VerifierError";
  /** `log` is all that the verifier said. */
  constructor(message: string, readonly log: string) {
    super(message);
  }
}

/** This kernel or machine lacks what was asked for. */
export class UnsupportedError extends Error {
  /** `UnsupportedError`. */
  override name = "UnsupportedError";
  /** The message in its parts. */
  readonly failure: Failure;
  /** The message names the next step. */
  constructor(
    failure: string | Failure,
    /** What is lacking, as one word: `vaddr`, `btf`, `damon`. */
    readonly feature: string,
    /** The first kernel that has it, or the option that brings it. */
    readonly since?: string,
  ) {
    super(typeof failure === "string" ? failure : sentenceOf(failure));
    this.failure = typeof failure === "string" ? { what: failure } : failure;
  }
}

/** A DAMON that is not ours is in the way; nothing was changed. */
export class BusyError extends Error {
  /** `BusyError`. */
  override name = "BusyError";
  /** The message in its parts. */
  readonly failure: Failure;
  /** The message names the next step. */
  constructor(failure: string | Failure) {
    super(typeof failure === "string" ? failure : sentenceOf(failure));
    this.failure = typeof failure === "string" ? { what: failure } : failure;
  }
}

/** A file is no record, or is broken at `offset`. */
export class RecordError extends Error {
  /** `RecordError`. */
  override name = "RecordError";
  /** The message in its parts. */
  readonly failure: Failure;
  /** The message names the file too. */
  constructor(
    failure: string | Failure,
    readonly path: string,
    /** Byte at which reading failed, where known. */
    readonly offset?: number,
  ) {
    super(typeof failure === "string" ? failure : sentenceOf(failure));
    this.failure = typeof failure === "string" ? { what: failure } : failure;
  }
}

/**
 * An error about arguments or text, with its parts.
 *
 * @example
 * ```ts
 * import { failed } from "./errors.ts";
 * import { option, said } from "./said.ts";
 * failed(RangeError, { what: "three contexts", help: said`use ${option("nr_ctxs")}` }).message; // "three contexts; use nr_ctxs"
 * ```
 */
export function failed<E extends RangeError | TypeError | SyntaxError>(
  Kind: new (message: string) => E,
  failure: Failure,
): E & { failure: Failure } {
  return Object.assign(new Kind(sentenceOf(failure)), { failure });
}

/** The parts of an error's message, where it has them. */
export function failureOf(error: unknown): Failure | undefined {
  return error instanceof Error && "failure" in error ? error.failure as Failure : undefined;
}

/** What helps where a limit is too low, whatever was tried. */
const LIMITS: Record<number, string> = {
  23: "the whole machine has no more of them; raise fs.file-max",
  24: "raise the limit of them, as in: ulimit -n 1024",
};

const ERRNO: Record<number, string> = {
  1: "EPERM, not permitted",
  2: "ENOENT, no such file",
  3: "ESRCH, no such process",
  4: "EINTR, interrupted",
  5: "EIO, input/output error",
  7: "E2BIG, too large",
  9: "EBADF, bad file descriptor",
  11: "EAGAIN, try again",
  12: "ENOMEM, not enough memory",
  13: "EACCES, permission denied",
  14: "EFAULT, bad address",
  16: "EBUSY, busy",
  17: "EEXIST, it exists already",
  19: "ENODEV, no such device",
  22: "EINVAL, invalid argument",
  23: "ENFILE, too many open files",
  24: "EMFILE, too many open files",
  28: "ENOSPC, no space left",
  30: "EROFS, read-only file system",
  32: "EPIPE, broken pipe",
  34: "ERANGE, out of range",
  38: "ENOSYS, not implemented by this kernel",
  95: "EOPNOTSUPP, not supported",
  110: "ETIMEDOUT, timed out",
  125: "ECANCELED, cancelled",
  524: "ENOTSUPP, not supported",
};

/** An errno in words: `EBUSY, busy`. The one place that translates them. */
export function describeErrno(errno: number): string {
  if (errno === 0) return "no reason given";
  return ERRNO[Math.abs(errno)] ?? `errno ${Math.abs(errno)}`;
}
