import assert from "assert";
import { EVENT, EVENT_WORDS } from "../../../damon/mod.ts";
import { openLibrary } from "../../../ffi/library.ts";
import { HEARD } from "../../../ffi/listener_symbols.ts";
import { MEMORY_STRUCTS } from "../../../ffi/memory_symbols.ts";
import { PAGES_STRUCTS } from "../../../ffi/pages_symbols.ts";
import { SAMPLE } from "../../../ffi/profiler_symbols.ts";
import { STRUCTS } from "../../../ffi/symbols.ts";

/** What only BPF and C share. */
const INNER = ["kdamond", "constants", "emit", "walk", "step", "range", "table"];

/** The layouts of the library, which its compilers have held equal: `struct: { bytes, field: offset, ... }`. */
function layoutsOfLibrary(): Record<string, Record<string, number>> {
  const library = openLibrary();
  const name = new Uint8Array(64);
  const found: Record<string, Record<string, number>> = {};
  try {
    for (let i = 0;; i++) {
      const bytes = library.symbols.damo_layout(i, name, name.length);
      if (bytes === -2) return found;
      assert.ok(bytes >= 0);
      const [struct, field = "bytes"] = new TextDecoder().decode(name.subarray(0, name.indexOf(0))).split(".");
      (found[struct] ??= {})[field] = bytes;
    }
  } finally {
    library.close();
  }
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const snaked = (fields: object) => Object.fromEntries(Object.entries(fields).map(([name, at]) => [snake(name), at]));

Deno.test("what TypeScript knows of structs is what the library has: every one, every field, every size", () => {
  const inBytes = Object.entries(EVENT).map(([name, word]) => [name, 4 * word]);
  const known = {
    event: { bytes: 4 * EVENT_WORDS, ...Object.fromEntries(inBytes) },
    heard: HEARD,
    sample: SAMPLE,
    ...STRUCTS,
    ...PAGES_STRUCTS,
    ...MEMORY_STRUCTS,
  };
  const ours = Object.fromEntries(
    Object.entries(known).map(([name, fields]) => [`damo_${snake(name)}`, snaked(fields)]),
  );
  const library = layoutsOfLibrary();
  for (const name of INNER) {
    assert.ok(library[`damo_${name}`], name);
    delete library[`damo_${name}`];
  }
  for (const fields of Object.values(library)) delete fields.unused;
  assert.deepEqual(ours, library);
});

Deno.test("each struct of the headers that are shared is in layouts.h, with each of its fields", async () => {
  const library = layoutsOfLibrary();
  const headers = ["event", "listener", "profiler", "tracer", "pages", "damo", "damo_pages", "damo_memory"];
  const structs = (await Promise.all(headers.map(async (name) => {
    const text = await Deno.readTextFile(new URL(`../../../bpf/${name}.h`, import.meta.url));
    return [...text.replaceAll(/\/\*[^]*?\*\//g, "").matchAll(/^struct (damo_\w+) \{\n([^}]*)\n\};/gm)];
  }))).flat();
  const found = structs.map((
    [, name, body],
  ) => [name, [...body.matchAll(/(\w+)(?:\[\w+\])?;/g)].map(([, field]) => field)]);
  const listed = Object.entries(library).map(([name, { bytes: _, ...fields }]) => [name, Object.keys(fields)]);
  assert.deepEqual(Object.fromEntries(found), Object.fromEntries(listed));
  assert.ok(structs.length === 18, String(structs.length));
});
