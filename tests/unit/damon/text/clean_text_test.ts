import assert from "assert";
import { messageOf, terminalText } from "../../../../cli/terminal/exit.ts";
import {
  cleanLines,
  cleanText,
  decodeName,
  type RecordItem,
  type RecordReader,
  Regions,
} from "../../../../damon/mod.ts";
import { renderHtml } from "../../../../draw/html.ts";
import { xmlText } from "../../../../draw/svg.ts";
import { csvLine, displayWidth, shorten, tableLines, withCleanNames, wrap } from "../../../../report/mod.ts";
import { MappingNames } from "../../../../report/record/mapping_names.ts";
import { HEADER } from "../../../records.ts";

/** What names may hold, and what is shown. */
const SHOWN: Record<string, [name: string, shown: string]> = {
  "escape sequences": ["\x1b[31mRED\x1b]0;PWNED\x07\x1b[2J", "\\x1b[31mRED\\x1b]0;PWNED\\x07\\x1b[2J"],
  "ends of lines": ["a\nb\rc", "a\\x0ab\\x0dc"],
  "a tab, NUL and DEL": ["a\tb\0c\x7f", "a\\x09b\\x00c\\x7f"],
  "C1 controls": ["\x9b31m\x9d0;x\x9c", "\\x9b31m\\x9d0;x\\x9c"],
  "marks of direction": ["\u202egnp.exe\u2066x\u2069\u200f", "\\u202egnp.exe\\u2066x\\u2069\\u200f"],
  "separators of lines and paragraphs": ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  "noncharacters": ["\ufffe\uffff\ufdd0\u{1ffff}", "\\ufffe\\uffff\\ufdd0\\u{1ffff}"],
  "half a surrogate pair": ["a\ud800b\udfff", "a\\ud800b\\udfff"],
  "tags and invisible blanks": ["a\u{e0041}\u200bb\ufeff", "a\\u{e0041}\\u200bb\\ufeff"],
  "text of any language": ["数据库 مرحبا é 😀👨‍👩‍👧", "数据库 مرحبا é 😀👨‍👩‍👧"],
  "what looks like a page": ["<!--<script>\"'&", "<!--<script>\"'&"],
};

for (const [what, [name, shown]] of Object.entries(SHOWN)) {
  Deno.test(`cleanText shows ${what}`, () => {
    assert.equal(cleanText(name), shown);
    assert.equal(cleanText(shown), shown);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(terminalText(name, false), /[\x1b\x07\x9b\u202e\u2028]/);
    assert.equal(messageOf(new Error(`Cannot open ${name}`)).includes("\x1b"), false);
  });
}

Deno.test("cleanLines keeps ends of lines; terminalText keeps colours of ours on a terminal", () => {
  assert.equal(cleanLines("a\n\tb\x1b"), "a\n\tb\\x1b");
  assert.equal(terminalText("\x1b[1mbold\x1b[0m\x1b]0;x\x07", true), "\x1b[1mbold\x1b[0m\\x1b]0;x\\x07");
  assert.equal(terminalText("\x1b[1mbold\x1b[0m", false), "\\x1b[1mbold\\x1b[0m");
});

Deno.test("decodeName shows bytes that are no UTF-8", () => {
  assert.equal(decodeName(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82, 0x62, 0x80)), "a\\xffé\\xe2\\x82b\\x80");
  assert.equal(decodeName(new TextEncoder().encode("数\ufeff😀")), "数\ufeff😀");
});

