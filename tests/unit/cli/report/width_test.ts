import assert from "assert";
import { RecordWriter } from "../../../../format/mod.ts";
import { galleryRecord } from "../../../report_records.ts";

const MAIN = new URL("../../../../cli/damo.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../../deno.json", import.meta.url).pathname;
const REPORTS = [[], ["heatmap"], ["wss"], ["mappings"], ["idle"], ["nr_regions"], ["access"], [
  "access",
  "--style",
  "recency-sz-hist",
]];

Deno.test("reports keep to 80 and to 200 columns, and are plain text where they are piped", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/damon.arrow`;
    await using record = await galleryRecord()();
    const writer = RecordWriter.create(path, record.header);
    for await (const item of record.items()) {
      if (item.kind === "footer") writer.finish(item.footer);
      else writer.write(item);
    }
    writer.close();
    for (const width of [80, 200]) {
      for (const report of REPORTS) {
        const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--quiet", "-A", "--no-check", "--config", CONFIG, MAIN, "report", ...report, "-i", path],
          env: { COLUMNS: String(width), TERM: "xterm-256color" },
        }).output();
        const of = `${report.join(" ")} at ${width}`;
        assert.equal(code, 0, new TextDecoder().decode(stderr));
        const text = new TextDecoder().decode(stdout);
        assert.ok(!text.includes("\x1b"), of);
        for (const line of text.split("\n")) assert.ok([...line].length <= width, `${of}: ${line}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
