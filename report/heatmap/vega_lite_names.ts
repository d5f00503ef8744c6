import { formatBytes } from "../../damon/mod.ts";
import { bandNameOf } from "./heat_caption.ts";
import type { HeatBand, Heatmap } from "./heatmap.ts";
import type { NamedRange } from "../record/mod.ts";
import { shorten } from "../text/mod.ts";

/** Height of a name beside the plot. */
const NAME_PX = 11;
/** Height of the gap between two bands. */
export const CUT_PX = 18;
/** Names of the mappings at the right edge, where a band has several that are tall enough to be told apart. */
export function namesLayer(heatmap: Heatmap, band: HeatBand, index: number, height: number): Record<string, unknown>[] {
  const { bytes } = band;
  const tall = band.names.filter(({ start, end }) => (end - start) / bytes * height >= NAME_PX);
  const own = bandNameOf(heatmap, band);
  if (tall.every(({ name }) => name === own)) return [];
  const bounds = tall.flatMap(({ start, end }) => [start, end]).filter((at) => at > 0 && at < bytes);
  const middle = (range: NamedRange) => (range.start + range.end) / 2;
  return [
    {
      data: { values: tall.map((range) => ({ name: shorten(range.name, 24), a: middle(range) })) },
      mark: {
        type: "text",
        align: "left",
        baseline: "middle",
        dx: 8,
        fontSize: 10,
        color: "#55525f",
        clip: false,
        // Not drawn, it would still take room when the band is zoomed past it.
        text: { expr: `inrange(datum.a, domain('band${index}_y')) ? datum.name : ''` },
      },
      encoding: {
        x: { value: "width" },
        y: { field: "a", type: "quantitative" },
      },
    },
    {
      data: { values: [...new Set(bounds)].map((at) => ({ a: at })) },
      mark: { type: "rule", color: "white", opacity: 0.35, strokeDash: [2, 3], clip: true },
      encoding: { y: { field: "a", type: "quantitative" } },
    },
  ];
}

/** Says between two bands how much address space is not there. */
export function cutLayer(band: HeatBand, below: HeatBand | undefined, size: { width: number; height: number }) {
  if (below?.target !== band.target || band.start === below.end) return [];
  return [{
    data: { values: [{ text: `⋯ ${formatBytes(band.start - below.end)} of addresses cut out ⋯` }] },
    mark: { type: "text", align: "center", baseline: "middle", fontSize: 10, color: "#807d8a", clip: false },
    encoding: {
      x: { value: size.width / 2 },
      y: { value: size.height + CUT_PX / 2 + 1 },
      text: { field: "text", type: "nominal" },
    },
  }];
}
