/**
 * Names functions beside the recorder: the files of a process may lie where reading takes forever, and a large one takes a
 * moment. Messages are {@linkcode SymbolsRequest}, answers {@linkcode SymbolsAnswer}.
 *
 * @module
 */
import type { ProfileFrame } from "../../damon/mod.ts";
import type { ProfileSample } from "../../ffi/mod.ts";
import type { Roots } from "../machine/mod.ts";
import { Symbols } from "./symbols.ts";

/** What a worker is asked. */
export type SymbolsRequest =
  | { kind: "begin"; roots: Roots }
  | { kind: "see"; pid: number }
  | { kind: "frames"; id: number; samples: readonly ProfileSample[] };

/** The frames of each sample, in their order. */
export interface SymbolsAnswer {
  id: number;
  frames: ProfileFrame[][];
}

/** The id of the answer that nobody asked for: it can name functions now. */
const BEGUN = 0;

let symbols: Symbols;

const worker = self as unknown as {
  onmessage: (event: MessageEvent<SymbolsRequest>) => void;
  postMessage(answer: SymbolsAnswer): void;
};

worker.onmessage = ({ data }) => {
  if (data.kind === "begin") {
    symbols = new Symbols(data.roots);
    worker.postMessage({ id: BEGUN, frames: [] });
  } else if (data.kind === "see") symbols.see(data.pid);
  else {
    for (const pid of new Set(data.samples.map(({ pid }) => pid))) symbols.see(pid);
    worker.postMessage({ id: data.id, frames: data.samples.map((sample) => framesOf(symbols, sample)) });
  }
};

function framesOf(symbols: Symbols, { pid, kernel, user }: ProfileSample): ProfileFrame[] {
  const frames = kernel.map((address, i) => symbols.kernelFrameOf(address, i > 0));
  for (const [i, address] of user.entries()) {
    const frame = symbols.frameOf(pid, address, i > 0);
    // Programs are mostly built without frame pointers: the stack then ends with something that is no code.
    if (!frame && i > 0) break;
    frames.push(frame ?? { function: "", file: "" });
  }
  return frames.length > 0 ? frames : [{ function: "", file: "" }];
}
