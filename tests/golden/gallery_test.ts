import assert from "assert";
import { renderPng } from "../../draw/mod.ts";
import {
  accessSectionOf,
  accessSpec,
  darkSpec,
  diffTable,
  distributionTable,
  foldRecord,
  heatmapOf,
  heatmapSpec,
  mappingsOf,
  mappingsTable,
  overviewOf,
  percentileRange,
  profileOf,
  profileTable,
  recordPageOf,
  recordPageSpec,
  recordedPicture,
  replayedPicture,
  schemesOfRecord,
  schemesPictureSpec,
  type VegaLiteSpec,
  workingSetOf,
  workingSetReport,
} from "../../report/mod.ts";
import { galleryRecord } from "../report_records.ts";
import { profileRecord } from "../profile_samples.ts";
import { RECLAIM_CONTEXT, schemesRecord } from "../schemes_records.ts";

const record = galleryRecord();

async function wss(sortBy: "size" | "time"): Promise<VegaLiteSpec> {
  const { survey, fold } = await workingSetOf(record);
  const report = { ...workingSetReport(survey, fold), percentiles: percentileRange([0, 101, 1]), sortBy };
  return distributionTable(report).chart!();
}

/** The pictures of docs/reports.md. */
const PICTURES: Record<string, () => Promise<VegaLiteSpec>> = {
  heatmap: async () => heatmapSpec(await heatmapOf(record)),
  heatmap_dark: async () => darkSpec(heatmapSpec(await heatmapOf(record))),
  wss: () => wss("size"),
  wss_time: () => wss("time"),
  mappings: async () => mappingsTable(await mappingsOf(record)).chart!(),
  profile: async () => profileTable(await profileOf(profileRecord(40), { accessPercent: [50, 100] })).chart!(),
  page: async () => recordPageSpec(await recordPageOf(record)),
  diff: async () => {
    const half = (startNs: number, endNs: number) => overviewOf(record, { timeRange: { startNs, endNs } });
    const [before, after] = [await half(0, 30e9), await half(30e9, 60e9)];
    return diffTable({ name: "first.arrow", overview: before }, { name: "second.arrow", overview: after }).chart!();
  },
  schemes: async () => {
    const outcome = schemesRecord();
    return schemesPictureSpec(await recordedPicture(outcome, await schemesOfRecord(outcome)));
  },
  schemes_explained: async () => schemesPictureSpec((await replayedPicture(record, RECLAIM_CONTEXT)).picture),
  recency: async () => {
    let spec: VegaLiteSpec | undefined;
    await foldRecord(record, [{
      snapshot: (snapshot, target, start) => {
        const section = accessSectionOf(snapshot, target, start, { style: "recency-sz-hist" });
        spec = accessSpec(section, "recency-sz-hist", "Accesses to indexer --serve (pid 42)", []);
      },
    }], { snapshotRanges: [[280, 280]] });
    return spec!;
  },
};

for (const [name, specOf] of Object.entries(PICTURES)) {
  Deno.test(`The gallery's picture ${name} is what the report draws`, async () => {
    const png = await renderPng(await specOf(), { scale: 1 });
    const file = new URL(`../../docs/gallery/${name}.png`, import.meta.url);
    if (Deno.args.includes("--update") || Deno.env.get("UPDATE_GOLDEN") === "1") return await Deno.writeFile(file, png);
    const isSame = Uint8Array.from(await Deno.readFile(file)).every((byte, i) => byte === png[i]);
    assert.ok(isSame, `${name}.png differs: look at what changed, then run again with -- --update`);
  });
}
