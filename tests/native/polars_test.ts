import assert from "assert";
import { ArrowEncoder } from "../../format/mod.ts";
import { AGE_UNKNOWN, type RecordItem, Regions } from "../../damon/mod.ts";
import { HEADER } from "../records.ts";

/** Reads the stream on standard input as a stranger would: another implementation of Arrow, in another process. */
const READ = `
const pl = require("nodejs-polars");
const frame = pl.readIPCStream(require("fs").readFileSync(0));
const rows = frame.select("start", "end", "nr_accesses", "age").explode("start", "end", "nr_accesses", "age");
const column = (frame, name) => frame.getColumn(name).toArray().map((value) => value === null ? null : Number(value));
console.log(JSON.stringify({
  endNs: column(frame, "end_ns"),
  start: column(rows, "start"),
  nrAccesses: column(rows, "nr_accesses"),
  age: column(rows, "age"),
}));
`;

Deno.test("polars reads a compressed record, row for row", async () => {
  const snapshot = (endNs: number, length: number): RecordItem => ({
    kind: "snapshot",
    snapshot: {
      kdamond: 77,
      targetId: 3n,
      startNs: endNs - 1e8,
      endNs,
      sampleUs: 5000,
      aggrUs: 100_000,
      regions: new Regions(
        Float64Array.from({ length }, (_, i) => 0x7f00_0000_0000 + i * 8192),
        Float64Array.from({ length }, (_, i) => 0x7f00_0000_0000 + i * 8192 + 8192),
        new Uint32Array(length).map((_, i) => i % 21),
        new Uint32Array(length).map((_, i) => i % 7 === 0 ? AGE_UNKNOWN : i),
      ),
    },
  });
  const encoder = new ArrowEncoder(HEADER);
  const pieces = [
    encoder.begin(),
    encoder.encode([snapshot(1e9, 1000), snapshot(2e9, 300)]),
    encoder.encode([snapshot(3e9, 1)]),
    encoder.end(),
  ];
  const child = new Deno.Command("node", {
    args: ["-e", READ],
    env: { NODE_PATH: new URL("../../.cache/npm/node_modules", import.meta.url).pathname },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob(pieces as Uint8Array<ArrayBuffer>[]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const rows = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual(rows.endNs, [1e9, 2e9, 3e9]);
  assert.equal(rows.start.length, 1301);
  assert.equal(rows.start[1], 0x7f00_0000_2000);
  assert.deepEqual(rows.nrAccesses.slice(18, 22), [18, 19, 20, 0]);
  assert.deepEqual(rows.age.slice(6, 9), [6, null, 8]);
});
