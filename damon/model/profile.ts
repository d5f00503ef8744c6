/** A function on a stack, or as much as is known of it. */
export interface ProfileFrame {
  /** Its name; empty where its file has no symbol for it. */
  function: string;
  /** File or mapping that it is in, by its short name: `libc.so.6`, `[kernel]`; empty where nothing is mapped there. */
  file: string;
}

/** A stack that was found, and how often. */
export interface ProfileStack {
  /** The innermost function first; those of the kernel, where it ran, before those of the process. */
  frames: ProfileFrame[];
  /** In how many samples. */
  count: number;
}

/** What one process ran in a part of a recording: samples at even times of each processor that it ran on. */
export interface Profile {
  /** ns of the record's clock. */
  startNs: number;
  /** End, likewise. */
  endNs: number;
  /** The process. */
  pid: number;
  /** Samples a second of each processor: a sample stands for `1 / hz` seconds of CPU time. */
  hz: number;
  /** Each other than the others. */
  stacks: ProfileStack[];
}

/** What a profiler counted in a recording. */
export interface ProfileCounts {
  /** As of {@linkcode Profile}. */
  hz: number;
  /** Samples that are in the record. */
  samples: number;
  /** Samples for which there was no room; they are missing. */
  dropped: number;
  /** Processes that were not sampled, as only so many can be. Absent for none. */
  leftOut?: number;
}

/**
 * A function's name as its source has it, where it is the mangled one of C++ or Rust; without parameters and hashes.
 *
 * @example
 * ```ts
 * import { functionNameOf } from "./profile.ts";
 * functionNameOf("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"); // "core::fmt::Write::write_fmt"
 * ```
 */
export function functionNameOf(symbol: string): string {
  const found = /^_{1,3}ZN[VKr]*(?=\d|St|S[absiod])/.exec(symbol);
  const plain = /^_{1,3}Z(?=\d)/.exec(symbol);
  if (!found && !plain) return symbol;
  const parts: string[] = [];
  let rest = symbol.slice((found ?? plain)![0].length);
  if (rest.startsWith("St")) [rest] = [rest.slice(2), parts.push("std")];
  for (let digits; (digits = /^\d+/.exec(rest)) !== null;) {
    const [length, from] = [Number(digits[0]), digits[0].length];
    if (length > rest.length - from) return symbol;
    parts.push(rest.slice(from, from + length));
    rest = rest.slice(from + length);
    // Arguments of a template are left out.
    if (rest.startsWith("I")) rest = withoutTemplate(rest);
    if (!found) break;
  }
  if (parts.length > 1 && /^h[0-9a-f]{16}$/.test(parts.at(-1)!)) parts.pop();
  // A constructor and a destructor have no name of their own.
  if (/^C\d/.test(rest) && parts.length > 0) parts.push(parts.at(-1)!);
  if (/^D\d/.test(rest) && parts.length > 0) parts.push(`~${parts.at(-1)!}`);
  return parts.length === 0 ? symbol : parts.map(unescaped).join("::");
}

/** What is behind `I...E`; a name in it has its length before it, and may hold any letter. */
function withoutTemplate(text: string): string {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const digits = /^\d+/.exec(text.slice(i, i + 6));
    if (digits) i += digits[0].length + Number(digits[0]) - 1;
    else if (/[INXJ]/.test(text[i])) depth++;
    else if (text[i] === "E" && --depth === 0) return text.slice(i + 1);
  }
  return "";
}

/** Rust's names of before 2020 write signs as words. */
function unescaped(part: string): string {
  const signs: Record<string, string> = { LT: "<", GT: ">", RF: "&", BP: "*", C: ",", LP: "(", RP: ")", SP: "@" };
  return part.replace(/^_\$/, "$").replace(
    /\$(\w+)\$/g,
    (all, word: string) =>
      signs[word] ?? (/^u[0-9a-f]+$/.test(word) ? String.fromCodePoint(parseInt(word.slice(1), 16)) : all),
  ).replaceAll("..", "::");
}
