import type { VegaLiteLiteral } from "./spec.ts";

/** Loading a package makes Deno install it; its bundle for browsers lies beside its main module. */
const BUNDLES = [
  { load: () => import("vega"), main: "vega", bundle: "vega.min.js" },
  { load: () => import("vega-lite"), main: "vega-lite", bundle: "vega-lite.min.js" },
  { load: () => import("vega-embed"), main: "vega-embed", bundle: "vega-embed.min.js" },
] as const;

/** The browser itself sees to it that the page asks no network for anything; Vega compiles its expressions. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; " +
  "img-src data: blob:; font-src data:";

const HINT =
  "Wheel: zoom. Drag: move. Double click: the whole picture again. Point at a cell: when, where and how often.";

/**
 * A page with a Vega-Lite specification and everything that draws it: one file that works without a network, with zoom,
 * pan and tooltips.
 *
 * @param hint The line below the chart; by default about a heat map.
 */
export async function renderHtml(spec: VegaLiteLiteral, title: string, hint = HINT): Promise<string> {
  const scripts = await Promise.all(BUNDLES.map(async ({ load, main, bundle }) => {
    await load();
    return await Deno.readTextFile(new URL(bundle, import.meta.resolve(main)));
  }));
  const background = typeof spec.background === "string" ? escapeHtml(spec.background) : "white";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>
body { margin: 16px; font-family: "DejaVu Sans", Verdana, Helvetica, Arial, sans-serif; background: ${background}; }
p { margin: 4px 12px; font-size: 12px; color: #85828f; }
</style>
${scripts.map((script) => `<script>${escapeScript(script)}</script>`).join("\n")}
</head>
<body>
<div id="heatmap"></div>
<p>${escapeHtml(hint)}</p>
<script type="application/json" id="spec">${escapeJson(spec)}</script>
<script>
const spec = JSON.parse(document.getElementById("spec").textContent);
vegaEmbed("#heatmap", spec, { renderer: "canvas", actions: { export: true, source: true, compiled: false, editor: true } })
  .then(({ view }) => { window.view = view; })
  .catch((error) => { document.getElementById("heatmap").textContent = String(error); });
</script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** JSON that no element ends in, and no comment begins in: a `<` is only ever in a string there. */
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Code must not end the element that it is in; it takes the escaped slash as a slash within strings. */
function escapeScript(text: string): string {
  return text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
}
