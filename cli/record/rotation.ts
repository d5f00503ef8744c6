import { parseBytes, parseNs } from "../../damon/model/mod.ts";

/** A size, or a time with its unit: `100M` is bytes, `10m` is minutes. */
export interface RotateAt {
  maxBytes?: number;
  maxMs?: number;
}

/** @throws {SyntaxError} for anything that is neither. */
export function parseRotate(text: string): RotateAt {
  const isTime = /\d\s*(?:ms|s|m|h|d)\s*$/.test(text);
  const at: RotateAt = isTime ? { maxMs: parseNs(text, "s") / 1e6 } : { maxBytes: parseBytes(text) };
  if (!((at.maxMs ?? at.maxBytes ?? 0) > 0)) {
    throw new SyntaxError(`${JSON.stringify(text)} is not a size or time above 0; use a form like 100M or 1h`);
  }
  return at;
}
