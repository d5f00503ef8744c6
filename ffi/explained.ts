import {
  describeErrno,
  formatBytes,
  KernelError,
  option,
  said,
  UnsupportedError,
  VerifierError,
} from "../damon/model/mod.ts";
import { withoutBtf } from "./detect.ts";
import type { Library } from "./library.ts";
import { CAPABILITIES, namesOf } from "./symbols.ts";

const EPERM = 1;
const EINVAL = 22;
const E2BIG = 7;
const EINTR = 4;
const EAGAIN = 11;
const ENOMEM = 12;
const ENFILE = 23;
const EMFILE = 24;

/** With these the kernel gave up for want of something; libbpf shows what the verifier had said until then all the same. */
const NO_VERDICT = new Set([EINTR, EAGAIN, ENOMEM, ENFILE, EMFILE]);

/** What an error is explained with. */
type Explaining = {
  symbols: Pick<Library["symbols"], "damo_last_log" | "damo_missing_capabilities">;
};

/** An errno of loading or attaching, as an error that says what can be done. `ringBytes` is what loading allocates. */
export function explained(library: Explaining, operation: string, errno: number, ringBytes?: number): Error {
  const log = logOf(library);
  if (errno === EPERM) {
    const missing = namesOf(library.symbols.damo_missing_capabilities(), CAPABILITIES);
    const hint = missing.length > 0
      ? `run it as root or with ${missing.join(" and ")}`
      : "the kernel may be locked down: confidentiality mode forbids what tracing needs";
    return new KernelError(operation, errno, undefined, hint);
  }
  const verdict = NO_VERDICT.has(errno) ? undefined : verdictOf(log);
  if (verdict !== undefined) {
    const reason = errno === EINVAL || errno === E2BIG ? "" : ` (${describeErrno(errno)})`;
    return new VerifierError(`The kernel's verifier refuses to ${operation}${reason}: ${verdict}`, log);
  }
  if (errno === ENOMEM && ringBytes !== undefined) {
    const what = `its ring buffer takes ${formatBytes(ringBytes)} of the kernel's memory at once`;
    return new KernelError(
      operation,
      errno,
      undefined,
      said`${what}: ask for less, as in ${option("ringBytes", 4 << 20)}, or free some`,
    );
  }
  if (/failed to find valid kernel BTF/.test(log)) return withoutBtf(operation);
  if (errno === 38 || errno === 95) {
    return new UnsupportedError(
      { what: `Cannot ${operation}`, why: "this kernel has no BPF", help: "boot one with CONFIG_BPF_SYSCALL=y" },
      "bpf",
    );
  }
  return new KernelError(operation, errno, undefined, log === "" ? undefined : `libbpf says: ${lastLineOf(log)}`, true);
}

function logOf(library: Explaining): string {
  const bytes = new Uint8Array(64 << 10);
  const length = library.symbols.damo_last_log(bytes, bytes.length);
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** What the verifier said last but for its statistics; `undefined` where it was not asked. */
export function verdictOf(log: string): string | undefined {
  const said = /BEGIN PROG LOAD LOG --\n([^]*?)(?:-- END PROG LOAD LOG|$)/.exec(log)?.[1];
  const lines = said?.trim().split("\n").filter((line) => !/^(processed \d|verification time|stack depth)/.test(line));
  return lines?.at(-1) || undefined;
}

function lastLineOf(log: string): string {
  return log.trimEnd().split("\n").at(-1) ?? "";
}
