import assert from "assert";
import { renderHtml } from "../../draw/mod.ts";
import { heatmapOf, heatmapSpec } from "../../report/mod.ts";
import { recordOf, snapshotOf } from "../memory_record.ts";
import { seenIn } from "./chromium.ts";

/** Run in the page once it is drawn: wheel over a cell, then point at it; what is seen goes into the page's title. */
const PROBE = `
const seen = { errors: [] };
addEventListener("error", (event) => seen.errors.push(event.message));
addEventListener("securitypolicyviolation", (event) => seen.errors.push(event.blockedURI));
const send = (type, more) => {
  const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
  const kind = type === "wheel" ? WheelEvent : PointerEvent;
  canvas.dispatchEvent(new kind(type, { clientX: box.left + 450, clientY: box.top + 250, bubbles: true, view: window, ...more }));
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const picture = () => document.querySelector("canvas").toDataURL();
(async () => {
  while (!document.querySelector("canvas")) await wait(50);
  await wait(300);
  const before = picture();
  send("pointermove");
  send("wheel", { deltaY: -500 });
  await wait(500);
  seen.zoomed = picture() !== before;
  send("pointermove", { clientX: document.querySelector("canvas").getBoundingClientRect().left + 452 });
  await wait(300);
  seen.tooltip = document.querySelector("#vg-tooltip-element")?.textContent ?? "";
  seen.requests = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !/^(data|blob):/.test(name));
  document.title = JSON.stringify(seen);
})();
`;

Deno.test("renderHtml makes a page that zooms, has tooltips, and requests nothing, in Chromium", async () => {
  const snapshots = Array.from(
    { length: 20 },
    (_, i) => snapshotOf(i * 1e8, (i + 1) * 1e8, [[0x10000, 0x90000, 1 + i]]),
  );
  const spec = heatmapSpec(await heatmapOf(recordOf(snapshots), { timeBins: 20, rows: 20 }));
  const html = await renderHtml(spec, "before");
  const { errors, zoomed, tooltip, requests } = await seenIn(html, PROBE);
  assert.deepEqual([errors, zoomed, requests], [[], true, []]);
  assert.match(String(tooltip), /accessed, % of samples\d+.*time\d.* s.*address[0-9a-f]+-[0-9a-f]+/);
});

/** Zooms the middle one of three bands, and says whether the names beside the last one have moved. */
const SHIFT_PROBE = `
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const lower = () => {
  const canvas = document.querySelector("canvas"), scale = canvas.width / canvas.getBoundingClientRect().width;
  const top = Math.round(canvas.height * 0.75);
  return [canvas.height, ...canvas.getContext("2d").getImageData(0, top, 90 * scale, canvas.height - top).data].join();
};
(async () => {
  while (!document.querySelector("canvas")) await wait(50);
  await wait(300);
  const before = lower(), canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
  const picture = canvas.toDataURL();
  let moved = false;
  for (let i = 0; i < 8; i++) {
    const at = { clientX: box.left + 450, clientY: box.top + 280, bubbles: true, view: window };
    canvas.dispatchEvent(new PointerEvent("pointermove", at));
    canvas.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: -90 }));
    await wait(300);
    moved ||= lower() !== before;
  }
  document.title = JSON.stringify({ zoomed: canvas.toDataURL() !== picture, moved });
})();
`;

Deno.test("renderHtml makes a page whose lower bands stay where they are while one is zoomed", async () => {
  const rows = [[0x10000, 0x20000, 5], [0x90000000, 0x90100000, 9], [0xa0000000, 0xa0010000, 9]] as const;
  const snapshots = Array.from({ length: 20 }, (_, i) => snapshotOf(i * 1e8, (i + 1) * 1e8, rows));
  const spec = heatmapSpec(await heatmapOf(recordOf(snapshots), { timeBins: 20, rows: 20 }));
  const { zoomed, moved } = await seenIn(await renderHtml(spec, ""), SHIFT_PROBE);
  assert.deepEqual([zoomed, moved], [true, false]);
});
