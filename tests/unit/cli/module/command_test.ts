import assert from "assert";
import captured from "../../../testdata/modules_6.12.json" with { type: "json" };

const MAIN = new URL("../../../../cli/damo.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../../deno.json", import.meta.url).pathname;

/** A root with the modules of Debian's 6.12, and more files; it is the current folder too. */
class Machine implements Disposable {
  readonly dir = Deno.makeTempDirSync({ prefix: "damo-test-" });

  constructor(more: Record<string, string> = {}) {
    const files = Object.entries(captured.modules).flatMap(([module, parameters]) =>
      Object.entries(parameters).map(([name, text]): [string, string] => [
        `sys/module/${module}/parameters/${name}`,
        `${text}\n`,
      ])
    );
    for (const [path, text] of Object.entries({ ...Object.fromEntries(files), ...more })) {
      Deno.mkdirSync(`${this.dir}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      Deno.writeTextFileSync(`${this.dir}/${path}`, text);
    }
  }

  async damo(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--config", CONFIG, MAIN, ...args],
      cwd: this.dir,
      env: { DAMO_ROOT: this.dir, NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(this.dir, "");
    return { code, out: text(stdout), err: text(stderr) };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

const STAT = {
  "sys/module/damon_stat/parameters/enabled": "Y\n",
  "sys/module/damon_stat/parameters/aggr_interval_us": "100000\n",
  "sys/module/damon_stat/parameters/estimated_memory_bandwidth": "1048576\n",
  "sys/module/damon_stat/parameters/memory_idle_ms_percentiles":
    Array.from({ length: 101 }, (_, i) => i < 20 ? -1000 : (i - 19) * 1000).join(",") + "\n",
  "proc/iomem": "00001000-0009ffff : System RAM\n100000000-13fffffff : System RAM\n  100000000-1 : Kernel code\n",
};

Deno.test("damo module NAME enable --dry_run prints the writes and does none, with every way to write it", async () => {
  using machine = new Machine();
  const wanted = [
    "echo 30000000 > /sys/module/damon_reclaim/parameters/min_age",
    "echo 20 > /sys/module/damon_reclaim/parameters/quota_ms",
    "echo 67108864 > /sys/module/damon_reclaim/parameters/quota_sz",
    "echo 2000 > /sys/module/damon_reclaim/parameters/quota_reset_interval_ms",
    "echo Y > /sys/module/damon_reclaim/parameters/enabled",
    "",
  ].join("\n");
  const options = ["--min_age", "30s", "--quota", "20ms", "64M", "2s"];
  for (
    const args of [
      ["module", "reclaim", "enable", ...options, "--dry-run"],
      ["module", "damon_reclaim", "--dry_run", ...options, "enable"],
      ["reclaim", ...options, "--dry_run", "enable"],
    ]
  ) {
    assert.deepEqual(await machine.damo(...args), { code: 0, out: wanted, err: "" }, args.join(" "));
  }
  const sort = await machine.damo("lru_sort", "--quota", "5", "100", "enable", "--dry-run");
  assert.deepEqual([sort.code, sort.out.split("\n").length], [0, 4]);
  assert.equal(Deno.readTextFileSync(`${machine.dir}/sys/module/damon_reclaim/parameters/enabled`), "N\n");
  assert.throws(() => Deno.statSync(`${machine.dir}/run`), { name: "NotFound" });
});

Deno.test("damo module reads one parameter as it is, and several by name", async () => {
  using machine = new Machine();
  assert.equal((await machine.damo("module", "lru_sort", "read", "cold_min_age")).out, "120000000\n");
  const two = await machine.damo("module", "lru_sort", "read", "cold_min_age", "quota_ms");
  assert.equal(two.out, "cold_min_age: 120000000\nquota_ms: 10\n");
  const { code, err } = await machine.damo("module", "lru_sort", "read", "min_age");
  assert.equal(code, 1);
  assert.match(err, /^damo: DAMON_LRU_SORT has no parameter min_age: it has enabled, /);
});

Deno.test("damo module says what is wrong with a command, with exit code 2", async () => {
  using machine = new Machine();
  const wrong: [string[], RegExp][] = [
    [["module", "reclaim", "start"], /Allowed choices are status, enable/],
    [["module", "reclaim", "status", "--min_age", "1s"], /--min_age is for enable and commit, not status/],
    [["module", "reclaim", "enable", "now"], /enable takes no more words/],
    [["module", "sample_wsse", "start"], /use one of status, enable/],
    [["module", "reclaim", "write", "min_age"], /min_age has no value/],
  ];
  for (const [args, message] of wrong) {
    const { code, err } = await machine.damo(...args);
    assert.equal(code, 2, err);
    assert.match(err, message);
  }
});

Deno.test("damo module lists what there is, and what the kernel could have", async () => {
  using machine = new Machine({ "sys/module/damon_sample_prcl/parameters/enable": "N\n" });
  const { out } = await machine.damo("module");
  assert.match(out, /^lru_sort +off; it moves/m);
  assert.match(out, /^sample_prcl +off/m);
  assert.match(out, /^stat +not in this kernel: CONFIG_DAMON_STAT=y, Linux 6\.17 or newer$/m);
  const names = JSON.parse((await machine.damo("module", "--json")).out).map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ["damon_lru_sort", "damon_reclaim", "damon_sample_prcl"]);
});

Deno.test("damo module stat read shows the Python damo's views of idle time", async () => {
  using machine = new Machine(STAT);
  const read = (...args: string[]) => machine.damo("module", "stat", "read", ...args);
  const range = ["--idle_time_percentiles_range", "0", "101", "50"];
  assert.equal((await read("idle_time_percentiles", ...range)).out, "  0 -1 s\n 50 31 s\n100 1 m 21 s\n");
  assert.equal((await read("idle_time_percentiles", ...range, "--raw_number")).out, "  0 -1\n 50 31\n100 81\n");
  const sizes = await read("idle_time_mem_sz", "--idle_time_mem_sz_lines", "2", "--raw_number");
  // The first step begins a second before the least idle time, and so does each that follows: as the Python damo has it.
  assert.equal(sizes.out, "40     59\n81     42\n122    1\n");
  const given = ["--input_idle_time_percentiles", "0", "0", "100", "50"];
  assert.equal(
    (await read("idle_time_percentiles", ...range, "--raw_number", ...given)).out,
    "  0 0\n 50 25\n100 50\n",
  );
});

Deno.test("damo report idle takes DAMON_STAT where it is on, and writes by suffix and format", async () => {
  using machine = new Machine(STAT);
  const text = await machine.damo("report", "idle");
  assert.deepEqual([text.code, text.err], [0, ""]);
  assert.match(text.out, /^How long memory has been idle: this machine\n/);
  assert.match(text.out, /^accessed +195 MiB +19 % /m);
  assert.match(text.out, /Watched: about 1\.00 GiB/);
  const csv = await machine.damo("report", "idle", "--format", "csv", "--edges", "10s,1m");
  assert.equal(csv.out.trimEnd().split("\n").length, 1 + 4);
  assert.equal((await machine.damo("report", "idle", "-o", "idle.svg")).out, "");
  assert.match(Deno.readTextFileSync(`${machine.dir}/idle.svg`), /^<svg /);
  const wrong = await machine.damo("report", "idle", "-o", "idle.pdf");
  assert.deepEqual([wrong.code, /let it end in one of/.test(wrong.err)], [2, true]);
});

Deno.test("damo report idle says what it needs where there is neither DAMON_STAT nor a record", async () => {
  using machine = new Machine({ ...STAT, "sys/module/damon_stat/parameters/enabled": "N\n" });
  const { code, err } = await machine.damo("report", "idle");
  assert.equal(code, 1);
  assert.match(err, /There is no damon\.arrow here, and DAMON_STAT is off .* damo module stat enable\n$/);
});
