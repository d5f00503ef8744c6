import { renderHtml, renderPng, renderSvg, type VegaLiteLiteral } from "../draw/mod.ts";
import { sudoOwner } from "../format/bytes/mod.ts";
import { $display, type Displayed, type MimeBundle } from "./display.ts";

/** The newest Vega-Lite that Jupyter's front ends render; what our charts use is the same in it. */
const MIME = "application/vnd.vegalite.v5+json";
const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/**
 * A Vega-Lite chart that shows itself in a notebook, and is written as a picture or a page.
 *
 * @example
 * ```ts ignore
 * const record = await readRecord("damon.arrow");
 * const chart = await record.heatmap();
 * await chart.save("heat.png");
 * ```
 */
export class Chart implements Displayed {
  /**
   * Wraps a specification, such as one of the `...Spec` functions makes.
   *
   * @param spec What is drawn: paste it into the Vega editor.
   * @param text The same for a terminal.
   */
  constructor(readonly spec: VegaLiteLiteral, readonly text: string) {}

  /** As SVG. */
  svg(): Promise<string> {
    return renderSvg(this.spec);
  }

  /**
   * Writes it as the end of the name says: `.svg`, `.png`, `.html` (a page that works offline) or `.vl.json`. Needs
   * `--allow-write=PATH`, and `--allow-read` for the packages that draw.
   *
   * @throws {RangeError} for another name.
   */
  async save(path: string): Promise<void> {
    const content = await this.#contentFor(path);
    const give = sudoOwner(path);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    give();
  }

  async #contentFor(path: string): Promise<string | Uint8Array> {
    if (path.endsWith(".png")) return await renderPng(this.spec);
    if (path.endsWith(".svg")) return await this.svg();
    if (path.endsWith(".vl.json")) return JSON.stringify(this.spec);
    if (!path.endsWith(".html")) {
      throw new RangeError(
        `${path} does not say what to write: a name that ends in .svg, .png, .html or .vl.json does`,
      );
    }
    const title = (this.spec.title as { text?: string | string[] } | undefined)?.text ?? "damo";
    return await renderHtml(this.spec, [title].flat().join(" "));
  }

  /** What a notebook shows. */
  async [$display](): Promise<MimeBundle> {
    return { [MIME]: { ...this.spec, $schema: SCHEMA }, "image/svg+xml": await this.svg(), "text/plain": this.text };
  }

  /** The chart in characters. */
  toString(): string {
    return this.text;
  }
}
