import { loadFonts } from "./fonts.ts";
import { needsWideFont } from "./wide_font.ts";

/** Vega's table of text measurements; without a canvas its `width` is a guess that is a third too wide. */
export interface TextMetrics {
  /** Width in px of `text` drawn as `item` says. */
  width: (item: TextItem, text: string) => number;
}

/** What Vega says of a text to be measured. */
export interface TextItem {
  fontSize?: number;
  fontWeight?: string | number;
  text?: unknown;
}

/**
 * Makes Vega measure text with the shipped fonts.
 *
 * @returns Restores what was there.
 */
export async function measureWith(metrics: TextMetrics): Promise<() => void> {
  const { regular, bold } = await loadFonts();
  const [measureRegular, measureBold] = [advancesOf(regular), advancesOf(bold)];
  const before = metrics.width;
  metrics.width = (item, text) => {
    const isBold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
    return (isBold ? measureBold : measureRegular)(String(text ?? "")) * (item.fontSize ?? 11);
  };
  return () => {
    metrics.width = before;
  };
}

/**
 * Reads the advance widths of a TrueType font: a function from text to its width in em.
 *
 * @see https://learn.microsoft.com/typography/opentype/spec/
 */
export function advancesOf(font: Uint8Array): (text: string) => number {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const tag = String.fromCharCode(...font.subarray(12 + i * 16, 16 + i * 16));
    tables.set(tag, view.getUint32(12 + i * 16 + 8));
  }
  const table = (tag: string) => {
    const at = tables.get(tag);
    if (at === undefined) throw new Error(`The font has no table ${tag}`);
    return at;
  };
  const unitsPerEm = view.getUint16(table("head") + 18);
  const metrics = view.getUint16(table("hhea") + 34);
  const hmtx = table("hmtx");
  const glyphOf = glyphsOf(view, table("cmap"));
  return (text) => {
    let units = 0;
    for (const sign of text) {
      const glyph = glyphOf(sign.codePointAt(0)!);
      // What another font has to draw: of Chinese, Japanese and Korean each sign is a square.
      if (glyph === 0 && needsWideFont(sign)) units += unitsPerEm;
      else units += view.getUint16(hmtx + 4 * Math.min(glyph, metrics - 1));
    }
    return units / unitsPerEm;
  };
}

/** The font's map from code points to glyphs: its subtable of format 4, for the basic plane. */
function glyphsOf(view: DataView, cmap: number): (codePoint: number) => number {
  let sub = -1;
  for (let i = 0; i < view.getUint16(cmap + 2); i++) {
    const at = cmap + view.getUint32(cmap + 4 + i * 8 + 4);
    if (view.getUint16(at) === 4) sub = at;
  }
  if (sub < 0) throw new Error("The font has no character map of format 4");
  const count = view.getUint16(sub + 6) / 2;
  const [ends, starts] = [sub + 14, sub + 16 + count * 2];
  const [deltas, offsets] = [starts + count * 2, starts + count * 4];
  return (codePoint) => {
    for (let i = 0; i < count; i++) {
      if (view.getUint16(ends + i * 2) < codePoint) continue;
      const start = view.getUint16(starts + i * 2);
      if (start > codePoint) return 0;
      const offset = view.getUint16(offsets + i * 2);
      const delta = view.getUint16(deltas + i * 2);
      if (offset === 0) return (codePoint + delta) & 0xffff;
      const glyph = view.getUint16(offsets + i * 2 + offset + (codePoint - start) * 2);
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
