import assert from "assert";
import { type RecordHeader, type RecordItem, Regions } from "../../../../damon/mod.ts";
import { FORMATS, openRecord, PartitionedWriter } from "../../../../format/mod.ts";
import { ParquetEncoder } from "../../../../format/parquet/write.ts";
import { HEADER } from "../../../records.ts";

/** Answers each query of its arguments, in a process of its own: DuckDB is native code for Node.js. */
const QUERY = `
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
  const db = await (await DuckDBInstance.create(":memory:")).connect();
  const answers = [];
  for (const query of process.argv.slice(1)) answers.push((await db.runAndReadAll(query)).getRowObjectsJson());
  console.log(JSON.stringify(answers));
})();
`;

async function ask(...queries: string[]): Promise<Record<string, unknown>[][]> {
  const { success, stdout, stderr } = await new Deno.Command("node", {
    args: ["-e", QUERY, "--", ...queries],
    env: { NODE_PATH: new URL("../../../../.cache/npm/node_modules", import.meta.url).pathname },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const HOSTS = ["web1", "web2", "db1"];

function headerOf(host: number): RecordHeader {
  return {
    ...HEADER,
    // Ten seconds before midnight.
    clock: { name: "boottime", originNs: (host + 1) * 5e9, originWallMs: Date.UTC(2026, 0, 30, 23, 59, 50) },
    host: { ...HEADER.host, hostname: HOSTS[host] },
    kdamonds: [{
      pid: 70 + host,
      ours: true,
      contexts: [{
        operations: "vaddr",
        intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 },
        nrRegions: { min: 10, max: 1000 },
        targets: [{ pid: 1000 + host, regions: [] }],
      }],
    }],
    processes: [{ pid: 1000 + host, comm: host === 2 ? "postgres" : "nginx", cmdline: [], exe: "" }],
  };
}

/** 200 snapshots of 10 and more regions; the last ends at 2^64, half of them idle. */
async function writeHost(folder: string, host: number): Promise<string[]> {
  const make = await FORMATS.parquet.load();
  const header = headerOf(host);
  const writer = new PartitionedWriter(folder, header, ["host", "date"], (header) => make(header, {}));
  const length = 10 + host;
  for (let i = 0; i < 200; i++) {
    const startNs = header.clock.originNs + i * 1e8;
    const rows = Array.from({ length }, (_, k) => ({
      start: k === length - 1 ? 2 ** 64 - 4096 : 0x7f00_0000_0000 + k * 8192,
      end: k === length - 1 ? 2 ** 64 : 0x7f00_0000_0000 + k * 8192 + 8192,
      nrAccesses: k % 2 === 0 ? 20 : 0,
      age: k === 3 ? undefined : i,
    }));
    writer.write({
      kind: "snapshot",
      snapshot: {
        kdamond: 70 + host,
        targetId: 18446623438842320001n,
        startNs,
        endNs: startNs + 1e8,
        sampleUs: 5000,
        aggrUs: 100_000,
        regions: Regions.from(rows),
      },
    });
  }
  writer.finish({
    endNs: 0,
    reason: "timeout",
    snapshots: 200,
    regions: 2000,
    events: 0,
    received: 0,
    dropped: 0,
    torn: 0,
  });
  return writer.files;
}

Deno.test("DuckDB queries the records of several hosts, and reads only the parts that a query is about", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (let host = 0; host < HOSTS.length; host++) {
      const files = await writeHost(folder, host);
      assert.deepEqual(files.map((file) => file.slice(folder.length + 1).replace(/\/[^/]*$/, "")), [
        `host=${HOSTS[host]}/date=2026-01-30`,
        `host=${HOSTS[host]}/date=2026-01-31`,
      ]);
    }
    const all = `'${folder}/**/*.parquet'`;
    const [hosts, hot, exact, groups, plan] = await ask(
      `SELECT host, comm, pid, count(DISTINCT end_ns) AS snapshots, count(*) AS regions, count(age) AS ages FROM ${all} GROUP BY ALL ORDER BY regions`,
      `SELECT comm, sum("end" - start) FILTER (nr_accesses > 0) / count(DISTINCT (host, end_ns)) AS hot FROM ${all} WHERE "end" < 140737488355328 GROUP BY comm ORDER BY comm`,
      `SELECT max("end")::VARCHAR AS top, min(target_id)::VARCHAR AS id, min(time)::VARCHAR AS first FROM ${all} WHERE host = 'web1'`,
      `SELECT path_in_schema AS name, type, stats_min_value AS low, stats_max_value AS high, compression FROM parquet_metadata('${folder}/host=web1/date=2026-01-31/*.parquet') WHERE path_in_schema = 'age'`,
      `EXPLAIN ANALYZE SELECT count(*) FROM ${all} WHERE host = 'db1' AND date = '2026-01-31'`,
    );
    assert.deepEqual(hosts, [
      { host: "web1", comm: "nginx", pid: 1000, snapshots: "200", regions: "2000", ages: "1800" },
      { host: "web2", comm: "nginx", pid: 1001, snapshots: "200", regions: "2200", ages: "2000" },
      { host: "db1", comm: "postgres", pid: 1002, snapshots: "200", regions: "2400", ages: "2200" },
    ]);
    assert.deepEqual(hot, [{ comm: "nginx", hot: 5 * 8192 }, { comm: "postgres", hot: 6 * 8192 }]);
    assert.deepEqual(exact.map(({ top, id }) => [top, id]), [["18446744073709551615", "18446623438842320001"]]);
    assert.match(String(exact[0].first), /^2026-01-30 23:59:50\.1/);
    assert.deepEqual(groups, [{ name: "age", type: "INT32", low: "99", high: "199", compression: "ZSTD" }]);
    assert.match(JSON.stringify(plan), /Scanning Files: 1\/6/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Parquet names the process of each target, that of a child only where its record's end has told it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const header = headerOf(0);
    const encoder = new ParquetEncoder(header);
    const snapshot = (targetId: bigint, i: number): RecordItem => ({
      kind: "snapshot",
      snapshot: {
        kdamond: 70,
        targetId,
        startNs: i * 1e8,
        endNs: (i + 1) * 1e8,
        sampleUs: 5000,
        aggrUs: 100_000,
        regions: Regions.from([{ start: 4096, end: 8192, nrAccesses: 1, age: 1 }]),
      },
    });
    const footer = {
      endNs: 9e9,
      reason: "timeout",
      snapshots: 4,
      regions: 4,
      events: 4,
      received: 4,
      dropped: 0,
      torn: 0,
      targets: [{ kdamond: 70, pids: [1000, 1234] }],
      processes: [{ pid: 1234, comm: "worker", cmdline: [], exe: "" }],
    };
    const pieces = [
      encoder.begin(),
      encoder.encode([snapshot(0n, 0), snapshot(1n, 0)]),
      encoder.encode([snapshot(0n, 1), snapshot(1n, 1), { kind: "footer", footer }]),
      encoder.end(),
    ];
    await Deno.writeFile(`${folder}/a.parquet`, await new Blob(pieces as BlobPart[]).bytes());
    const [rows] = await ask(
      `SELECT target_id, pid, comm FROM '${folder}/a.parquet' ORDER BY end_ns, target_id`,
    );
    assert.deepEqual(rows, [
      { target_id: "0", pid: 1000, comm: "nginx" },
      { target_id: "1", pid: null, comm: null },
      { target_id: "0", pid: 1000, comm: "nginx" },
      { target_id: "1", pid: 1234, comm: "worker" },
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tables that DuckDB made of a record are read: any order, more columns, each way to compress; LZ4 is named", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [file] = await writeHost(folder, 0);
    const regionsOf = async (path: string) => {
      await using record = await openRecord(path);
      const rows = (await Array.fromAsync(record.items())).flatMap((item) =>
        item.kind === "snapshot" ? [[item.snapshot.startNs, [...item.snapshot.regions]]] : []
      );
      assert.equal(record.incomplete, undefined, path);
      return rows;
    };
    const ways: Record<string, [query: string, options?: string]> = {
      random: [`SELECT * FROM '${file}' ORDER BY random()`],
      byAddress: [`SELECT * FROM '${file}' ORDER BY start`],
      more: [`SELECT 1 AS "first", nr_accesses, "end", * EXCLUDE (nr_accesses, "end"), 'x' AS last FROM '${file}'`],
      ...Object.fromEntries(
        ["gzip", "brotli", "snappy", "zstd", "uncompressed"].flatMap((name) =>
          ["V1", "V2"].map((version) => [name + version, [
            `SELECT * FROM '${file}'`,
            `, compression ${name}, parquet_version ${version}`,
          ]])
        ),
      ),
      lz4: [`SELECT * FROM '${file}'`, ", compression lz4_raw"],
    };
    await ask(
      ...Object.entries(ways).map(([name, [query, options = ""]]) =>
        `COPY (${query}) TO '${folder}/${name}.parquet' (format parquet${options})`
      ),
    );
    const wanted = await regionsOf(file);
    assert.ok(wanted.length > 50);
    for (const name of Object.keys(ways)) {
      const path = `${folder}/${name}.parquet`;
      if (name !== "lz4") assert.deepEqual(await regionsOf(path), wanted, name);
      else await assert.rejects(regionsOf(path), { message: /compressed with LZ4_RAW, which is not read/ });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
