import assert from "assert";
import { parseMaps } from "../../../../damon/mod.ts";
import { parseTruth, type Truth } from "../../../../report/fidelity/truth.ts";

const CHECKOUT = new URL("../../../../", import.meta.url).pathname;
const WORKLOAD = `${CHECKOUT}build/workload`;

const made = new Deno.Command("make", { args: ["-s", "-C", `${CHECKOUT}workload`] }).outputSync();
if (!made.success) throw new Error(new TextDecoder().decode(made.stderr));

const TINY = "a, 1M\nb, 64K, none\n";

/** A folder with the configuration as `test.cfg`, removed in the end. */
class Place implements Disposable {
  readonly path = Deno.makeTempDirSync();
  readonly config = `${this.path}/test.cfg`;
  readonly truthFile = `${this.path}/truth.jsonl`;

  constructor(config: string) {
    Deno.writeTextFileSync(this.config, config);
  }

  truth(): Truth {
    return parseTruth(Deno.readTextFileSync(this.truthFile));
  }

  run(...args: string[]): { code: number; stdout: string; stderr: string } {
    const { code, stdout, stderr } = new Deno.Command(WORKLOAD, {
      args: [...args, this.config],
      stdin: "null",
    }).outputSync();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Starts it, with its truth in the folder. */
  start(...args: string[]): Deno.ChildProcess {
    return new Deno.Command(WORKLOAD, {
      args: [...args, "--truth", this.truthFile, this.config],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Reads stdout until a line is there; the rest stays unread. */
async function line(child: Deno.ChildProcess, wanted: RegExp): Promise<void> {
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (wanted.test(text)) return;
  }
  assert.fail(`workload ended before it printed ${wanted}: ${text}`);
}

/** Waits for something that has to come; the test runner's own limit is the only one. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Writes a line to its stdin: the phases begin. */
async function begin(child: Deno.ChildProcess): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("go\n"));
  await writer.close();
}

/** What `/proc/PID/smaps` says of the mapping at `start`, kB. */
function smapsOf(pid: number, start: number, field: string): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/smaps`);
  const found = new RegExp(`^${start.toString(16)}-[^]*?^${field}: +(\\d+) kB`, "m").exec(text);
  return Number(found?.[1]);
}

Deno.test("workload --check prints every shipped configuration in a form that it reads as the same", () => {
  const names = [...Deno.readDirSync(`${CHECKOUT}workload/configs`)].map((it) => it.name);
  assert(names.includes("zigzag.cfg") && names.includes("stairs.cfg"));
  for (const name of names) {
    using first = new Place(Deno.readTextFileSync(`${CHECKOUT}workload/configs/${name}`));
    const { code, stdout } = first.run("--check");
    assert.equal(code, 0);
    using second = new Place(stdout);
    assert.equal(second.run("--check").stdout, stdout);
  }
});

Deno.test("workload finds a shipped configuration by its name", () => {
  const run = (name: string) => new Deno.Command(WORKLOAD, { args: ["--check", name], cwd: "/" }).outputSync();
  assert.deepEqual(run("stairs"), run(`${CHECKOUT}workload/configs/stairs.cfg`));
  assert.match(new TextDecoder().decode(run("nothing").stderr), /neither a file nor one of the shipped growing/);
});

Deno.test("workload reads sizes with units, comments anywhere, and patterns without a mode", () => {
  using place = new Place(`# made by hand

#regions
a, 4096
  b,1.5KiB ,none
# between
c c, 2 MB, /dev/zero


#first
one
# its length
10
a, 0, 64, 3
c c, 1, 0, 1, ro
# no end of the paragraph
b, 0, 1K, 2, rw

two
0`);
  assert.equal(
    place.run("--check", "--default-mode", "rw").stdout,
    `# regions: name, bytes, data file
a, 4096, none
b, 1536, none
c c, 2097152, /dev/zero

one
10
a, 0, 64, 3, rw
c c, 1, 0, 1, ro
b, 0, 1024, 2, rw

two
0
`,
  );
});

for (
  const [what, config, message] of [
    ["no regions", "# none\n", /test\.cfg: .*paragraph of regions: there is none/],
    ["no phases", TINY, /test\.cfg: .*must have a phase: there is none/],
    ["a region without size", "a\n\np\n1\n", /test\.cfg:1: a region is .*: this has 1 field$/],
    ["a region twice", "a, 1K\n#\na, 1K\n\np\n1\n", /test\.cfg:3: region "a" is there already/],
    ["a size of nothing", "a, 0\n\np\n1\n", /test\.cfg:1: the size of a region must be above 0/],
    ["a size that is none", "a, 4X\n\np\n1\n", /test\.cfg:1: the size of a region must be a size like .*: it is "4X"/],
    ["a size beyond all addresses", "a, 999999T\n\np\n1\n", /test\.cfg:1: .* must fit the address space/],
    ["a phase of one line", `${TINY}\np\n\nq\n1\n`, /test\.cfg:5: phase "p" must have a second line/],
    ["a last phase of one line", `${TINY}\np`, /test\.cfg:4: phase "p" must have a second line/],
    ["a length that is none", `${TINY}\np\n1s\n`, /test\.cfg:5: the length of a phase in ms .*: it is "1s"/],
    ["a negative length", `${TINY}\np\n-1\n`, /test\.cfg:5: .*: it is "-1"/],
    [
      "a pattern of three fields",
      `${TINY}\np\n1\na, 0, 1\n`,
      /test\.cfg:6: an access pattern is .*: this has 3 fields/,
    ],
    ["an unknown region", `${TINY}\np\n1\nz, 0, 1, 1\n`, /test\.cfg:6: there is no region "z": the regions are a, b/],
    ["another randomness", `${TINY}\np\n1\na, 2, 1, 1\n`, /test\.cfg:6: randomness must be 0 .*: it is "2"/],
    [
      "a stride of nothing",
      `${TINY}\np\n1\na, 0, 0, 1\n`,
      /test\.cfg:6: the stride of sequential access must be above/,
    ],
    ["a probability of nothing", `${TINY}\np\n1\na, 0, 1, 0\n`, /test\.cfg:6: the probability must be 1 to/],
    [
      "another mode",
      `${TINY}\np\n1\na, 0, 1, 1, xo\n`,
      /test\.cfg:6: the access mode must be ro, wo or rw: it is "xo"/,
    ],
  ] as [string, string, RegExp][]
) {
  Deno.test(`workload refuses ${what}, naming the file and the line`, () => {
    using place = new Place(config);
    const { code, stdout, stderr } = place.run();
    assert.match(stderr.trimEnd(), message);
    assert.equal(stderr.trimEnd().split("\n").length, 1);
    assert.deepEqual([code, stdout], [2, ""]);
  });
}

Deno.test("workload refuses more memory than the machine has, before it takes any", () => {
  using place = new Place("a, 100T\n\np\n1\n");
  const { code, stderr } = place.run();
  assert.equal(code, 1);
  assert.match(stderr, /memory and swap must hold them: they need 104857600 MiB/);
});

Deno.test("workload leaves no moment of its truth to no phase", () => {
  using place = new Place(`${TINY}\nseq "1"\n30\na, 0, 4096, 3, wo\nb, 1, 0, 1, ro\n\nrest\n20\n`);
  const { code, stdout } = place.run("--truth", place.truthFile, "--repeat", "2");
  assert.equal(code, 0);
  assert.match(stdout, /^pid \d+\nready\nseq "1": .*\nrest: .* 0 accesses\/ms\nseq "1": .*\nrest: .*\n$/);
  const { pid, regions, phases, reason, pageBytes } = place.truth();
  assert.equal(pid, Number(/\d+/.exec(stdout)));
  assert.deepEqual(regions.map((it) => [it.name, it.end - it.start]), [["a", 1 << 20], ["b", 1 << 16]]);
  assert.deepEqual(phases.map((it) => [it.phase, it.name]), [
    [0, "(fill)"],
    [1, 'seq "1"'],
    [2, "rest"],
    [3, 'seq "1"'],
    [4, "rest"],
  ]);
  phases.slice(1).forEach((it, i) => assert.equal(it.startNs, phases[i].endNs));
  assert.deepEqual(phases[0].accesses.map((it) => [it.region, it.mode, it.accesses]), [
    ["a", "wo", (1 << 20) / pageBytes],
    ["b", "wo", (1 << 16) / pageBytes],
  ]);
  const [a, b] = phases[1].accesses;
  assert.deepEqual([a.region, a.mode, a.order, a.strideBytes, a.probability], ["a", "wo", "sequential", 4096, 0.75]);
  assert.deepEqual([b.region, b.mode, b.order, b.strideBytes, b.probability], ["b", "ro", "random", undefined, 0.25]);
  assert.deepEqual([a.startNs, a.endNs], [phases[1].startNs, phases[1].endNs]);
  // Shares hold to the batch, not only on average.
  assert(Math.abs(a.accesses - 3 * b.accesses) <= 4 * 256 && b.accesses > 0);
  assert.deepEqual(phases[2].accesses, []);
  assert.equal(reason, "finished");
});

Deno.test("workload ends after --seconds of phases", () => {
  using place = new Place(`${TINY}\np\n40\na, 0, 64, 1\n`);
  assert.equal(place.run("--truth", place.truthFile, "--repeat", "0", "--seconds", "0.1", "--quiet").code, 0);
  const { phases, reason } = place.truth();
  const last = phases.at(-1)!;
  assert(last.endNs! - phases[1].startNs >= 0.1e9);
  assert(last.startNs - phases[1].startNs < 0.1e9);
  assert.equal(reason, "time is over");
});

Deno.test("workload gives each region a mapping of its own, loaded with its file", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(10_000));
  const data = Deno.makeTempFileSync();
  Deno.writeFileSync(data, bytes);
  using place = new Place(`a, 10000, ${data}\nb, 3M, ${data}\n\np\n10\n`);
  const child = place.start("--wait");
  await line(child, /^ready$/m);
  Deno.removeSync(data);
  const maps = parseMaps(Deno.readTextFileSync(`/proc/${child.pid}/maps`));
  using memory = Deno.openSync(`/proc/${child.pid}/mem`);
  for (const { start, end } of place.truth().regions) {
    const mapping = maps.find((it) => it.start === start);
    assert.deepEqual([mapping?.end, mapping?.perms], [end, "rw-p"]);
    const there = new Uint8Array(bytes.length);
    memory.seekSync(start, Deno.SeekMode.Start);
    assert.equal(memory.readSync(there), bytes.length);
    assert.deepEqual(there, bytes);
    assert.equal(smapsOf(child.pid, start, "Rss"), (end - start) / 1024);
  }
  await begin(child);
  assert.equal((await child.status).code, 0);
});

for (const pattern of ["0, 4096, 1, ro", "1, 0, 1, ro", "0, 64, 1, wo", "1, 0, 1, rw"]) {
  Deno.test(`workload really accesses the region of the pattern ${pattern}, and no other`, async () => {
    // More pages than a TLB holds: the accessed bit of a page that stays in it is not set again.
    using place = new Place(`idle, 32M\nbusy, 32M\n\nphase\n600000\nbusy, ${pattern}\n`);
    const child = place.start("--wait", "--no-thp");
    await line(child, /^ready$/m);
    Deno.writeTextFileSync(`/proc/${child.pid}/clear_refs`, "1");
    const [idle, busy] = place.truth().regions;
    assert.equal(smapsOf(child.pid, busy.start, "Referenced"), 0);
    await begin(child);
    await until(() => smapsOf(child.pid, busy.start, "Referenced") === 32 * 1024);
    assert.equal(smapsOf(child.pid, idle.start, "Referenced"), 0);
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 143);
  });
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  for (const phase of ["busy\n600000\na, 0, 4096, 1", "rest\n600000"]) {
    Deno.test(`workload ends on ${signal} in the phase ${phase.split("\n")[0]}, its truth whole`, async () => {
      using place = new Place(`${TINY}\n${phase}\n`);
      const child = place.start();
      await until(() => {
        try {
          return Deno.readTextFileSync(place.truthFile).includes('"phase":1');
        } catch {
          return false;
        }
      });
      child.kill(signal);
      await child.stdout.cancel();
      await child.stdin.close();
      assert.equal((await child.status).code, code);
      const { phases, reason } = place.truth();
      assert.equal(reason, signal);
      assert(phases[1].endNs! > phases[1].startNs);
    });
  }
}

Deno.test("workload that is killed leaves a truth whose last phase is open", async () => {
  using place = new Place(`${TINY}\np\n600000\na, 0, 4096, 1\n`);
  const child = place.start("--wait");
  await line(child, /^ready$/m);
  await begin(child);
  await until(() => Deno.readTextFileSync(place.truthFile).includes('"name":"p"'));
  child.kill("SIGKILL");
  await child.status;
  const { phases, reason } = place.truth();
  assert.deepEqual(phases.map((it) => [it.name, it.endNs === undefined]), [
    ["(fill)", false],
    ["(wait)", false],
    ["p", true],
  ]);
  assert.equal(reason, undefined);
});

Deno.test("workload --wait ends where stdin does, as when its parent has died", async () => {
  using place = new Place(`${TINY}\np\n600000\na, 0, 4096, 1\n`);
  const child = place.start("--wait");
  await line(child, /^ready$/m);
  await child.stdin.close();
  assert.equal((await child.status).code, 1);
  const { phases, reason } = place.truth();
  assert.deepEqual([phases.at(-1)!.name, reason], ["(wait)", "stdin closed"]);
});

Deno.test("damo workload runs the generator of this checkout, and damo lab its virtual machine", () => {
  const damo = (...args: string[]) => {
    const { code, stdout, stderr } = new Deno.Command(`${CHECKOUT}damo`, { args, stdin: "null" }).outputSync();
    return { code, text: new TextDecoder().decode(code === 0 ? stdout : stderr) };
  };
  assert.match(damo("workload", "--", "--help").text, /^Usage: workload /);
  // Refused by lab/run itself, before a machine starts.
  assert.match(damo("lab", "--kernel", "/none/such", "--", "true").text, /\/none\/such/);
  assert.match(damo("doctor").text, new RegExp(`checkout, in\\s+${CHECKOUT.replace(/\/$/, "")}\\b`));
});
