/**
 * What processes and their files say, but for some changes: maps and smaps of /proc, and the functions of an ELF file. None of it may
 * end a recording, or take long.
 *
 *   deno run -A tests/fuzz/texts.ts [--files 100000] [--seed 1]
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { parseMaps } from "../../damon/mod.ts";
import { readElf } from "../../kernel/profile/elf.ts";
import { HugetlbMappings } from "../../kernel/machine/hugetlb.ts";
import { defaultRoots } from "../../kernel/machine/roots.ts";
import { elfOf } from "../elf_file.ts";
import { Dice, mutated } from "./mutate.ts";

const MAPS = "55d0a0000000-55d0a0021000 rw-p 00000000 00:00 0                          [heap]\n" +
  "7f0000000000-7f0000001000 r-xp 00002000 fe:00 42                         /opt/a b/lib.so (deleted)\n" +
  "7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n" +
  "7f0000004000-7f0000005000 rw-s 00000000 00:01 9                          /memfd:x\\012y\n";

const SMAPS = MAPS.trimEnd().split("\n").map((line) =>
  `${line}\nSize:               2048 kB\nKernelPageSize:        4 kB\nRss:    12 kB\nVmFlags: rd wr mr mw me de ht \n`
).join("");

const ELF = elfOf([["second", 0x40_1100, 0x10], ["first", 0x40_1000, 0x80], ["start", 0x40_1200, 0]]);

/** Takes bytes; throws where what came of it is wrong. */
type Reader = (bytes: Uint8Array) => void;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Each reader with what it begins with. */
function readersIn(proc: string): Record<string, { seed: Uint8Array; isText: boolean; read: Reader }> {
  const utf8 = (seed: string) => new TextEncoder().encode(seed);
  const mappings = parseMaps(MAPS);
  return {
    maps: {
      seed: utf8(MAPS),
      isText: true,
      read(bytes) {
        let strange = 0;
        const found = parseMaps(text(bytes), () => strange++);
        if (found.length + strange > text(bytes).split("\n").length) throw new Error("more mappings than lines");
        if (!found.every(({ start, end }) => start >= 0 && end >= 0)) throw new Error("a mapping without addresses");
      },
    },
    smaps: {
      seed: utf8(SMAPS),
      isText: true,
      read(bytes) {
        Deno.writeFileSync(`${proc}/7/smaps`, bytes);
        const found = new HugetlbMappings({ ...defaultRoots(), proc }, 7).of(mappings);
        if ([...found].some(({ path }) => !path.startsWith("/memfd:"))) throw new Error("hugetlbfs that is none");
      },
    },
    ELF: {
      seed: ELF,
      isText: false,
      read(bytes) {
        const functions = readElf((offset, length) => bytes.slice(offset, offset + length), () => undefined);
        const names = [0, 0x1000, 0x1004, 0x1100, 0x2000].map((at) => functions?.nameAt(at));
        if (names.some((name) => name !== undefined && typeof name !== "string")) {
          throw new Error("a name that is no text");
        }
      },
    },
  };
}

const [MOST_MS, MOST_BYTES] = [5000, 500e6];

/** Fuzzes each reader with so many files; what must not be, with how to make it again. */
export function fuzzTexts(files: number, seed: number): string[] {
  const proc = Deno.makeTempDirSync();
  const faults: string[] = [];
  try {
    Deno.mkdirSync(`${proc}/7`);
    for (const [name, { seed: bytes, isText, read }] of Object.entries(readersIn(proc))) {
      for (let i = 0; i < files; i++) {
        const say = (what: string) => faults.push(`${name}, seed ${seed}, file ${i}: ${what}`);
        const changed = mutated(bytes, new Dice((seed * 2_654_435_761 + i * 40_503 + 1) >>> 0), isText);
        const [before, beforeBytes] = [process.cpuUsage(), Deno.memoryUsage().rss];
        try {
          read(changed);
        } catch (error) {
          say(`${error}`);
        }
        const spent = process.cpuUsage(before);
        if (spent.user + spent.system > MOST_MS * 1000) say("took long");
        if (Deno.memoryUsage().rss - beforeBytes > MOST_BYTES) say("took much memory");
      }
    }
  } finally {
    Deno.removeSync(proc, { recursive: true });
  }
  return faults;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { files: { type: "string" }, seed: { type: "string" } },
  });
  const files = Number(values.files ?? 100_000);
  const faults = fuzzTexts(files, Number(values.seed ?? 1));
  console.log(`maps, smaps and ELF: ${files} files each, ${faults.length} faults`);
  for (const fault of faults) console.log(fault);
  Deno.exit(faults.length > 0 ? 1 : 0);
}
