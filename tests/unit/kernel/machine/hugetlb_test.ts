import assert from "assert";
import { type PagesCounts, parseMaps, type RecordFooter } from "../../../../damon/mod.ts";
import { HugetlbMappings } from "../../../../kernel/machine/hugetlb.ts";
import { defaultRoots } from "../../../../kernel/machine/roots.ts";
import { sentenceOf } from "../../../../cli/record/summary.ts";
import { lossLines, type RecordSurvey } from "../../../../report/mod.ts";

const MAPS = `\
55d000000000-55d000001000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000200000 rw-p 00000000 00:10 1                          /anon_hugepage (deleted)
7f0000400000-7f0000600000 rw-s 00000000 00:10 2                          /memfd:large (deleted)
7f0000800000-7f0000a00000 rw-s 00000000 00:01 3                          /memfd:small (deleted)
7f0000c00000-7f0000e00000 rw-s 00000000 00:2a 4                          /mnt/huge/pool
7f0001000000-7f0001200000 rw-s 00000000 fe:00 5                          /mnt/huge-files/pool
7f0001400000-7f0001600000 rw-s 00000000 00:10 6                          /SYSV00000000 (deleted)
`;
const NAMES = ["/anon_hugepage (deleted)", "/memfd:large (deleted)", "/mnt/huge/pool", "/SYSV00000000 (deleted)"];

/** As the kernel writes it, with the flag of those that have it. */
const smapsOf = (maps: string) =>
  maps.trimEnd().split("\n").map((line) => {
    const is = NAMES.some((name) => line.endsWith(name));
    return `${line}\nSize:               2048 kB\nVmFlags: rd wr mr mw me ${is ? "de ht " : "sd "}\n`;
  }).join("");

Deno.test("HugetlbMappings finds hugetlbfs by name, by where it is mounted, and by flag where a name can be either", () => {
  const proc = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${proc}/42`);
    Deno.writeTextFileSync(`${proc}/42/mounts`, "proc /proc proc rw 0 0\nnodev /mnt/huge hugetlbfs rw 0 0\n");
    Deno.writeTextFileSync(`${proc}/42/smaps`, smapsOf(MAPS));
    const hugetlb = new HugetlbMappings({ ...defaultRoots(), proc }, 42);
    const found = () => [...hugetlb.of(parseMaps(MAPS))].map(({ path }) => path);
    assert.deepEqual(found(), NAMES);
    // What is known of a mapping is not asked for again.
    Deno.removeSync(`${proc}/42/smaps`);
    assert.deepEqual(found(), NAMES);
  } finally {
    Deno.removeSync(proc, { recursive: true });
  }
});

Deno.test("a record's captions and its summary say what the page sampler could not see", () => {
  const [endNs, reason] = [1e9, "timeout"];
  const counted = { snapshots: 1, regions: 2, events: 2, received: 2, dropped: 0, torn: 0 };
  const pages = { cpuNs: 1e7, hugetlbBytes: 4 << 20, hasBlindSpot: true } as PagesCounts;
  const footer: RecordFooter = { endNs, reason, ...counted, pages };
  assert.deepEqual(lossLines({ footer } as RecordSurvey), [
    "Left out: 4.00 MiB of hugetlbfs, whose accessed bits nothing clears",
    "Small memory in constant use may look idle: the kernel has CONFIG_MEM_SOFT_DIRTY",
  ]);
  assert.equal(
    sentenceOf(footer, 0),
    "recorded 1 snapshots of 2 regions in 1 s, nothing lost, 4.00 MiB of hugetlbfs left out, 1.0 % of one CPU for " +
      "sampling; ended by: timeout",
  );
  const { hugetlbBytes: _, hasBlindSpot: __, ...plain } = pages;
  assert.deepEqual(lossLines({ footer: { ...footer, pages: plain } } as RecordSurvey), []);
});