Deno.test("withCleanNames shows every name in a record, and leaves figures alone", async () => {
  const evil = "\x1b[31mx\u202e";
  const snapshot: RecordItem = {
    kind: "snapshot",
    snapshot: {
      kdamond: 1,
      targetId: 0n,
      startNs: 0,
      endNs: 1,
      sampleUs: 1,
      aggrUs: 1,
      regions: Regions.from([{ start: 0, end: 4096, nrAccesses: 1, age: 0 }]),
    },
  };
  const record: RecordReader = {
    header: {
      ...HEADER,
      tool: evil,
      host: { ...HEADER.host, hostname: evil },
      processes: [{ pid: 1, comm: evil, cmdline: [evil], exe: evil }],
      recorder: [evil],
    },
    incomplete: evil,
    async *items() {
      yield snapshot;
      yield {
        kind: "mappings",
        mappings: { timeNs: 0, pid: 1, mappings: [{ start: 0, end: 1, perms: "rwxp", offset: 0, path: evil }] },
      };
      yield {
        kind: "profile",
        profile: {
          startNs: 0,
          endNs: 1,
          pid: 1,
          hz: 1,
          stacks: [{ frames: [{ function: evil, file: evil }], count: 1 }],
        },
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await using clean = withCleanNames(record);
  const items = await Array.fromAsync(clean.items());
  assert.equal(items[0], snapshot);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(JSON.stringify([clean.header, items.slice(1)]), /[\x1b\u202e]|\\u001b/);
});

Deno.test("csvLine keeps a spreadsheet from running a name, and leaves numbers", () => {
  const formulas = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "'=x", "''+x"];
  for (const formula of formulas) {
    const cell = csvLine([formula]).replace(/^"|"$/g, "");
    assert.equal(cell[0], "'", formula);
    // The way back.
    assert.equal(/^'+[=+\-@]/.test(cell) ? cell.slice(1) : cell, formula);
  }
  assert.equal(csvLine([-5, "-5", "+5.5", "-1e3", "'tis", "it's", undefined]), "-5,-5,+5.5,-1e3,'tis,it's,");
});

Deno.test("columns line up by what a terminal shows, and no line is wider", () => {
  assert.equal(displayWidth("数据库"), 6);
  assert.equal(displayWidth("e\u0301"), 1);
  assert.equal(displayWidth("😀"), 2);
  assert.equal(shorten("数据库进程", 7), "数据库…");
  const column = (name: string, kind: "text" | "count") => ({ name, title: name, description: name, kind });
  const rows = [["数据库进程数据库进程数据库进程数据库", 1], ["ascii", 22], [`/${"x".repeat(200)}`, 3]];
  const lines = tableLines({ columns: [column("name", "text"), column("count", "count")], rows }, 40);
  for (const line of lines) assert.ok(displayWidth(line) <= 40, line);
  assert.equal(new Set(lines.map(displayWidth)).size, 1);
  for (const line of wrap(`a ${"数".repeat(90)} b · ${"y".repeat(100)}`, 30)) assert.ok(displayWidth(line) <= 30, line);
});

Deno.test("files in different folders with one name have two names", () => {
  const names = new MappingNames();
  const mapping = (start: number, path: string) => ({ start, end: start + 4096, perms: "r-xp", offset: 0, path });
  names.overlay([
    mapping(0, "/a/libx.so"),
    mapping(4096, "/b/libx.so"),
    mapping(8192, "/a/libx.so"),
    mapping(12288, "[heap]"),
    mapping(16384, "/tmp/heap"),
  ]);
  assert.deepEqual(names.within(0, 20480).map(({ name }) => name), [
    "libx.so",
    "libx.so (/b)",
    "libx.so",
    "heap",
    "heap (/tmp)",
  ]);
});

Deno.test("xmlText and a page hold what a name may hold", async () => {
  assert.equal(xmlText("<t>a\x1b\ufffe\x00b\ud800</t>"), "<t>a\ufffd\ufffd\ufffdb\ufffd</t>");
  const spec = { title: "<!-- <script> </script> \u2028" } as unknown as Parameters<typeof renderHtml>[0];
  const page = await renderHtml(spec, "<!-- \"'");
  const json = /id="spec">(.*?)<\/script>/s.exec(page)![1];
  assert.doesNotMatch(json, /[<\u2028]/);
  assert.deepEqual(JSON.parse(json), spec);
});

Deno.test("messageOf never says what JavaScript says: it is a fault of damo", () => {
  for (
    const fault of [
      () => (undefined as unknown as { x: number }).x,
      () => BigInt(0.5),
      () => new Array(-1),
      () => JSON.parse("{"),
    ]
  ) {
    let caught: unknown;
    try {
      fault();
    } catch (error) {
      caught = error;
    }
    assert.match(messageOf(caught), /this is a fault of damo itself: please report it/);
    assert.doesNotMatch(messageOf(caught), /undefined|BigInt|array length|JSON/);
  }
});
