import { sysfsOf } from "./files.ts";
import type { Roots } from "./roots.ts";

/** Names out of the kernel's own description of its types: what it was built with, whoever may read what else. */
export interface KernelTypes {
  /** Members by the name of their struct, as far as it begins with `damo`. */
  members: ReadonlyMap<string, ReadonlySet<string>>;
  /** Constants of enums that begin with `damo`. */
  constants: ReadonlySet<string>;
  /** Functions that begin with `damo` or `bpf_task`. */
  functions: ReadonlySet<string>;
}

const MAGIC = 0xeb9f;
const [STRUCT, ENUM, FUNC] = [4, 6, 12];
/** Bytes after a type's own 12, by its kind: these, and those for each of its `vlen` members. */
const EXTRA: Readonly<Record<number, readonly [number, number]>> = {
  1: [4, 0],
  3: [12, 0],
  4: [0, 12],
  5: [0, 12],
  6: [0, 8],
  13: [0, 8],
  14: [4, 0],
  15: [0, 12],
  17: [4, 0],
  19: [0, 12],
};
const LAST_KIND = 19;

/** The running kernel's; `undefined` where it has no BTF, or one of a kind that is not known. */
export function readKernelTypes(roots: Roots): KernelTypes | undefined {
  try {
    return decodeKernelTypes(Deno.readFileSync(`${sysfsOf(roots)}/kernel/btf/vmlinux`));
  } catch {
    return undefined;
  }
}

/**
 * Takes DAMON's names out of BTF.
 *
 * @throws {SyntaxError} for what is no BTF, or has a kind of type that is not known.
 * @throws {RangeError} where it is cut off.
 * @see https://docs.kernel.org/bpf/btf.html
 */
export function decodeKernelTypes(bytes: Uint8Array): KernelTypes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getUint16(0, true) === MAGIC;
  if (!little && view.getUint16(0) !== MAGIC) throw new SyntaxError("Not BTF: its magic number is not 0xeb9f");
  const word = (at: number) => view.getUint32(at, little);
  const header = word(4);
  const types = header + word(8);
  const end = types + word(12);
  const strings = header + word(16);
  const nameAt = (offset: number) => {
    const from = strings + offset;
    return new TextDecoder().decode(bytes.subarray(from, bytes.indexOf(0, from)));
  };
  // Most of some hundred thousand names begin otherwise: they are never made strings.
  const begins = (offset: number, prefix: readonly number[]) =>
    prefix.every((code, i) => (bytes[strings + offset + i] | 0x20) === code);
  const [damo, task] = ["damo", "bpf_task"].map((text) => [...new TextEncoder().encode(text)].map((c) => c | 0x20));

  const members = new Map<string, Set<string>>();
  const constants = new Set<string>();
  const functions = new Set<string>();
  for (let at = types; at < end;) {
    const [name, info] = [word(at), word(at + 4)];
    const [kind, length] = [(info >>> 24) & 0x1f, info & 0xffff];
    if (kind === 0 || kind > LAST_KIND) throw new SyntaxError(`BTF of a kind that is not known: ${kind}`);
    const [fixed, each] = EXTRA[kind] ?? [0, 0];
    at += 12;
    if (kind === FUNC) {
      if (begins(name, damo) || begins(name, task)) functions.add(nameAt(name));
    } else if (kind === STRUCT && begins(name, damo)) {
      const names = Array.from({ length }, (_, i) => nameAt(word(at + i * each)));
      members.set(nameAt(name), new Set(names));
    } else if (kind === ENUM && length > 0 && begins(word(at), damo)) {
      for (let i = 0; i < length; i++) constants.add(nameAt(word(at + i * each)));
    }
    at += fixed + length * each;
  }
  return { members, constants, functions };
}
