import { parseBytes, parseNs } from "../../damon/model/mod.ts";
import type { RotateAt } from "./output.ts";

/** @throws {SyntaxError} for anything that is neither. */
export function parseRotate(text: string): RotateAt {
  const isTime = /\d\s*(?:ms|s|m|h|d)\s*$/.test(text);
  const at: RotateAt = isTime ? { maxMs: parseNs(text, "s") / 1e6 } : { maxBytes: parseBytes(text) };
  if (!((at.maxMs ?? at.maxBytes ?? 0) > 0)) {
    throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a size or time above 0: use a form like 100M or 1h`);
  }
  return at;
}
