import dejavu from "dejavu-fonts-ttf/package.json" with { type: "json" };

/** Name of the shipped font family. */
export const FONT_FAMILY = "DejaVu Sans";

/** The shipped fonts, regular and bold: pictures have their text on a machine without fonts. */
export async function loadFonts(): Promise<{ regular: Uint8Array; bold: Uint8Array }> {
  // Importing its package.json makes the package part of the program: installed with it, found beside it.
  if (!dejavu.version) throw new Error("The package dejavu-fonts-ttf is broken: it has no fonts");
  const read = (name: string) => Deno.readFile(new URL(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)));
  const [regular, bold] = await Promise.all([read("DejaVuSans"), read("DejaVuSans-Bold")]);
  return { regular, bold };
}
