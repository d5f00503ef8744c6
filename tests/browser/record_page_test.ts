import assert from "assert";
import { renderHtml } from "../../draw/mod.ts";
import { recordPageOf, recordPageSpec } from "../../report/mod.ts";
import { mappingsOf, recordOf, snapshotOf } from "../memory_record.ts";
import { seenIn } from "./chromium.ts";

const MIB = 2 ** 20;
const [HEAP, LIBRARY] = [0x5555_0000_0000, 0x7f00_0000_0000];

/** Ten seconds: in the first half the heap is hot, in the second a library. */
const record = recordOf([
  mappingsOf([[HEAP, HEAP + 64 * MIB, "[heap]"], [LIBRARY, LIBRARY + 32 * MIB, "/usr/lib/libhot.so"]]),
  ...Array.from({ length: 100 }, (_, i) =>
    snapshotOf(i * 1e8, (i + 1) * 1e8, [
      [HEAP, HEAP + 64 * MIB, i < 50 ? 20 : 0],
      [LIBRARY, LIBRARY + 32 * MIB, i < 50 ? 0 : 10],
    ])),
]);

/**
 * Drags across the right half of the working set, looks at the bars below before and after, zooms the heat map and points
 * at one of its cells.
 */
const PROBE = `
const seen = { errors: [] };
addEventListener("error", (event) => seen.errors.push(event.message));
addEventListener("unhandledrejection", (event) => seen.errors.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => seen.errors.push(event.blockedURI));
const log = console.error; console.error = (...all) => { seen.errors.push(all.join(" ")); log(...all); };
const warn = console.warn; console.warn = (...all) => { seen.errors.push(all.join(" ")); warn(...all); };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  while (!document.querySelector("canvas") || !window.view) await wait(50);
  await wait(500);
  const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
  const origin = view.origin();
  const groupOf = (name, item = view.scenegraph().root, x = 0, y = 0) => {
    for (const mark of item.items ?? []) {
      const at = mark.marktype === undefined ? { x: x + (mark.x ?? 0), y: y + (mark.y ?? 0) } : { x, y };
      if (mark.name === name && mark.marktype === "group") return { x: x + mark.items[0].x, y: y + mark.items[0].y, width: mark.items[0].width, height: mark.items[0].height };
      const found = groupOf(name, mark, at.x, at.y);
      if (found) return found;
    }
  };
  const send = (type, group, x, y, more = {}) => {
    const kind = type === "wheel" ? WheelEvent : PointerEvent;
    const place = { clientX: box.left + origin[0] + group.x + x, clientY: box.top + origin[1] + group.y + y };
    canvas.dispatchEvent(new kind(type, { ...place, bubbles: true, view: window, button: 0, ...more }));
  };
  const textsOf = (name) => {
    const texts = [];
    const visit = (item, inside) => {
      const now = inside || item.name === name + "_group";
      if (now && item.marktype === "text" && item.role === "mark") texts.push(...item.items.map((one) => one.text));
      for (const child of item.items ?? []) visit(child, now);
    };
    visit(view.scenegraph().root, false);
    return texts;
  };
  seen.before = { mappings: textsOf("mappings"), idle: textsOf("idle") };
  const course = groupOf("course_group");
  seen.course = course;
  send("pointermove", course, course.width * 0.55, 40);
  await wait(100);
  send("pointerdown", course, course.width * 0.55, 40);
  for (const part of [0.6, 0.8, 0.95]) send("pointermove", course, course.width * part, 40);
  send("pointerup", course, course.width * 0.95, 40);
  await wait(500);
  seen.after = { mappings: textsOf("mappings"), idle: textsOf("idle") };
  const picture = () => canvas.toDataURL();
  const before = picture();
  const band = groupOf("band0_group");
  send("pointermove", band, 300, 60);
  send("wheel", band, 300, 60, { deltaY: -600 });
  await wait(500);
  seen.zoomed = picture() !== before;
  send("pointermove", band, 600, 61);
  await wait(300);
  seen.tooltip = document.querySelector("#vg-tooltip-element")?.textContent ?? "";
  seen.requests = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !/^(data|blob):/.test(name));
  document.title = JSON.stringify(seen);
})();
`;

Deno.test("recordPageSpec makes a page of linked views: what is chosen in time is what the bars show, in Chromium", async () => {
  const html = await renderHtml(recordPageSpec(await recordPageOf(record)), "before");
  const picture = Deno.env.get("DAMO_SCREENSHOT");
  if (picture) await seenIn(html, PROBE, picture);
  const { errors, requests, before, after, zoomed, tooltip } = await seenIn(html, PROBE) as Record<string, never>;
  assert.deepEqual([errors, requests], [[], []]);
  assert.deepEqual((before as { mappings: string[] }).mappings, ["32 MiB", "16 MiB"]);
  // Of the second half only: the heap was idle then.
  assert.deepEqual((after as { mappings: string[] }).mappings, ["0 B", "32 MiB"]);
  assert.notDeepEqual((before as { idle: string[] }).idle, (after as { idle: string[] }).idle);
  assert.equal(zoomed, true);
  assert.match(tooltip, /accessed, % of samples.*time.* s.*address/);
});
