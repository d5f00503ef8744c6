/**
 * Writes python_damo_figures.json: what the Python damo 3.3.0 says of the records of tests/python_damo_records.ts, as numbers. Needed
 * only where the records or the commands change.
 *
 *     DAMO_PEER=.../damo.py deno run -A tests/testdata/capture_python_damo_figures.ts
 *
 * @module
 */
import { PythonDamoSideWriter } from "../../format/python_damo/side_write.ts";
import { PYTHON_DAMO_HEAP, pythonDamoMachineRecord, pythonDamoProcessRecord, pythonDamoYoungRecord } from "../python_damo_records.ts";
import { encodeSample } from "../record_samples.ts";

/** Its words after `report`, by the name that the test has for them. */
const COMMANDS: Record<string, string> = {
  "wss": "wss -i process.data -r 0 101 5 --raw_number",
  "wss by time": "wss -i process.data -r 0 101 5 -s time --raw_number",
  "wss of 1 s": "wss -i process.data -r 0 101 5 --work_time 1000000 --raw_number",
  "wss of 3 s by time": "wss -i process.data -r 0 101 5 --work_time 3000000 -s time --raw_number",
  "wss of 5 accesses": "wss -i process.data -r 0 101 5 -t 5 --raw_number",
  "wss of 4 MiB": "wss -i process.data -r 0 101 5 --sz_thres 4194304 --raw_number",
  "wss without 100 snapshots": "wss -i process.data -r 0 101 5 --exclude_samples 100 --raw_number",
  "nr_regions": "nr_regions -i process.data -r 0 101 5",
  "nr_regions by time": "nr_regions -i process.data -r 0 101 5 -s time",
  "vsz": "footprints vsz -i process.data.mem_footprint -r 0 101 5 --raw_number",
  "rss": "footprints rss -i process.data.mem_footprint -r 0 101 5 --raw_number",
  "rss by time": "footprints rss -i process.data.mem_footprint -r 0 101 5 -s time --raw_number",
  "sys_used": "footprints sys_used -i process.data.mem_footprint -r 0 101 5 --raw_number",
  "guide": "heatmap -i process.data --guide",
  "heat map": `heatmap -i young.data --output raw --resol 8 6 --address_range ${PYTHON_DAMO_HEAP.start} ${PYTHON_DAMO_HEAP.end}`,
  "regions": "access -i machine.data --style detailed --raw_number",
  "regions by temperature": "access -i machine.data --style detailed --raw_number --sort_regions_by temperature",
  "regions by size, descending":
    "access -i machine.data --style detailed --raw_number --sort_regions_by size --sort_regions_dsc size",
  "regions of some size": "access -i machine.data --style detailed --raw_number --sz_region 32M 128M",
  "regions of some rate": "access -i machine.data --style detailed --raw_number --access_rate 20% 80%",
  "regions of some address": "access -i machine.data --style detailed --raw_number --address 2000000000 4000000000",
  "recency percentiles": "access -i machine.data --style recency-percentiles --raw_number",
  "temperature percentiles": "access -i machine.data --style temperature-percentiles --raw_number",
  "temperature percentiles of other weights":
    "access -i machine.data --style temperature-percentiles --raw_number --temperature_weights 1 300 20",
  "recency percentiles by 5":
    "access -i machine.data --style recency-percentiles --raw_number --percentiles_range 0 101 5",
  "recency histogram": "access -i machine.data --style recency-sz-hist --raw_number",
  "temperature histogram": "access -i machine.data --style temperature-sz-hist --raw_number",
  "recency histogram, cumulated": "access -i machine.data --style recency-sz-hist --hist_cumulate --raw_number",
  "temperature histogram, logarithmic":
    "access -i machine.data --style temperature-sz-hist --hist_logscale --raw_number",
};

/** The numbers of each line that is no comment, with those of totals under their names. */
function figuresOf(text: string): { rows: number[][]; totals: Record<string, number> } {
  const rows: number[][] = [];
  const totals: Record<string, number> = {};
  for (const line of text.replaceAll(new RegExp(String.raw`\x1b\[[0-9;]*m`, "g"), "").split("\n")) {
    const total = /^(?:# )?(avr|memory bw estimate|total size|time|df-passed)\b.*?:\s*(.*)$/.exec(line);
    // What follows a bar is drawn with it.
    const numbers = (words: string) => [...words.replace(/\|.*$/, "").matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);
    if (total) {
      numbers(total[2]).forEach((value, i) => totals[i === 0 ? total[1] : `${total[1]} ${i}`] = value);
    } else if (!/^(#|<|heatmap|df-pass|intervals|record|kdamond|context|target|memory|total)/.test(line)) {
      const found = numbers(line.replace(/^region\s+\d+:/, ""));
      if (found.length > 0) rows.push(found);
    }
  }
  return { rows, totals };
}

const peer = Deno.env.get("DAMO_PEER");
if (peer === undefined) throw new Error("Cannot capture as DAMO_PEER must name damo.py of the Python damo: it is not set");
const folder = await Deno.makeTempDir();
try {
  const records = { process: pythonDamoProcessRecord(), young: pythonDamoYoungRecord(), machine: pythonDamoMachineRecord() };
  for (const [name, record] of Object.entries(records)) {
    const path = `${folder}/${name}.data`;
    await Deno.writeFile(path, await encodeSample(record, "json_compressed"));
    using side = new PythonDamoSideWriter(path, record.header);
    for (const item of record.items) side.write(item);
  }
  const all: Record<string, unknown> = {};
  for (const [name, command] of Object.entries(COMMANDS)) {
    const { stdout, success } = await new Deno.Command("python3", {
      args: [peer, "report", ...command.split(" ")],
      cwd: folder,
      stderr: "inherit",
    }).output();
    if (!success) throw new Error(`Cannot capture ${command}: it failed`);
    all[name] = figuresOf(new TextDecoder().decode(stdout));
  }
  const lines = Object.entries(all).map(([name, figures]) => `${JSON.stringify(name)}: ${JSON.stringify(figures)}`);
  await Deno.writeTextFile(new URL("python_damo_figures.json", import.meta.url), `{\n${lines.join(",\n")}\n}\n`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
