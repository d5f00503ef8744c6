import { readOptional, type Roots } from "./roots.ts";

/** Those that something here needs, by their number. */
const CAPABILITIES = {
  CAP_DAC_OVERRIDE: 1n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_SYS_NICE: 23n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

/** The name of a capability. */
export type Capability = keyof typeof CAPABILITIES;

/**
 * The capabilities above that this process has, those that CAP_SYS_ADMIN brings with it among them; `undefined` where the
 * kernel's file does not tell.
 */
export function capabilitiesOf(roots: Roots): Set<Capability> | undefined {
  const found = /^CapEff:\s*([0-9a-f]+)/m.exec(readOptional(`${roots.proc}/self/status`) ?? "");
  if (!found) return undefined;
  const bits = BigInt(`0x${found[1]}`);
  const names = Object.keys(CAPABILITIES) as Capability[];
  const has = new Set(names.filter((name) => (bits >> CAPABILITIES[name]) & 1n));
  if (has.has("CAP_SYS_ADMIN")) has.add("CAP_BPF").add("CAP_PERFMON");
  return has;
}
