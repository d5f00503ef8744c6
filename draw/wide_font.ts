/** Chinese, Japanese and Korean: what the shipped fonts have no glyphs for. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\u{20000}-\u{3fffd}]/u;

/** Where systems have a font for them, those with most characters first. */
const PLACES = [
  "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
  "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
  "/usr/share/fonts/google-noto-sans-cjk-vf-fonts/NotoSansCJK-VF.ttc",
  "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
  "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
  "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
  "/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",
  "/usr/share/fonts/truetype/arphic/uming.ttc",
  "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
];

/** Whether a picture of this text needs such a font. */
export function needsWideFont(text: string): boolean {
  return WIDE.test(text);
}

/** The first of the system's that can be read; `undefined` where there is none, or this program may not look. */
export async function loadWideFont(places: readonly string[] = PLACES): Promise<Uint8Array | undefined> {
  for (const place of places) {
    try {
      return await Deno.readFile(place);
    } catch { /* the next one */ }
  }
  return undefined;
}
